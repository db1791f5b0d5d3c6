"""What was handed in, and how it is found."""

import json
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autograder.collect import collect
from autograder.roster import read_roster
from gradlab.course import Policies
from gradlab.errors import GradlabError


@pytest.fixture
def folder(tmp_path, built):
    def put(student, *files, lesson="01_numbers", text="{}"):
        place = tmp_path / student / lesson
        place.mkdir(parents=True, exist_ok=True)
        for name in files:
            (place / name).write_text(text, encoding="utf-8")
        return place

    put("ann", "01_numbers.ipynb", "timestamp.txt", "notes.txt")
    put.root = tmp_path
    return put


def find(folder, built, *only):
    return {each.student: each for each in collect(folder.root, built, (), only).submissions}


def test_the_usual_and_a_renamed_notebook(folder, built):
    folder("bob 🙂 [x]", "my work (final).ipynb")
    folder("cat", "01_numbers.ipynb", "Untitled.ipynb")
    found = find(folder, built)
    assert [each.note for each in found.values()] == [
        "",
        "the notebook was called my work (final).ipynb, not 01_numbers.ipynb",
        "",
    ]
    assert all(each.file and not each.problem for each in found.values())
    assert found["ann"].stamp == "{}" and found["cat"].file.name == "01_numbers.ipynb"


