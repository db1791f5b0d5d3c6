"""The student's side of the course: export, check, hint, status, reset, submit, draw … The command is `gradlab`.

In a notebook: `gradlab.hint("walk")` opens the next hint, `gradlab.status()` shows where one stands.
"""

__version__ = "0.1.0"


def bench():
    """Time your package beside NumPy by hand and the other engines that are here: a table, and the bars as a Figure."""
    from gradlab.benchmark.report import bench

    return bench()


def hint(exercise: str | None = None, again: bool = False):
    """Open the next hint of an exercise of this notebook's lesson; None: of the one to do next.

    Each call opens one more step; `again` shows those that are open, and opens no other.
    """
    from gradlab.at_hand import hint_here

    return hint_here(exercise, again)


def status():
    """Lessons, points, experience and the map of skills, as a picture."""
    from gradlab.at_hand import standing_here

    return standing_here()


def load_ipython_extension(shell) -> None:
    """`%load_ext gradlab` does what `import gradlab.lesson` does."""
    from gradlab.lesson import activate

    activate(shell)


def unload_ipython_extension(shell) -> None:
    """`%unload_ext gradlab`: cells are no longer exported."""
    from gradlab.hook import uninstall

    uninstall(shell)
