"""Sphinx on the folder of sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gradlab.errors import GradlabError


def render(sources: Path, target: Path, engine: Path) -> None:
    """Write the website to `target`. A warning is an error. engine: the folder that holds `mytorch`.

    Raises GradlabError with what Sphinx complains about.
    """
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E", "-j", "auto"]
    environment = {**os.environ, "PYTHONPATH": str(engine), "PYTHONUTF8": "1"}
    done = subprocess.run([*command, str(sources), str(target)], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise GradlabError(f"Sphinx is not content:\n{done.stderr.strip()[-4000:]}")
