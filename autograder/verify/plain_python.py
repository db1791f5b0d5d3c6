"""`python solutions/<id>/lesson.py` runs to its end, on the reference engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.verify.job import Job

TIMEOUT = 300
PACKAGES = Path(__file__).resolve().parents[2]


def problems(job: Job) -> list[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GRADLAB_")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGES), env.get("PYTHONPATH")]))
    env |= {"MPLBACKEND": "Agg", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    file = job.source.file.relative_to(job.course.root)
    try:
        done = subprocess.run(
            [sys.executable, str(file)],
            cwd=job.course.root,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"python {file.as_posix()} does not end within {TIMEOUT} seconds."]
    if done.returncode == 0:
        return []
    lines = [line for line in done.stderr.strip().split("\n") if line.strip()]
    where = next((line.strip() for line in reversed(lines) if f'{file.name}"' in line), "")
    return [f"python {file.as_posix()}: {lines[-1] if lines else f'exit code {done.returncode}'} ({where})"]
