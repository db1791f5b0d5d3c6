"""The bytes of a notebook that a student handed in, as plain cells. Takes what it can, and says what it could not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from gradlab.export_format import Export, ExportError, export_of


@dataclass(frozen=True)
class Handed:
    """A cell as it was handed in. grade_id: nbgrader's; id: the notebook format's; role and name: gradlab's."""

    index: int
    kind: str
    source: str
    grade_id: str = ""
    id: str = ""
    role: str = ""
    name: str = ""

    @property
    def export(self) -> Export | None:
        try:
            return export_of(self.source)
        except ExportError:
            return None


@dataclass
class Submitted:
    """A notebook as it was handed in. problem: why it cannot be graded, or ""; notes: what was put right in reading it.

    lesson: the one that it says it is, or "".
    """

    cells: list[Handed] = field(default_factory=list)
    lesson: str = ""
    notes: list[str] = field(default_factory=list)
    problem: str = ""


def read_submitted(data: bytes) -> Submitted:
    """The cells of the notebook in `data`. Never raises."""
    result = Submitted()
    text = _text(data, result)
    raw = None if result.problem else _json(text, result)
    if not result.problem:
        cells = _raw_cells(raw, result)
        result.lesson = _str(_dict(_dict(raw.get("metadata")).get("gradlab")).get("lesson"))
        result.cells = [_cell(cell, index) for index, cell in enumerate(cells) if isinstance(cell, dict)]
        if len(result.cells) < len(cells):
            result.notes.append(f"{len(cells) - len(result.cells)} damaged cells were passed over")
    return result


def _text(data: bytes, result: Submitted) -> str:
    if not data.strip(b"\x00 \t\r\n"):
        result.problem = "the file is empty"
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
        result.notes.append("the file was saved as UTF-16")
    else:
        encoding = "utf-8-sig"
        if data.startswith(b"\xef\xbb\xbf"):
            result.notes.append("the byte-order mark at its beginning was removed")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        result.problem = f"this is no notebook but {_guess(data)}"
        return ""
    if "\r" in text:
        result.notes.append("its line ends were put right")
    return text


def _guess(data: bytes) -> str:
    if data.startswith(b"PK"):
        return "a zip file: hand in the .ipynb file that is inside"
    if data.startswith(b"%PDF"):
        return "a PDF: hand in the .ipynb file itself"
    return "a binary file"


def _json(text: str, result: Submitted) -> dict:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            result.problem = f"the notebook is cut off in line {error.lineno}: save it and hand it in again"
        elif text.lstrip().startswith("<"):
            result.problem = "this is a web page (HTML), not the notebook: hand in the .ipynb file itself"
        else:
            result.problem = f"this is no notebook: in line {error.lineno} it is not JSON ({error.msg})"
        return {}
    except (RecursionError, ValueError):  # nested without end; a number of a million digits
        result.problem = "this is no notebook: it cannot be read as JSON"
        return {}
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        result.problem = "this is no notebook: it is JSON, but has no cells"
        return {}
    return raw


def _raw_cells(raw: dict, result: Submitted) -> list:
    version = raw.get("nbformat", 4)
    if version == 3 and isinstance(raw.get("worksheets"), list):
        result.notes.append("it was saved in the old notebook format 3")
        sheets = [_dict(sheet).get("cells") for sheet in raw["worksheets"]]
        return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    if version != 4 or not isinstance(raw.get("cells"), list):
        shown = json.dumps(version)[:20]
        result.problem = f"its notebook format {shown} is not known: save it with JupyterLab and hand it in again"
        return []
    return raw["cells"]


def _cell(raw: dict, index: int) -> Handed:
    metadata = _dict(raw.get("metadata"))
    ours = _dict(metadata.get("gradlab"))
    return Handed(
        index=index,
        kind=_str(raw.get("cell_type")),
        source=_source(raw.get("source", raw.get("input"))),
        grade_id=_str(_dict(metadata.get("nbgrader")).get("grade_id")),
        id=_str(raw.get("id")),
        role=_str(ours.get("role")),
        name=_str(ours.get("name")),
    )


def _source(source: Any) -> str:
    """A cell's text, which JSON holds as a string or a list of lines, in characters that can be written to a file."""
    if isinstance(source, list):
        source = "".join([line for line in source if isinstance(line, str)])
    return _str(source).replace("\r\n", "\n").replace("\r", "\n")


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _str(value: Any) -> str:
    """A text that can be written to a file; JSON may hold half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
