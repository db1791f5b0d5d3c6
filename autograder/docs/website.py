"""Sphinx on the folder of sources, and MathJax from npm, so that no page asks another host for anything."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from gradlab.errors import GradlabError

MATHJAX = "mathjax@3.2.2"
SHA512 = "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw=="
SCRIPT = "tex-svg.js"  # one file with its fonts: it loads nothing else


def mathjax(store: Path) -> Path:
    """The script that sets formulas; fetched with npm once, and kept in `store`. Raises GradlabError."""
    script = store / MATHJAX / SCRIPT
    if not script.is_file():
        if shutil.which("npm") is None:
            raise GradlabError("npm is missing, which fetches MathJax. Install Node.js: https://nodejs.org")
        with tempfile.TemporaryDirectory() as scratch:
            command = ["npm", "pack", MATHJAX, "--silent", "--pack-destination", scratch]
            done = subprocess.run(command, capture_output=True, text=True, cwd=scratch)
            packs = list(Path(scratch).glob("*.tgz"))
            if done.returncode or not packs:
                raise GradlabError(f"npm could not fetch {MATHJAX}: {done.stderr.strip()[-300:]}")
            data = packs[0].read_bytes()
            if base64.b64encode(hashlib.sha512(data).digest()).decode() != SHA512:
                raise GradlabError(f"what npm fetched is not {MATHJAX} as it was published. Nothing was kept.")
            with tarfile.open(packs[0]) as pack:
                content = pack.extractfile(f"package/es5/{SCRIPT}").read()
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_bytes(content)
    return script


def render(sources: Path, target: Path, engine: Path) -> None:
    """Write the website to `target`. A warning is an error. engine: the folder that holds `mytorch`.

    Raises GradlabError with what Sphinx complains about.
    """
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E", "-j", "auto"]
    environment = {**os.environ, "PYTHONPATH": str(engine), "PYTHONUTF8": "1"}
    done = subprocess.run([*command, str(sources), str(target)], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise GradlabError(f"Sphinx is not content:\n{done.stderr.strip()[-4000:]}")
