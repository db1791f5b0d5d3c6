"""Each student draws one of a lesson's seeds: by the instructor's key, kept with the grade, and used again."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter

import pytest

from autograder.grade import Options, grade_class
from autograder.graded import load
from autograder.seeds import KEY, POOL, Seeds, pool, seed_of
from autograder.shelf import Shelf
from autograder.slots import Here
from gradlab.errors import GradlabError

LESSON = "01_numbers"
STUDENTS = [f"student{number}" for number in range(400)]


def test_a_key_draws_from_the_whole_pool_and_always_the_same(tmp_path):
    seeds = Seeds.in_folder(tmp_path, LESSON)
    drawn = [seeds.of(student) for student in STUDENTS]
    assert len(set(pool(LESSON))) == POOL and pool(LESSON)[0] == seed_of(LESSON)
    assert set(Counter(drawn)) == set(pool(LESSON)) and min(Counter(drawn).values()) > 400 / POOL / 3
    assert drawn == [Seeds.in_folder(tmp_path, LESSON).of(student) for student in STUDENTS]


def test_another_key_or_lesson_draws_otherwise(tmp_path):
    """Nobody knows from a student's name, or from another lesson, what the student draws."""

    def places(seeds):
        return [pool(seeds.lesson).index(seeds.of(student)) for student in STUDENTS]

    one, other = Seeds.in_folder(tmp_path / "1", LESSON), Seeds.in_folder(tmp_path / "2", LESSON)
    for another in (other, Seeds("02_sums", one.key)):
        agree = sum(a == b for a, b in zip(places(one), places(another), strict=True))
        assert agree < 2.5 * len(STUDENTS) / POOL


def test_the_key_is_for_its_owner_alone(tmp_path):
    key = Seeds.in_folder(tmp_path, LESSON).key
    assert len(key) == 32 and not list(tmp_path.rglob("*.tmp"))
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600


def test_a_damaged_key_is_an_error_and_stays(tmp_path):
    Seeds.in_folder(tmp_path, LESSON)
    for text in ("", "12", "no key"):
        (tmp_path / KEY).write_text(text)
        with pytest.raises(GradlabError, match=r"is damaged.*Take it from a backup"):
            Seeds.in_folder(tmp_path, LESSON)
        assert (tmp_path / KEY).read_text() == text


def test_without_a_folder_all_have_the_first(tmp_path):
    assert Seeds.in_folder(tmp_path / "none", LESSON, make=False).of("ada") == seed_of(LESSON)
    assert not (tmp_path / "none").exists()


@pytest.fixture
def grade(built, blueprint, answered, tmp_path):
    """Grade four students into `tmp_path`: (their seeds, who was graded anew)."""
    for student in STUDENTS[:4]:
        path = tmp_path / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(answered()), encoding="utf-8")

    def run(**options):
        report = grade_class(
            built,
            [blueprint.lesson],
            tmp_path / "submitted",
            tmp_path,
            Options(feedback=False, **options),
            executor=Here(),
        )
        assert not report.failed and {each.score for each in report.every()} == {9}
        found = {student: load(tmp_path, student, LESSON).seed for student in STUDENTS[:4]}
        return found, sorted(each.student for each in report.graded)

    return run


@pytest.mark.slow
def test_a_regrade_draws_what_was_drawn(grade, tmp_path):
    seeds, graded = grade()
    assert graded == STUDENTS[:4] and set(seeds.values()) <= set(pool(LESSON))
    (tmp_path / KEY).unlink()  # a new key is made, and draws for who comes new
    assert grade() == (seeds, [])
    assert grade(force=True) == (seeds, STUDENTS[:4])
    five = dict.fromkeys(seeds, 5)
    assert grade(seed=5) == (five, STUDENTS[:4])
    assert grade() == (five, [])
    assert grade(force=True) == (five, STUDENTS[:4])


def test_a_shelf_is_as_good_as_the_reference(built, blueprint, desk, tmp_path):
    lesson = blueprint.lesson
    shelf = Shelf(built, lesson, "abc")
    inputs = desk.inputs(pool(lesson.id)[1])
    shelf.put(inputs)
    kept = shelf.inputs(inputs.seed)
    assert kept.replies.keys() == inputs.replies.keys() and repr(kept.replies) == repr(inputs.replies)
    assert Shelf(built, lesson, "abd").inputs(inputs.seed) is None and shelf.inputs(1) is None
    next(shelf.folder.glob("abc-*")).write_bytes(b"\x80")
    assert shelf.inputs(inputs.seed) is None
    Shelf(built, lesson, "abd").put(inputs)
    assert [path.name.partition("-")[0] for path in shelf.folder.glob("*")] == ["abd"]
