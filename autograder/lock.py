"""The versions that Binder and conda install, written down: binder/requirements.txt, out of binder/requirements.in.

    python -m autograder.lock             # resolve the list anew, for the Python of binder/runtime.txt
    python -m autograder.lock --check     # resolve what is written; fails when it cannot be installed

Nothing is installed: pip resolves, and tells.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from gradlab.course import find_root
from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic

LIST, LOCK, RUNTIME = "binder/requirements.in", "binder/requirements.txt", "binder/runtime.txt"
HEAD = """\
# Every package that Binder and conda install, with its version: what requirements.in comes to, for Python {python} on
# Linux. Written by `python -m autograder.lock`; do not edit.
"""


def resolved(root: Path, requirements: str) -> dict[str, str]:
    """{package: version} that pip would install into an empty environment. Raises GradlabError."""
    python = read_text(root / RUNTIME).strip().removeprefix("python-")
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
        command += ["--only-binary=:all:", "--python-version", python, "--target", scratch, "--report", str(report)]
        command += ["--requirement", str(root / requirements)]
        for platform in ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64"):
            command += ["--platform", platform]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise GradlabError(f"pip cannot resolve {requirements}: {done.stderr.strip()[-1000:]}")
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {each["metadata"]["name"].lower(): each["metadata"]["version"] for each in installs}


def lock_text(root: Path) -> str:
    """The lock, freshly resolved."""
    python = read_text(root / RUNTIME).strip().removeprefix("python-")
    found = sorted(resolved(root, LIST).items())
    return HEAD.format(python=python) + "".join(f"{name}=={version}\n" for name, version in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the lock cannot be installed")
    args = parser.parse_args()
    root = find_root()
    try:
        if args.check:
            print(f"{len(resolved(root, LOCK))} packages can be installed.")
        else:
            write_atomic(root / LOCK, lock_text(root))
            print(f"Wrote {LOCK}.")
    except GradlabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
