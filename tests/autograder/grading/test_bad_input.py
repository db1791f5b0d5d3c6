"""Everything that a class hands in instead of the notebook: each gets a score and a reason, and stops nobody else.

One run of the grader over all of it, from the folder to the gradebook. What needs students' code to run is in
test_grade.py.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import dataclass

import pytest
from nbgrader.api import Gradebook

from autograder.collect import collect
from autograder.grade import Options, grade_class
from autograder.report import write_csv
from autograder.slots import Here

LESSON = "01_numbers"
pytestmark = pytest.mark.slow


@dataclass
class Kind:
    """data: the file's bytes, from the text of a right notebook. why: words of the reason. file: its name."""

    data: object
    why: str
    file: str = f"{LESSON}.ipynb"
    score: float = 0


def edited(change):
    """A notebook whose JSON was changed."""

    def make(text):
        notebook = json.loads(text)
        change(notebook)
        return json.dumps(notebook).encode("utf-8", "surrogatepass")

    return make


def of_cells(change):
    return edited(lambda notebook: [change(cell) for cell in notebook["cells"]])


def packed(name="01_numbers.ipynb", data=b"{}", **about):
    def make(text):
        whole, info = io.BytesIO(), zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for attribute, value in about.items():
            setattr(info, attribute, value)
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr(info, data)
        return whole.getvalue()

    return make


def nested(depth):
    return lambda text: text.replace(
        '"metadata": {', '"metadata": {"a": ' + "[" * depth + "]" * depth + ", ", 1
    ).encode()


def drop_all(notebook):
    """No answer and no mark of the lesson in any cell."""
    notebook["metadata"] = {}
    for number, cell in enumerate(notebook["cells"]):
        cell.update(metadata={}, id=f"c{number}", source="print(1)")


