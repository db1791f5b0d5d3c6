"""What a cell shows when it needs something that nobody has written yet: a sentence instead of a traceback.

    NotImplementedError: `walk` is not written yet: visit each node after all its consumers
    In this cell, line 3: (x * (x + 1)).backward()

It is an error like any other to whoever runs the notebook: it stops "run all", and scores as one.
"""

from __future__ import annotations

import traceback

RED, PLAIN = "\x1b[31m", "\x1b[39m"


def install(shell) -> None:
    """Let `shell` show NotImplementedErrors in this way; all other errors stay as they are."""
    shell.set_custom_exc((NotImplementedError,), show)


def uninstall(shell) -> None:
    if shell.custom_exceptions == (NotImplementedError,):
        shell.set_custom_exc((), None)


def show(shell, kind: type[BaseException], error: BaseException, tb, tb_offset=None) -> list[str]:
    """IPython's handler of a custom exception; it has to do the showing itself."""
    lines = explained(kind, error, tb, in_cell=lambda file: shell.compile.format_code_name(file) is not None)
    if lines is None:
        shell.showtraceback((kind, error, tb), tb_offset=tb_offset)
        return []
    shell._showtraceback(kind, error, lines)
    return lines


def explained(kind: type[BaseException], error: BaseException, tb, in_cell) -> list[str] | None:
    """The lines to show; None when this is no stub, and its traceback is needed.

    in_cell: whether a file name of the traceback stands for a cell of the notebook.
    """
    frames = list(traceback.walk_tb(tb))
    cells = [frame for frame, _ in frames if in_cell(frame.f_code.co_filename)]
    if not cells or not str(error):
        return None
    raised_in = frames[-1][0]
    if type(error) is not NotImplementedError:  # the package says itself which lesson builds it
        message = str(error)
    elif raised_in is not cells[-1]:
        return None
    elif raised_in.f_code.co_name == "<module>":
        message = str(error)
    else:
        message = f"`{raised_in.f_code.co_qualname}` is not written yet: {error}"
    lines = [f"{RED}{kind.__name__}{PLAIN}: {message}"]
    if cells[0] is not raised_in:
        line = traceback.extract_tb(tb)[frames.index(next(f for f in frames if f[0] is cells[0]))]
        lines.append(f"In this cell, line {line.lineno}: {line.line}")
    return lines
