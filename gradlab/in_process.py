"""Checks and trial imports in this very process: for where there is no other, as in a browser.

The package that the notebook works with is set aside meanwhile, and is back afterwards as it was. What a fresh process
would also give is missing: a check that never ends cannot be stopped.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from gradlab import check_namespace
from gradlab.borrowed import own_modules, use_own
from gradlab.notebooks import Notebook
from gradlab.reload import put_first, set_aside


def run_checks(notebook: Notebook, engine: Path, package: str, checks: list[int]) -> dict[int, tuple]:
    """{place: (ok, message, seconds, stderr)} of the check cells at `checks`, as checks.Runner gives them."""
    cells = [
        check_namespace.JobCell(cell.role, cell.name, cell.module, check_namespace.without_magics(cell.source))
        for cell in notebook.cells
    ]
    results = {}
    own = own_modules(engine, package, notebook.lesson)
    with _fresh(package, engine, own), redirect_stdout(io.StringIO()):
        for place in checks:
            heard: list[str] = []
            start = time.perf_counter()
            message = check_namespace.run_check(cells, place, package, heard)
            seconds = round(time.perf_counter() - start, 4)
            stderr = "\n".join(heard).strip()[: check_namespace.LONGEST]
            results[place] = (message is None, message or "", seconds, stderr)
    return results


def import_problem(engine: Path, package: str, module: str, own: Mapping[str, str]) -> str | None:
    """What Python says to `import package.module` from `engine`, with one's `own` modules; None when it goes well."""
    with _fresh(package, engine, own):
        try:
            importlib.import_module(f"{package}.{module}")
        except BaseException as error:
            return f"with it, `import {package}.{module}` fails: {type(error).__name__}: {error}."
    return None


@contextmanager
def _fresh(package: str, engine: Path, own: Mapping[str, str]) -> Iterator[None]:
    """`package` is not imported, and would come from `engine`; afterwards everything is as it was."""
    loaded, path, finders, folder = set_aside(package), list(sys.path), list(sys.meta_path), Path.cwd()
    try:
        put_first(engine)
        use_own(lambda: dict(own))
        importlib.invalidate_caches()
        yield
    finally:
        set_aside(package)
        sys.modules.update(loaded)
        sys.path[:], sys.meta_path[:] = path, finders
        os.chdir(folder)
