"""Late work: the course's rule, as nbgrader asks for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook

from autograder.grade import Options, grade_class
from autograder.late import DAY, LatePenalty
from gradlab.course import Policies


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
    grade_class(course, [lesson], tmp_path / "submitted", tmp_path, Options(feedback=False))
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        found = gradebook.find_submission(lesson.id, "ann")
        assert found.score == 9 and (found.late_submission_penalty or None) == penalty
