"""Late penalties that we compute are those of nbgrader's plugin; and a plugin that the course names is asked."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nbformat.v4 import new_notebook
from nbgrader import api
from nbgrader.preprocessors import AssignLatePenalties

from autograder.build import build
from autograder.grade import Options, grade_class
from autograder.gradebook import COURSE_ID, Entry, Gradebook
from autograder.gradebook_url import file_url
from autograder.grading_settings import late_settings
from autograder.issued import issue
from autograder.late_rule import Foreign, PerDay, late_rule
from autograder.slots import Here
from gradlab.course import Policies, load_course
from gradlab.errors import GradlabError

LESSON = "01_numbers"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LATE = [-DAY, timedelta(), SECOND / 2, SECOND, DAY - SECOND, DAY, DAY + SECOND, 2.5 * DAY, 9 * DAY, 400 * DAY]
EXTENSIONS = [None, timedelta(hours=1), DAY, 30 * DAY]

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.mark.parametrize(("share", "due"), [(0.0, (2026, 1, 1)), (0.15, (2024, 2, 29)), (1.0, (2026, 10, 25, 1, 30))])
def test_our_penalties_are_those_of_nbgraders_own_step_with_the_plugin(built, tmp_path, share, due):
    due, url = datetime(*due), file_url(tmp_path)
    lesson = replace(built.lesson("1"), due=due.replace(tzinfo=UTC))
    course = replace(built, policies=Policies(late_penalty_per_day=share))
    issue(course, lesson, url)
    cases = {f"student{i}": (late, more) for i, (late, more) in enumerate((a, b) for a in LATE for b in EXTENSIONS)}
    scores = {"double-check": 1.0, "double-hidden": 1.7}
    entries = [Entry(student, scores, (), due + late) for student, (late, _) in cases.items()]
    with Gradebook(url, late_rule(course)) as ours:
        page = ours.page(lesson)
        page.write(entries)
        with api.Gradebook(url, COURSE_ID) as theirs:
            for student, (_, more) in cases.items():
                theirs.find_submission(LESSON, student).extension = more
            theirs.db.commit()
        page.write(entries)
        mine = {student: marks.penalty for student, marks in page.read(cases).items()}
    assert share == 0 or len({*mine.values()}) > (3 if share < 1 else 1)
    step = AssignLatePenalties(config=late_settings(course))
    step.init_plugin()
    with api.Gradebook(url, COURSE_ID) as theirs:  # what its `preprocess` does, without opening a gradebook for each
        for student in cases:
            found = theirs.find_submission(LESSON, student)
            notebook, expected = found.notebooks[0], None
            if found.total_seconds_late > 0:
                expected = step.plugin_inst.late_submission_penalty(student, notebook.score, found.total_seconds_late)
            if expected is not None:
                expected = step._check_late_penalty(notebook, expected)
            assert notebook.late_submission_penalty == expected and mine[student] == (expected or 0.0), student


def test_nbgraders_own_step_sees_no_other_penalty(built, tmp_path):
    """The same, through the whole of it, for one student."""
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 1, tzinfo=UTC))
    course, url = replace(built, policies=Policies(late_penalty_per_day=0.25)), file_url(tmp_path)
    issue(course, lesson, url)
    with Gradebook(url, late_rule(course)) as ours:
        page = ours.page(lesson)
        page.write([Entry("ann", {"double-check": 1.0}, (), datetime(2026, 1, 2, 3))])
        before = page.read(["ann"])["ann"].penalty
        about = {"notebook": LESSON, "assignment": LESSON, "student": "ann", "db_url": url}
        AssignLatePenalties(config=late_settings(course)).preprocess(new_notebook(), {"nbgrader": about})
        assert before == page.read(["ann"])["ann"].penalty == 0.5


# ---- a plugin that the course's nbgrader_config.py names ------------------------------------------------------------

PLUGIN = """
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

class PerHour(LateSubmissionPlugin):
    points = Float(1.0).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "broken":
            raise KeyError("who is that?")
        return {"spared": None, "angry": 1e9, "kind": -1.0, "odd": float("nan")}.get(
            student_id, self.points * total_seconds_late / 3600)
"""
NAMES_IT = "c = get_config()\nc.AssignLatePenalties.plugin_class = 'rule_of_ours.PerHour'\nc.PerHour.points = 0.5\n"
OURS = "from autograder.grading_settings import late_settings\nfrom gradlab.course import load_course\n"


@pytest.fixture
def course(toy, monkeypatch):
    """A toy course of its own that loses half of late work a day, with a plugin beside course.yml; not named yet."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.delitem(sys.modules, "rule_of_ours", raising=False)
    text = (
        (toy.root / "course.yml")
        .read_text(encoding="utf-8")
        .replace("points: 9", "points: 9\n    due: 2026-01-02T00:00:00+00:00")
    )
    rules = "policies: {late_penalty_per_day: 0.5, attempts: best}\n"
    (toy.root / "course.yml").write_text(text + rules, encoding="utf-8")
    (toy.root / "rule_of_ours.py").write_text(PLUGIN, encoding="utf-8")
    course = load_course(toy.root)
    assert not build(course).errors
    return course


