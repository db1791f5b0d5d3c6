"""Which lessons' modules are borrowed, and where one's own are meanwhile.

While a lesson is on loan, `mytorch/graph.py` is the known-good module and the student's own is
`.gradlab/own/mytorch/graph.py`. Everybody sees the borrowed one, but for the lesson itself: its notebook and
`gradlab check` go on exporting and testing the own one, for how else could it ever pass?
`.gradlab/borrowed.json` says what is borrowed.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gradlab.files import write_atomic


@dataclass(frozen=True)
class Loan:
    """modules: {name: SHA-256 of the borrowed text}. since: the day, such as 2026-10-02."""

    modules: dict[str, str]
    since: str


def loans(engine: Path) -> dict[str, Loan]:
    """{lesson id: what is borrowed of it}."""
    try:
        kept = json.loads(_file(engine).read_text(encoding="utf-8"))
        return {lesson: Loan(dict(each["modules"]), str(each["since"])) for lesson, each in kept.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def save_loans(engine: Path, kept: Mapping[str, Loan]) -> None:
    if not kept:
        return _file(engine).unlink(missing_ok=True)
    text = json.dumps({lesson: asdict(loan) for lesson, loan in kept.items()}, indent=1)
    write_atomic(_file(engine), text + "\n")


def is_borrowed(engine: Path, module: str) -> bool:
    return any(module in loan.modules for loan in loans(engine).values())


def module_file(engine: Path, package: str, module: str) -> Path:
    """Where the student's own version of `module` is: in the package, or aside while another one is borrowed."""
    return own_file(engine, package, module) if is_borrowed(engine, module) else engine / package / f"{module}.py"


def own_file(engine: Path, package: str, module: str) -> Path:
    return engine / ".gradlab" / "own" / package / f"{module}.py"


def own_modules(engine: Path, package: str, lesson: str) -> dict[str, str]:
    """{full name: path} of the student's own modules of `lesson` while it is on loan, for `use_own`; else {}."""
    loan = loans(engine).get(lesson)
    names = loan.modules if loan else ()
    return {f"{package}.{module}": str(own_file(engine, package, module)) for module in names}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _file(engine: Path) -> Path:
    return engine / ".gradlab" / "borrowed.json"


# ---- importing one's own ----------------------------------------------------------------------------------------


class OwnModules(importlib.abc.MetaPathFinder):
    """Finds a lesson's own modules while it is on loan. `where()` gives {full name: path}, asked at each import."""

    def __init__(self, where):
        self.where = where

    def find_spec(self, name, path=None, target=None):
        file = self.where().get(name)
        if file is None:
            return None
        if not Path(file).is_file():  # nothing of it is written yet; the borrowed one must not stand in
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return importlib.util.spec_from_file_location(name, file)


def use_own(where) -> None:
    """Import a lesson's own modules in this process from now on. Twice is as good as once."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != OwnModules.__name__]
    sys.meta_path.insert(0, OwnModules(where))