def test_what_the_exchange_puts_beside_the_notebook(folder, built):
    place = folder("bob", "01_numbers.ipynb")
    (place / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n", encoding="utf-8")
    (place / "submission_secret.txt").write_text("5ec2e7", encoding="utf-8")
    folder("eve", "submission_secret.txt", text="x" * 1000)
    found = find(folder, built)
    assert (found["bob"].stamp, found["bob"].secret) == ("2026-01-02 03:04:05 UTC", "5ec2e7")
    assert found["ann"].secret == "" and len(found["eve"].secret) == 200
    assert found["eve"].problem == "there is no notebook in the folder"


def test_of_several_the_one_that_says_it_is_this_lesson(folder, built):
    place = folder("bob", "a.ipynb")
    text = json.dumps({"metadata": {"gradlab": {"lesson": "01_numbers"}}})
    (place / "b.ipynb").write_text(text, encoding="utf-8")
    assert find(folder, built)["bob"].file.name == "b.ipynb"


def test_nothing_that_can_be_graded(folder, built):
    folder("two", "a.ipynb", "b.ipynb")
    folder("none", "answer.txt")
    folder("empty")
    place = folder("link")
    os.symlink(folder.root / "ann" / "01_numbers" / "01_numbers.ipynb", place / "01_numbers.ipynb")
    found = find(folder, built)
    assert found["two"].problem == "there are 2 notebooks (a.ipynb, b.ipynb), and none is called 01_numbers.ipynb"
    assert found["none"].problem == "there is no notebook in the folder, only answer.txt"
    assert found["empty"].problem == "there is no notebook in the folder"
    assert found["link"].problem == "01_numbers.ipynb is a link to another file, not a notebook"
    assert all(each.file is None and each.data() == b"" for each in found.values() if each.problem)


def test_students_without_this_lesson_and_stray_files_are_no_submissions(folder, built):
    folder("bob", "02_sums.ipynb", lesson="02_sums")
    folder(".cache", "01_numbers.ipynb")
    (folder.root / "readme.txt").write_text("", encoding="utf-8")
    found = collect(folder.root, built).submissions
    assert [(each.student, each.lesson.id) for each in found] == [("ann", "01_numbers"), ("bob", "02_sums")]


def test_only_some(folder, built):
    folder("bob", "01_numbers.ipynb")
    assert list(find(folder, built, "bob")) == ["bob"]
    with pytest.raises(GradlabError, match=r'nobody called "an" .*Did you mean "ann"'):
        find(folder, built, "an")


def test_no_folder(built, tmp_path):
    with pytest.raises(GradlabError, match="is no folder"):
        collect(tmp_path / "nowhere", built)


# ---- archives ---------------------------------------------------------------------------------------------------

NB = json.dumps({"metadata": {"gradlab": {"lesson": "01_numbers"}}, "cells": [], "nbformat": 4})


def zipped(path, files, **about):
    """A zip of {name: text}; a ZipInfo's attributes are in `about`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in about.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
    return path


def packed(files, tmp_path):
    return zipped(tmp_path / "inner.zip", files).read_bytes()


def who(collected):
    return {each.student: each.problem or each.note for each in collected.submissions}


RENAMED = "the notebook was called {}, not 01_numbers.ipynb"
LAYOUTS = {
    "moodle": (
        {
            "Ada Lovelace_10815_assignsubmission_file_/homework.ipynb": NB,
            "Grace O'Hopper_7_assignsubmission_file_/01_numbers.ipynb": NB,
            "Max Muster_9_assignsubmission_file_/scan.pdf": "%PDF",
            "Zoë 🙂 שלום_3_assignsubmission_onlinetext_/onlinetext.html": "<p>",
        },
        {
            "Ada Lovelace_10815": RENAMED.format("homework.ipynb"),
            "Grace O'Hopper_7": "",
            "Max Muster_9": "there is no notebook in the folder, only scan.pdf",
            "Zoë 🙂 שלום_3": "there is no notebook in the folder, only onlinetext.html",
        },
    ),
    "canvas": (
        {"lovelaceada_10815_4711_homework.ipynb": NB, "hoppergrace_LATE_7_4712_01_numbers.ipynb": NB},
        {"lovelaceada_10815": RENAMED.format("homework.ipynb"), "hoppergrace_7": ""},
    ),
    "nbgrader in a folder": ({"class/ada/01_numbers/01_numbers.ipynb": NB}, {"ada": ""}),
    "exchange": ({"ada+01_numbers+2026-01-02 03:04:05 UTC+x1/01_numbers.ipynb": NB}, {"ada": ""}),
    "a folder each": ({"ada/any.ipynb": NB, "bob/x/y.ipynb": NB}, {"ada": "any", "bob": "y"}),
    "a file each": ({"ada-01_numbers.ipynb": NB, "bob_01_numbers (1).ipynb": NB}, {"ada": "ada", "bob": "bob"}),
}


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(built, tmp_path, layout, form):
    files, expected = LAYOUTS[layout]
    place = zipped(tmp_path / "all.zip", files)
    if form == "folder":
        with zipfile.ZipFile(place) as archive:
            archive.extractall(tmp_path / "all")
        place = tmp_path / "all"
    found = collect(place, built, [built.lesson("1")])
    assert set(who(found)) == set(expected) and not found.unmatched
    for student, said in who(found).items():
        assert expected[student] in said
    assert all(each.data() == NB.encode() for each in found.submissions if each.file)


def test_archives_of_gradlab_submit_beside_each_other_and_in_moodle(built, tmp_path):
    inside = {"ada/01_numbers/01_numbers.ipynb": NB, "ada/01_numbers/timestamp.txt": "2026-01-02 03:04:05 UTC"}
    zipped(tmp_path / "ada-01_numbers.zip", inside)
    zipped(tmp_path / "eve-01_numbers.zip", inside)  # not eve's
    (tmp_path / "bob-01_numbers.zip").write_bytes(b"PK\x03\x04 broken")
    found = collect(tmp_path, built)
    assert who(found) == {"ada": ""} and found.submissions[0].stamp.startswith("2026-01-02")
    assert "it is eve's, and what is in it that it is ada's" in found.unmatched["eve-01_numbers.zip"]
    assert "no zip that can be read" in found.unmatched["bob-01_numbers.zip"]

    moodle = zipped(tmp_path / "m.zip", {"Eve_5_assignsubmission_file_/ada-01_numbers.zip": packed(inside, tmp_path)})
    assert who(collect(moodle, built)) == {"Eve_5": ""}  # Moodle knows whose it is, whatever the archive says


HOSTILE = {
    "leads out": ({"../../01_numbers.ipynb": NB}, {}, "leads out of it"),
    "absolute": ({"/etc/01_numbers.ipynb": NB}, {}, "leads out of it"),
    "link": ({"01_numbers.ipynb": "/etc/passwd"}, {"external_attr": 0o120777 << 16}, "link to another file"),
    "bomb": ({"01_numbers.ipynb": b" " * (20 << 20)}, {}, "zip bomb"),
    "large": ({"01_numbers.ipynb": b""}, {}, "larger than"),
    "password": ({"01_numbers.ipynb": NB}, {"flag_bits": 1}, "password"),
    "many": ({f"{number}.txt": "" for number in range(2001)}, {}, "2,001 files are in it"),
    "broken": (None, {}, "no zip that can be read"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_costs_its_student_and_nobody_else(built, tmp_path, monkeypatch, kind):
    files, about, why = HOSTILE[kind]
    if kind == "large":
        monkeypatch.setattr("autograder.files.LARGEST", 100)
        files = {"01_numbers.ipynb": os.urandom(200)}
    data = zipped(tmp_path / "inner.zip", files, **about).read_bytes() if files else b"PK\x03\x04 no zip"
    if kind == "password":  # the flag is kept in the directory at the end, too
        data = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    place = tmp_path / "all"
    for student in ("ada_1", "eve_2"):
        (place / f"{student}_assignsubmission_file_").mkdir(parents=True)
    (place / "ada_1_assignsubmission_file_" / "01_numbers.ipynb").write_text("{}" if kind == "large" else NB)
    (place / "eve_2_assignsubmission_file_" / "work.zip").write_bytes(data)
    found = collect(place, built, [built.lesson("1")])
    assert who(found)["ada_1"] == "" and why in who(found)["eve_2"], who(found)


def test_names_that_make_no_folder(built, tmp_path):
    bidi = "adm\u202enimda"
    files = {f"{bidi}_1_assignsubmission_file_/01_numbers.ipynb": NB, "a\x07b\n_2_assignsubmission_file_/x.ipynb": NB}
    files |= {f"{'🙂' * 90}_3_assignsubmission_file_/01_numbers.ipynb": NB}
    found = collect(zipped(tmp_path / "all.zip", files), built)
    names = sorted(who(found))
    assert names[0] == "a b _2" and names[1] == "admnimda_1" and len(names[2].encode()) <= 120


# ---- roster -----------------------------------------------------------------------------------------------------


def test_roster(built, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        'student,name,canvas,file\nada,Ada  LOVELACE,,\nbob,,,"final (2).ipynb"\ncat,,77,\ndot,,,\n', encoding="utf-8"
    )
    place = tmp_path / "all"
    for name in (
        "Ada Lovelace_1_assignsubmission_file_/a.ipynb",
        "final (2).ipynb",
        "x_77_1_a.ipynb",
        "y_78_2_a.ipynb",
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(NB)
    found = collect(place, built, [built.lesson("1")], roster=read_roster(roster))
    assert sorted(who(found)) == ["ada", "bob", "cat"] and found.missing == ["dot"]
    assert found.unmatched == {"y_78_2_a.ipynb": "y_78 is not on the roster, or more than one is called so"}
    found = collect(place, built, [built.lesson("1")])
    assert found.unmatched == {"final (2).ipynb": "nothing says whose notebook this is"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,name\n1,a\n", 'one of them "student"'),
        ("student\na/b\n", "cannot be the id"),
        ("student\na\na\n", "already"),
    ],
)
def test_a_roster_with_a_mistake(tmp_path, text, why):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(GradlabError, match=why):
        read_roster(tmp_path / "roster.csv")


# ---- attempts ---------------------------------------------------------------------------------------------------

DAYS = ["2026-01-01 12:00:00 UTC", "2026-01-02 12:00:00 UTC", "2026-01-04 12:00:00 UTC"]


@pytest.mark.parametrize(
    ("rule", "counts", "said"),
    [("last", DAYS[1], "the last in time counts"), ("first", DAYS[0], "the first in time"), ("best", DAYS[0], "best")],
)
def test_attempts(built, tmp_path, rule, counts, said):
    for number, day in enumerate(DAYS):
        place = tmp_path / f"ada+01_numbers+{day}+{number}"
        place.mkdir()
        (place / "01_numbers.ipynb").write_text(NB)
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 3, tzinfo=UTC))
    course = replace(built, lessons=(lesson, *built.lessons[1:]), policies=Policies(attempts=rule))
    (found,) = collect(tmp_path, course).submissions
    assert found.stamp == counts and "3 attempts were handed in" in found.note and said in found.note
    assert len(found.others) == (2 if rule == "best" else 0)


def test_canvas_numbers_attempts(built, tmp_path):
    for name in ("a_1_5_x.ipynb", "a_1_5_x-2.ipynb", "a_1_5_x-10.ipynb"):
        (tmp_path / name).write_text(NB)
    (found,) = collect(tmp_path, built, [built.lesson("1")]).submissions
    assert found.file.name == "a_1_5_x-10.ipynb" and "3 attempts" in found.note


def test_attempts_that_nothing_puts_in_order(built, tmp_path):
    (tmp_path / "ada-01_numbers.ipynb").write_text(NB)
    (tmp_path / "ada_01_numbers.ipynb").write_text(NB + " ")
    (found,) = collect(tmp_path, built).submissions
    assert found.file is None and "nothing says which came last (ada-01_numbers.ipynb, ada_01_" in found.problem
