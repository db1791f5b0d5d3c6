"""Where a gradebook is: its URL, what people call it, and what to tell them when it cannot be used."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from gradlab.errors import GradlabError

FILE = "gradebook.db"


def file_url(folder: Path) -> str:
    """The URL of the gradebook that nbgrader expects in the course's folder."""
    return f"sqlite:///{(Path(folder).resolve() / FILE).as_posix()}"


def check_url(url: str) -> None:
    """Raises GradlabError when it is none, or needs a driver that is not installed. Does not connect."""
    try:
        create_engine(url).dispose()
    except ModuleNotFoundError as error:
        package = "'psycopg[binary]'" if error.name == "psycopg" else error.name
        raise GradlabError(f"{shown(url)} needs a driver: pip install {package}") from None
    except (ArgumentError, NoSuchModuleError):
        raise GradlabError(f'"{url}" is no URL of a database, such as postgresql://user@host/grades.') from None


def shown(url: str) -> str:
    """A gradebook as people call it: its file, or its URL without the password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url
    return str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()


def cannot_write(url: str, error: Exception) -> GradlabError:
    """What to tell somebody whose gradebook is locked, read-only, full, or not to be reached."""
    said = first_line(error)
    if "locked" in said:
        remedy = "Another program is using it: close it (formgrader, another autograder) and grade again."
    elif "readonly" in said or "unable to open" in said or "Permission" in said:
        remedy = "It or its folder cannot be written: correct the rights, or name another folder with --out DIR."
    elif "full" in said or "No space" in said:
        remedy = "Make room on the disk, and grade again: what is recorded stays and is not graded twice."
    elif "malformed" in said or "not a database" in said:
        remedy = "The file is damaged: move it away and take a backup, or grade again from the submissions."
    else:
        remedy = "See that it can be reached and written, and grade again: what is recorded is not graded twice."
    return GradlabError(f"{shown(url)} cannot be written ({said}). {remedy}")


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
