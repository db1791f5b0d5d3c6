"""The student repository's own git history: its first commit has no parent, so the course's past is not in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from gradlab.errors import GradlabError

_NOBODY = {"GIT_AUTHOR_NAME": "Course", "GIT_AUTHOR_EMAIL": "course@localhost"}
_NOBODY |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in _NOBODY.items()}


def check_branch(branch: str) -> None:
    """Raises GradlabError when git would not take the name, or there is no git."""
    if not branch or branch.startswith("-") or _run(["check-ref-format", "--branch", branch]).returncode:
        raise GradlabError(f'"{branch}" cannot be the name of a branch. For instance: --git main')


def commit(folder: Path, branch: str, message: str) -> str | None:
    """Commit the whole folder to `branch` of the repository in it, which is made when it is missing.

    Returns the commit's id, or None when the branch says this already. The first commit has no parent.
    """
    if not (folder / ".git").exists():
        _git(folder, "init", "--quiet", f"--initial-branch={branch}")
    elif not (folder / ".git").is_dir():
        raise GradlabError(f"{folder / '.git'} is a file: this folder belongs to another repository. Name a new one.")
    _git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    before = _git(folder, "rev-parse", "--quiet", "--verify", f"refs/heads/{branch}", may_fail=True)
    # --force: a .gitignore of the person who releases must not leave files out.
    _git(folder, "add", "--all", "--force", ".")
    tree = _git(folder, "write-tree")
    if before and _git(folder, "rev-parse", f"{before}^{{tree}}") == tree:
        return None
    parent = ["-p", before] if before else []
    made = _git(folder, "commit-tree", tree, *parent, "-m", message)
    _git(folder, "update-ref", f"refs/heads/{branch}", made, before or "0" * len(made))
    return made


def _git(folder: Path, *arguments: str, may_fail: bool = False) -> str:
    """What git says. Only this folder's own repository is ever touched, wherever the folder lies."""
    place = [] if arguments[0] == "init" else ["--git-dir", str(folder / ".git"), "--work-tree", str(folder)]
    done = _run([*place, *arguments], folder)
    if done.returncode and not may_fail:
        raise GradlabError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip()}")
    return done.stdout.strip()


def _run(arguments: list[str], folder: Path | None = None) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    identity = _NOBODY if arguments[0] != "config" and not _has_identity() else {}
    try:
        return subprocess.run(
            ["git", "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", *arguments],
            cwd=folder,
            env={**environment, **identity},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        raise GradlabError("there is no git here. Install it, or release without --git.") from None


def _has_identity() -> bool:
    """True when the person who releases has told git who they are."""
    done = subprocess.run(["git", "config", "--global", "user.email"], capture_output=True, check=False)
    return done.returncode == 0