KINDS = {
    "empty": Kind(lambda text: b"", "the file is empty"),
    "blank": Kind(lambda text: b" \r\n\t ", "the file is empty"),
    "null bytes": Kind(lambda text: b"\0" * 5000, "the file is empty"),
    "truncated": Kind(lambda text: text[: len(text) // 3].encode(), "cut off in line"),
    "truncated in a character": Kind(lambda text: '["é'.encode()[:-1], "a binary file"),
    "two notebooks in one": Kind(lambda text: (text + text).encode(), "Extra data"),
    "merge conflict": Kind(lambda text: f"<<<<<<< HEAD\n{text}".encode(), "web page"),
    "html": Kind(lambda text: b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
    "plain text": Kind(lambda text: b"I could not do it", "is not JSON"),
    "python": Kind(lambda text: b"def double(x):\n    return 2 * x\n", "is not JSON"),
    "list": Kind(lambda text: b"[1, 2]", "has no cells"),
    "number": Kind(lambda text: b"NaN", "has no cells"),
    "other json": Kind(lambda text: b'{"name": "package", "version": 4}', "has no cells"),
    "jpeg": Kind(lambda text: b"\xff\xd8\xff\xe0" + bytes(range(256)), "a binary file"),
    "pdf": Kind(lambda text: b"%PDF-1.7 \xe2\xe3\xcf", "a PDF"),
    "zip as a notebook": Kind(packed(), "a zip file"),
    "latin-1": Kind(lambda text: '{"cells": "\xe9"}'.encode("latin-1"), "a binary file"),
    "nested without end": Kind(lambda text: b'{"cells":' * 100_000, "cannot be read as JSON"),
    "a number of a million digits": Kind(lambda text: b'{"cells": ' + b"9" * 1_000_000 + b"}", "cannot be read"),
    "format 2": Kind(edited(lambda n: n.update(nbformat=2)), "format 2 is not known"),
    "format 5": Kind(edited(lambda n: n.update(nbformat=5)), "format 5 is not known"),
    "format of words": Kind(edited(lambda n: n.update(nbformat="four")), 'format "four" is not known'),
    "format of lists": Kind(edited(lambda n: n.update(nbformat=[[]])), "format [[]] is not known"),
    "cells are a number": Kind(edited(lambda n: n.update(cells=3)), "is not known"),
    "no cells": Kind(edited(lambda n: n.update(cells=[], metadata={})), f"no cell of {LESSON} is in it"),
    "cells are nothing": Kind(
        edited(lambda n: n.update(cells=[None, 3, [], "x"], metadata={})), f"no cell of {LESSON}"
    ),
    "nobody's cells": Kind(edited(drop_all), f"no cell of {LESSON} is in it"),
    "another lesson": Kind(lambda text: text.replace(LESSON, "02_sums").encode(), "this is the notebook of 02_sums"),
    "another course": Kind(lambda text: text.replace(LESSON, "09_poetry").encode(), "the notebook of 09_poetry"),
    "a lesson of half characters": Kind(
        edited(lambda n: n["metadata"]["gradlab"].update(lesson="\ud800\x1b[31m")), "this is the notebook of ?"
    ),
    "sources are numbers": Kind(of_cells(lambda cell: cell.update(source=7)), "is not written yet"),
    "sources of null bytes": Kind(of_cells(lambda cell: cell.update(source="\0")), "null bytes"),
    "half characters": Kind(of_cells(lambda cell: cell.update(source="\udfff")), "left out"),
    "cells of a megabyte": Kind(of_cells(lambda cell: cell.update(source="x=1\n" * 300_000)), "longer than 100,000"),
    "200 MB of output": Kind(None, "is larger than 100 MB: clear its outputs"),
    "docx": Kind(lambda text: b"PK\x03\x04", "only answer.docx", "answer.docx"),
    "checkpoint only": Kind(lambda text: text.encode(), "no notebook", ".ipynb_checkpoints"),
    "zip of nothing": Kind(packed("notes.txt"), "no notebook in the folder, only notes.txt", "work.zip"),
    "zip that leads out": Kind(packed(f"../../{LESSON}.ipynb"), "leads out of it", "work.zip"),
    "zip with a link": Kind(packed(external_attr=0o120777 << 16), "a link to another file", "work.zip"),
    "zip bomb": Kind(packed(data=bytes(30 << 20)), "a zip bomb", "work.zip"),
    "zip of a zip": Kind(packed("a.zip", packed()("")), "no notebook in the folder, only a.zip", "work.zip"),
    "zip cut off": Kind(lambda text: packed()(text)[:40], "no zip that can be read", "work.zip"),
    "dangling link": Kind(None, "is a link"),
    "folder called so": Kind(None, "no notebook"),
    "pipe": Kind(None, "is no file"),
    # read all the same
    "nested a little": Kind(nested(50), "", score=9),
    "large output": Kind(of_cells(lambda cell: cell.update(outputs=[{"text": "x" * 500_000}])), "", score=9),
    "outputs are no list": Kind(of_cells(lambda cell: cell.update(outputs="x", execution_count={})), "", score=9),
    "every id the same": Kind(of_cells(lambda cell: cell.update(id="x")), "", score=9),
    "metadata is no mapping": Kind(of_cells(lambda cell: cell.update(attachments=3, tags=[])), "", score=9),
}
NAMES = ["perfect", 'O\'Brien, "Pat"', "🙂 émoji", "שלום عليكم", "a<b>&amp;c", "per%cent %s {0}", "-rf", "CON", "=1+1"]


def put(place, kind, text):
    """Lay what was handed in into its folder."""
    place.mkdir(parents=True)
    path = place / kind.file
    name = place.parent.name
    if name == "200 MB of output":
        with path.open("wb") as stream:
            stream.truncate(200 << 20)  # takes no room on the disk
    elif name == "dangling link":
        path.symlink_to("/nowhere/at/all")
    elif name == "folder called so":
        path.mkdir()
    elif name == "pipe":
        os.mkfifo(path)
    elif name == "checkpoint only":
        path.mkdir()
        (path / f"{LESSON}-checkpoint.ipynb").write_bytes(kind.data(text))
    else:
        path.write_bytes(kind.data(text))


@pytest.fixture(scope="module")
def run(built, blueprint, answered, tmp_path_factory):
    out, text = tmp_path_factory.mktemp("bad"), json.dumps(answered(), indent=1)
    for name, kind in KINDS.items():
        put(out / "submitted" / name / LESSON, kind, text)
    for name in NAMES:
        put(out / "submitted" / name / LESSON, Kind(lambda text: text.encode(), ""), text)
    found = collect(out / "submitted", built, [blueprint.lesson])
    assert not found.unmatched
    report = grade_class(built, [blueprint.lesson], found.submissions, out, Options(), executor=Here())
    return out, report, {each.student: each for each in report.all}


def test_nobody_is_lost_and_nothing_failed(run):
    _, report, by_student = run
    assert not report.failed and set(by_student) == {*KINDS, *NAMES}


@pytest.mark.parametrize("name", KINDS)
def test_a_score_and_a_reason(run, name):
    each, kind = run[2][name], KINDS[name]
    said = [reason for exercise in each.verdicts for reason in each.reasons_of(exercise)]
    assert each.score == kind.score and each.maximum == 9, said
    assert any(kind.why in reason for reason in said) or not kind.why, said
    assert "".join(said).isprintable()


@pytest.mark.parametrize("name", NAMES)
def test_names(run, name):
    out, _, by_student = run
    assert by_student[name].score == 9
    page = (out / "feedback" / name / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "(Score: 9.0 / 9.0)" in page


def test_gradebook_and_csv_have_them_all(run, tmp_path):
    out, report, by_student = run
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as gradebook:
        recorded = {each.student.id: each.score for each in gradebook.assignment_submissions(LESSON)}
    assert recorded == {name: each.score for name, each in by_student.items()}
    write_csv(tmp_path / "scores.csv", report.every())
    text = (tmp_path / "scores.csv").read_text(encoding="utf-8-sig")
    assert "\n'=1+1," in text and len({line.split(",")[0] for line in text.splitlines()}) > len(KINDS)
