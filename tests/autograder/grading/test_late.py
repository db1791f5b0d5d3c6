"""Late work: the course's rule, as nbgrader asks for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook

from autograder.attempts import worth
from autograder.build import build
from autograder.collect import Submission
from autograder.grade import Options, grade_class
from autograder.late import LatePenalty
from autograder.late_rule import PerDay
from autograder.slots import Here
from autograder.stamps import DAY
from gradlab.course import Policies, load_course


@pytest.mark.parametrize(("days", "lost"), [(0.01, 0.8), (1, 0.8), (1.01, 1.6), (9.5, 8), (40, 8)])
def test_each_day_begun_costs_a_share(days, lost):
    assert LatePenalty(per_day=0.1).late_submission_penalty("ann", 8.0, days * DAY) == pytest.approx(lost)


def test_no_rule_no_penalty():
    assert LatePenalty().late_submission_penalty("ann", 8.0, 99 * DAY) is None


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize(
    ("stamp", "penalty"),
    [("2026-01-02 12:00:00 UTC", 4.5), ("2025-12-31 12:00:00 UTC", None), ("yesterday", None), ("", None)],
)
def test_the_gradebook_knows_the_penalty(built, answered, tmp_path, stamp, penalty):
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 2, tzinfo=UTC))
    lessons = tuple(lesson if each.id == lesson.id else each for each in built.lessons)
    course = replace(built, lessons=lessons, policies=Policies(late_penalty_per_day=0.5))
    path = tmp_path / "submitted" / "ann" / lesson.id / f"{lesson.id}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(answered()), encoding="utf-8")
    (path.parent / "timestamp.txt").write_text(stamp, encoding="utf-8")
    grade_class(course, [lesson], tmp_path / "submitted", tmp_path, Options(feedback=False), executor=Here())
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        found = gradebook.find_submission(lesson.id, "ann")
        assert found.score == 9 and (found.late_submission_penalty or None) == penalty


@pytest.mark.parametrize(
    ("stamp", "worth_of_8"),
    [("2026-01-01 12:00:00 UTC", 8), ("2026-01-02 12:00:00 UTC", 4), ("2026-01-09 12:00:00 UTC", 0), ("", 8)],
)
def test_what_points_are_worth(built, stamp, worth_of_8):
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 2, tzinfo=UTC))
    assert worth(8, Submission("ann", lesson, None, stamp=stamp), PerDay(0.5)) == worth_of_8


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize(("per_day", "counts"), [(0.0, "late"), (0.5, "early")])
def test_the_best_attempt_is_the_best_after_the_penalty(toy, answered, tmp_path, per_day, counts):
    """Half an exercise is missing in the early one: 7 of 9 points. The late one has all, or half of all."""
    rules = f"policies: {{late_penalty_per_day: {per_day}, attempts: best}}\n"
    text = (toy.root / "course.yml").read_text(encoding="utf-8").replace("points: 9", "points: 9\n    due: 2026-01-02")
    (toy.root / "course.yml").write_text(text + rules, encoding="utf-8")
    course = load_course(toy.root)
    assert not build(course).errors
    missing = {"triple": "#| export numbers.triple\ndef triple(x):\n    return None"}
    for stamp, instead in (("2026-01-01 12:00:00 UTC", missing), ("2026-01-03 12:00:00 UTC", {})):
        place = tmp_path / "submitted" / f"ada+01_numbers+{stamp}+0"
        place.mkdir(parents=True)
        (place / "01_numbers.ipynb").write_text(json.dumps(answered(**instead)), encoding="utf-8")
    report = grade_class(
        course, [course.lesson("1")], tmp_path / "submitted", tmp_path, Options(feedback=False), executor=Here()
    )
    assert [each.score for each in report.every()] == [9 if counts == "late" else 7]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission("01_numbers", "ada").timestamp.day == (3 if counts == "late" else 1)
