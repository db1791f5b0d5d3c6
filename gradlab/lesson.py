"""The first cell of every lesson is `import gradlab.lesson`. From then on the notebook builds the package.

In Jupyter and IPython: running a cell that says `#| export module.name` exports it, and `import mytorch` finds the
student's package. In a plain script, as the author runs `python solutions/03_backward_pass/lesson.py`: `import
mytorch` finds the reference that `autograder build` made. Anywhere else it does nothing.

    with gradlab.lesson.expect_error(RuntimeError):
        y.backward()
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

from gradlab.course import FILE_NAME
from gradlab.errors import GradlabError
from gradlab.wrapping import wrapped

__all__ = ["activate", "expect_error", "wrapped"]


def activate(shell=None) -> None:
    """Make this process ready for a lesson. `shell`: the InteractiveShell; None: the running one, if there is one.

    Raises GradlabError when a notebook lies outside a course, or a lesson's source has no reference to run with.
    """
    shell = shell or _running_shell()
    if shell is not None:
        from gradlab.hook import install
        from gradlab.in_browser import prepare

        prepare(shell)
        install(shell)
    elif (root := script_root(getattr(sys.modules.get("__main__"), "__file__", None))) is not None:
        _use_reference(root)


def script_root(script: str | None) -> Path | None:
    """The root of the course when `script` is a lesson's source, `solutions/<id>/lesson.py` in it; else None."""
    if not script:
        return None
    path = Path(script).resolve()
    root = path.parents[2] if len(path.parents) > 2 else path.parent
    is_source = path.name == "lesson.py" and path.parents[1].name == "solutions" and (root / FILE_NAME).is_file()
    return root if is_source else None


@contextmanager
def expect_error(*types: type[BaseException]):
    """For code that is meant to raise one of `types` (any Exception when none is given): print what it raised.

    Raises AssertionError when nothing was raised. Another error is let through, for it is a real one; only what a
    lesson has not built yet is printed like the expected.
    """
    wanted = types or (Exception,)
    names = " or ".join(kind.__name__ for kind in types) or "an error"
    try:
        yield
    except wanted as error:
        print(wrapped(described(error)))
    except NotImplementedError as error:
        print(wrapped(described(error)))
    else:
        raise AssertionError(f"this was meant to raise {names}, and nothing was raised")


def described(error: BaseException) -> str:
    """`RuntimeError: the message`."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _running_shell():
    """The InteractiveShell of this process, or None: without importing IPython when nobody has."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def _use_reference(root: Path) -> None:
    from gradlab.reload import put_first

    reference = root / ".build" / "reference"
    if not (reference / "mytorch" / "__init__.py").is_file():
        raise GradlabError(f"there is no reference engine in {reference}. Make it: autograder build")
    put_first(reference)


activate()
