"""The exported modules pass ruff, as the package of somebody who writes by hand would. Skipped without ruff."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from autograder.build import exported_modules
from autograder.verify.job import Job


def ruff() -> str | None:
    return shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")


def problems(job: Job) -> list[str]:
    program = ruff()
    folder = job.reference / job.course.package
    files = [str(folder / f"{module}.py") for module in exported_modules(job.source)]
    if not program or not files:
        return []
    config = job.course.root / "pyproject.toml"
    # --no-force-exclude: .build is excluded in the configuration, and yet these are the files that we ask about.
    options = ["--no-force-exclude", *(["--config", str(config)] if config.is_file() else ["--isolated"])]
    found = []
    for verb in (["check", "--output-format=concise", "--quiet"], ["format", "--diff", "--quiet"]):
        command = [program, *verb, *options, "--no-cache", *files]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder, check=False)
        if done.returncode:
            found += _lines(done.stdout or done.stderr, verb[0])
    return found


def _lines(text: str, verb: str) -> list[str]:
    """What ruff said: one line a finding of `check`; of `format` the lines that it would change."""
    if verb == "check":
        return [line for line in text.split("\n") if ": " in line and not line.startswith("Found")]
    changed = [line for line in text.split("\n") if line[:1] in "+-" and line.strip("+- ")]
    return [f"ruff format would change: {' | '.join(changed[:8])}"] if changed else ["ruff format would change it."]