def configure(course, text):
    (course.root / "nbgrader_config.py").write_text(text, encoding="utf-8")


def test_nbgrader_is_not_asked_about_our_own_configuration(course, repo, monkeypatch):
    monkeypatch.setattr("autograder.late_rule._of_nbgrader", None)
    assert late_rule(course) == PerDay(0.5)
    configure(course, (repo / "nbgrader_config.py").read_text(encoding="utf-8") + "\nc.Exchange.root = '/srv'\n")
    assert late_rule(course) == PerDay(0.5)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("c = get_config()  # Late work: see course.yml\n", PerDay(0.5)),
        (f"{OURS}c.merge(late_settings(load_course({{root!r}})))  # Late\n", PerDay(0.5)),
        (f"{OURS}c.merge(late_settings(load_course({{root!r}})))\nc.LatePenalty.per_day = 0.1\n", PerDay(0.1)),
        ("import rule_of_ours\nc.AssignLatePenalties.plugin_class = rule_of_ours.PerHour\n", 1.0),
        (NAMES_IT, 0.5),
        (f"{OURS}c.merge(late_settings(load_course({{root!r}})))\n{NAMES_IT}", 0.5),
        (f"{PLUGIN}c.AssignLatePenalties.plugin_class = PerHour\n", 1.0),
        ("c.LateSubmissionPlugin.penalty_method = 'zero'\n", 8.0),
        ("load_subconfig('more_config.py')\n", 0.5),
    ],
)
def test_the_rule_is_what_the_configuration_comes_to(course, text, rule):
    (course.root / "more_config.py").write_text(NAMES_IT, encoding="utf-8")
    configure(course, text.replace("{root!r}", repr(str(course.root))))
    found = late_rule(course)
    if isinstance(rule, PerDay):
        assert found == rule
    else:
        assert isinstance(found, Foreign) and found.penalty("ann", 8.0, 3600) == rule


@pytest.mark.parametrize(
    "text",
    ["c.AssignLatePenalties.plugin_class = 'no_such_module.Rule'", "import no_such_module", "Late = ", "1 / 0  # Late"],
)
def test_a_configuration_that_cannot_be_had_is_told(course, text):
    configure(course, text)
    with pytest.raises(GradlabError, match=r"nbgrader_config.py: the plugin for late work cannot be had .*Correct it"):
        late_rule(course)


def test_a_plugin_of_the_instructors_says_what_late_work_loses(course, answered, tmp_path):
    """It is asked once for each who is late; what it cannot say is that student's trouble, and told."""
    missing = {"triple": "#| export numbers.triple\ndef triple(x):\n    return None"}  # 7 of 9 points
    handed_in = {
        "early": [("2026-01-01 12:00:00 UTC", {})],
        "hour": [("2026-01-02 01:00:00 UTC", {})],
        "angry": [("2026-01-02 01:00:00 UTC", {})],
        "kind": [("2026-01-02 01:00:00 UTC", {})],
        "spared": [("2026-01-02 01:00:00 UTC", {})],
        "broken": [("2026-01-02 01:00:00 UTC", {})],
        "odd": [("2026-01-02 01:00:00 UTC", {})],
        # By the course's own rule the first would count; an hour costs half a point, so the second does.
        "twice": [("2026-01-01 12:00:00 UTC", missing), ("2026-01-02 01:00:00 UTC", {})],
        "again": [("2026-01-01 12:00:00 UTC", missing), ("2026-01-02 06:00:00 UTC", {})],
    }
    for student, attempts in handed_in.items():
        for stamp, instead in attempts:
            place = tmp_path / "submitted" / f"{student}+{LESSON}+{stamp}+0"
            place.mkdir(parents=True)
            (place / f"{LESSON}.ipynb").write_text(json.dumps(answered(**instead)), encoding="utf-8")

    def grade(**more):
        where = (course, [course.lesson("1")], tmp_path / "submitted", tmp_path)
        return grade_class(*where, Options(feedback=False, **more), executor=Here())

    before = grade(only=["twice"])
    assert [each.score for each in before.graded] == [7]
    configure(course, NAMES_IT)
    report = grade()
    assert not report.unchanged and set(report.failed) == {f"broken, {LESSON}", f"odd, {LESSON}"}
    assert "late penalty by PerHour: KeyError" in report.failed[f"broken, {LESSON}"]
    with api.Gradebook(file_url(tmp_path), COURSE_ID) as book:
        found = {each.student.id: each for each in book.assignment_submissions(LESSON)}
        penalties = {student: each.late_submission_penalty for student, each in found.items()}
        assert penalties == {"early": 0, "hour": 0.5, "angry": 9, "kind": 0, "spared": 0, "twice": 0.5, "again": 0}
        assert found["twice"].score == 9 and found["again"].score == 7
    assert {each.student for each in grade().graded} == {"broken", "odd"}
