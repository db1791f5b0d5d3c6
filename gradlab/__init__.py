"""The student's side of the course: export, check, status, reset, submit, draw and bench. The command is `gradlab`."""

__version__ = "0.1.0"


def bench():
    """Time your package beside NumPy by hand and the other engines that are here: a table, and the bars as a Figure."""
    from gradlab.benchmark.report import bench

    return bench()


def load_ipython_extension(shell) -> None:
    """`%load_ext gradlab` does what `import gradlab.lesson` does."""
    from gradlab.lesson import activate

    activate(shell)


def unload_ipython_extension(shell) -> None:
    """`%unload_ext gradlab`: cells are no longer exported."""
    from gradlab.hook import uninstall

    uninstall(shell)
