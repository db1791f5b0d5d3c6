"""Running the visible checks of a lesson in a fresh Python, against an engine.

    for result in run_checks("modules/03_backward_pass/03_backward_pass.ipynb", engine_dir()):
        print(result.ok, result.name, result.message)

`check_runner.py` is what runs in the other process. A check that hangs, exits or crashes takes only itself down.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gradlab import in_process
from gradlab.borrowed import own_modules
from gradlab.in_browser import IN_BROWSER
from gradlab.notebooks import Cell, Notebook, read_notebook

RUNNER = Path(__file__).with_name("check_runner.py")
START_SECONDS = 60  # for Python and NumPy on a cold disk
AFTER_A_HANG = 5  # seconds for each further check, once one has hung: the engine is likely to hang again


@dataclass(frozen=True)
class CheckResult:
    """What one check cell found. name: its grade_id ("walk-check"). message: for the student; "" when ok.

    stderr: what it wrote there, warnings included. nbgrader's own autograde gives 0 points to a cell that does.
    """

    name: str
    exercise: str
    points: float
    ok: bool
    message: str
    seconds: float
    stderr: str = ""


def run_checks(
    lesson_notebook: Path | str | Notebook, engine_dir: Path | str, timeout: float = 60, package: str = "mytorch"
) -> list[CheckResult]:
    """The results of the check cells of a lesson, in order, against `engine_dir/package`.

    timeout: seconds for one check. Each check sees the package freshly imported, numpy as np, what the lesson's
    exported cells define, its given cells and its own exercise. In a browser there is no other process and no timeout.
    Raises NotebookError when the notebook is unreadable.
    """
    if isinstance(lesson_notebook, Notebook):
        notebook = lesson_notebook
    else:
        notebook = read_notebook(lesson_notebook)
    checks = [place for place, cell in enumerate(notebook.cells) if cell.role == "check"]
    if IN_BROWSER:
        results = in_process.run_checks(notebook, Path(engine_dir).resolve(), package, checks)
        return [_result(notebook.cells[place], *results[place]) for place in checks]
    results: dict[int, tuple] = {}
    limit = timeout
    while left := [place for place in checks if place not in results]:
        with Runner(notebook, Path(engine_dir), package, left) as runner:
            hung = runner.collect(results, limit)
        if hung:
            limit = min(limit, AFTER_A_HANG)
    return [_result(notebook.cells[place], *results[place]) for place in checks]


def _result(cell: Cell, ok: bool, message: str, seconds: float, stderr: str = "") -> CheckResult:
    return CheckResult(cell.id or f"{cell.name}-check", cell.name, cell.points, ok, message, seconds, stderr)


class Runner:
    """One process that runs some checks, as long as it lives."""

    def __init__(self, notebook: Notebook, engine: Path, package: str, checks: list[int]):
        self.checks = checks
        job = {
            "engine": str(engine.resolve()),
            "gradlab": str(RUNNER.parent.parent),
            "package": package,
            "own": own_modules(engine.resolve(), package, notebook.lesson),
            "cells": [[cell.role, cell.name, cell.module, cell.source] for cell in notebook.cells],
            "checks": checks,
        }
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        # -P and not -I: nothing beside the notebook is imported by accident, yet packages installed for the user are.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=notebook.path.resolve().parent if notebook.path.parent.is_dir() else None,
            env={**os.environ, "MPLBACKEND": "Agg", "GRADLAB_ENGINE": str(engine.resolve())},
        )
        self.lines: queue.SimpleQueue = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._tell, args=[json.dumps(job).encode()], daemon=True).start()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def _tell(self, job: bytes) -> None:
        try:
            with self.process.stdin as stream:
                stream.write(job)
        except OSError:  # it died at once; _listen notices
            pass

    def _listen(self) -> None:
        try:
            for line in self.process.stdout:
                self.lines.put(json.loads(line))
        except ValueError:  # closed, or cut off in the middle of a line
            pass
        self.lines.put(None)

    def collect(self, results: dict[int, tuple], limit: float) -> bool:
        """Add results until the process ends, at least one. True when it had to be stopped."""
        running, since, deadline = None, 0.0, time.monotonic() + START_SECONDS
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                seconds = START_SECONDS if running is None else limit
                self._blame(results, running, f"stopped after {seconds:g} seconds: a loop without end?", seconds)
                return True
            if line is None:
                if running is not None or not all(place in results for place in self.checks):
                    self._blame(results, running, self._last_words(), time.monotonic() - since if running else 0.0)
                return False
            if "start" in line:
                running, since = line["start"], time.monotonic()
                deadline = since + limit
            else:
                results[line["done"]] = (line["ok"], line["message"], line["seconds"], line["stderr"])
                running, deadline = None, time.monotonic() + START_SECONDS

    def _blame(self, results: dict, running: int | None, message: str, seconds: float) -> None:
        """The check that was running failed; when none was, none of the others will do better."""
        blamed = [running] if running is not None else [place for place in self.checks if place not in results]
        results.update({place: (False, message, seconds) for place in blamed})

    def _last_words(self) -> str:
        code = self.process.wait()
        self.errors.seek(0)
        words = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        said = f": {words[-1]}" if words else ""
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"Python {how} while this ran{said}."
