"""Reading and writing text so that a file is whole or absent, whatever happens meanwhile."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from gradlab.errors import GradlabError


def read_text(path: Path) -> str:
    """The UTF-8 text of `path` with line ends as `\\n`. Raises GradlabError when it is absent or not UTF-8."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise GradlabError(f"{path} does not exist.") from None
    except IsADirectoryError:
        raise GradlabError(f"{path} is a folder, not a file.") from None
    except OSError as error:
        raise GradlabError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise GradlabError(f"{path}:{line}: not UTF-8 text. Save the file as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_atomic(path: Path | str, text: str | bytes) -> None:
    """Write `text` (as UTF-8, line ends as given) to `path`; a reader sees the whole old file or the whole new one.

    Makes the folders that are missing. A file that exists keeps its permissions.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode("utf-8") if isinstance(text, str) else text
    # In the same folder: os.replace is atomic only within one file system.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path | str, text: str | bytes) -> bool:
    """Like write_atomic, but leave a file that already says this alone. True when it was written."""
    path = Path(path)
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        pass
    write_atomic(path, data)
    return True
