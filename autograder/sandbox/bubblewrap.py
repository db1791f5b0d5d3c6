"""The rung `bubblewrap`: namespaces of its own for all there is, made by a small and well-read program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.room import WORKER, environment, python_folders

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime")


def bubblewrap(folders: list[Path]) -> list[str]:
    """The command line up to the program, which will see Python, NumPy and `folders`, all of them read-only."""
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--hostname",
        "sandbox",
    ]
    for system in SYSTEM:
        command += ["--ro-bind-try", system, system]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    # After /tmp, which would hide what lies below it: a scratch folder, a virtual environment of a test.
    for place in (*python_folders(), *map(str, folders)):
        command += ["--ro-bind", place, place]
    return [*command, "--chdir", "/tmp"]


def problem() -> str:
    """Why bubblewrap cannot be used here, or ""; tried out, not guessed."""
    if not shutil.which("bwrap"):
        return "bubblewrap (bwrap) is not installed"
    try:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [*bubblewrap([WORKER, Path(folder)]), sys.executable, "-I", "-c", "import numpy"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env={},
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not work here ({error})"
    if done.returncode == 0:
        return ""
    return f"bubblewrap does not work here ({(done.stderr.strip().splitlines() or ['no reason given'])[-1]})"
