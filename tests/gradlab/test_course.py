"""course.yml: what it means, and that every mistake in it is told with its line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from gradlab.course import Course, find_root, load_course
from gradlab.errors import CourseError, GradlabError


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(Path(__file__).parents[2])


def test_the_course_of_this_repository(course, repo):
    assert course.root == repo
    assert course.package == "mytorch"
    assert [lesson.number for lesson in course.lessons] == [1, 2, 3, 4, 5, 6]
    assert course.lessons[2].modules == ("arithmetic", "reductions", "linalg", "shaping", "activations", "engine")
    assert course.lessons[5].notebook == Path("modules/06_custom_functions/06_custom_functions.ipynb")
    for lesson in course.lessons:
        assert 20 <= lesson.points <= 40 and 60 <= lesson.minutes <= 120 and lesson.skills


def test_git_ignores_every_exported_module(course, repo):
    ignored = set((repo / ".gitignore").read_text(encoding="utf-8").splitlines())
    exported = {f"{course.package}/{module}.py" for lesson in course.lessons for module in lesson.modules}
    assert exported == {line for line in ignored if line.startswith(f"{course.package}/")}


@pytest.mark.parametrize(
    "text",
    ["03_backward_pass", "3", "03", " backward_pass ", "backward-pass", "The backward pass", "03_Backward_Pass/",
     "modules/03_backward_pass/03_backward_pass.ipynb", "modules\\03_backward_pass\\03_backward_pass.ipynb"],
)  # fmt: skip
def test_a_lesson_has_many_names(course, text):
    assert course.lesson(text).id == "03_backward_pass"


@pytest.mark.parametrize(
    ("text", "said"),
    [("backwards_pass", 'Did you mean "backward_pass"?'), ("7", "The lessons: 01_tensors"), ("", "there is no lesson")],
)
def test_an_unknown_lesson(course, text, said):
    with pytest.raises(CourseError) as caught:
        course.lesson(text)
    assert said in str(caught.value)


def test_modules_and_order(course):
    assert course.lesson_of_module("mytorch.engine").id == "03_backward_pass"
    assert [lesson.number for lesson in course.before(course.lesson("3"))] == [1, 2]
    with pytest.raises(CourseError, match='Did you mean "engine"'):
        course.lesson_of_module("engin")


def test_values_cannot_be_changed(course):
    with pytest.raises(dataclasses.FrozenInstanceError):
        course.lessons[0].points = 0


# ---- where the course is found ---------------------------------------------------------------------------------


def test_found_from_a_folder_below(course_root, monkeypatch):
    below = course_root / "modules" / "01_first"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert load_course().root == find_root() == course_root.resolve()


def test_the_environment_wins_over_the_working_folder(course_root, repo, monkeypatch):
    monkeypatch.chdir(repo)
    monkeypatch.setenv("GRADLAB_ROOT", str(course_root))
    assert load_course().title == "A small course"
    assert find_root(repo / "tests") == repo


def test_no_course_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GradlabError, match=r"no course\.yml in .* or set GRADLAB_ROOT"):
        load_course()
    monkeypatch.setenv("GRADLAB_ROOT", str(tmp_path / "gone"))
    with pytest.raises(GradlabError, match=r"GRADLAB_ROOT is .*gone"):
        load_course()


# ---- optional values -------------------------------------------------------------------------------------------


def test_defaults_and_dates(course_root):
    file = course_root / "course.yml"
    text = file.read_text(encoding="utf-8")
    first, second = load_course(file).lessons
    assert first.prerequisites == first.skills == () and first.due is None
    assert load_course(file).policies.attempts == "last"
    text = text.replace("minutes: 30", "minutes: 30\n    release: 2026-09-07\n    due: 2026-09-14")
    text = text.replace("minutes: 60", "minutes: 60\n    due: 2026-09-21T23:59:00+02:00")
    file.write_text(text + "policies: {late_penalty_per_day: 0.1, attempts: best}\n", encoding="utf-8")
    course = load_course(file)
    first, second = course.lessons
    assert first.release == dt.datetime(2026, 9, 7, tzinfo=dt.UTC)
    assert first.due == dt.datetime(2026, 9, 14, 23, 59, 59, tzinfo=dt.UTC), "a day that is due is due at its end"
    assert second.due == dt.datetime(2026, 9, 21, 21, 59, tzinfo=dt.UTC)
    assert course.policies.late_penalty_per_day == 0.1 and course.policies.attempts == "best"


def test_line_ends_and_byte_order_mark_of_windows(course_root):
    file = course_root / "course.yml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_course(file).lessons) == 2


# ---- mistakes --------------------------------------------------------------------------------------------------

# (what stands in the small course, what to write instead, the line, what the message says)
MISTAKES = [
    ("title: A small course", "titel: A small course", 1, 'unknown key "titel" in the course. Did you mean "title"?'),
    ("    points: 10", "    pts: 10", 7, 'unknown key "pts" in a lesson.'),
    ("    minutes: 30", "    minutes: 30\n    minuts: 3", 9, 'Did you mean "minutes"?'),
    ("    minutes: 30", "    minutes: 30\n    points: 3", 9, 'the key "points" stands twice'),
    ("    minutes: 30\n", "", 4, 'a lesson has no "minutes"'),
    ("title: A small course\n", "", 1, 'the course has no "title"'),
    ("points: 10", "points: ten", 7, 'points of 01_first should be a whole number, but is text ("ten")'),
    ("points: 10", "points: 1.5", 7, "should be a whole number, but is a number"),
    ("points: 10", "points: true", 7, "but is a truth value"),
    ("points: 10", "points: 0", 7, "must be at least 1"),
    ("points: 10", "points:", 7, "should be a whole number, but is empty."),
    ("points: 10", "points: [10]", 7, "should be a whole number, but is a list."),
    ("title: First", "title: 1", 5, 'should be text, but is a whole number ("1"). Put it in quotes.'),
    ("title: First", "title: ' '", 5, "title of 01_first is empty"),
    ("modules: [gamma]", "modules: gamma", 11, 'modules of 02_second should be a list, but is text ("gamma")'),
    ("modules: [gamma]", "modules: []", 11, "02_second exports no module"),
    ("modules: [gamma]", "modules: [gamma, gamma]", 11, '"gamma" stands twice'),
    ("modules: [gamma]", "modules: [beta]", 11, '02_second exports "beta", but so does 01_first'),
    ("modules: [gamma]", "modules: [lambda]", 11, 'a module is "lambda"'),
    ("modules: [gamma]", "modules: [../gamma]", 11, "a name that Python can import"),
    ("package: mytorch", "package: my-torch", 2, "a name that Python can import"),
    ("- id: 02_second", "- id: 01_first", 9, 'two lessons have the id "01_first"'),
    ("- id: 02_second", "- id: 01_second", 9, "in the order of their numbers"),
    ("- id: 02_second", "- id: second", 9, "two digits, _, then a name"),
    ("- id: 02_second", "- id: 02", 9, "should be text, but is a whole number"),
    ("[01_first]", "[01_frist]", 12, '02_second requires "01_frist", which is no lesson. Did you mean "01_first"?'),
    ("[01_first]", "[02_second]", 12, "prerequisites go in a circle: 02_second -> 02_second"),
    ("    points: 10", "    points: 10\n    prerequisites: [02_second]", 8,
     "prerequisites go in a circle: 01_first -> 02_second -> 01_first"),
    ("    points: 10", "    due: 14 September\n    points: 10", 7, "should be a date such as 2026-09-14"),
    ("    points: 10", "    due: 2026-02-30\n    points: 10", 7, '"2026-02-30" does not exist'),
    ("    points: 10", "    release: 2026-09-07\n    due: 2026-09-01\n    points: 10", 8, "before its release"),
    ("    points: 10", "    due: 0001-01-01T00:00:00+12:00\n    points: 10", 7, "due of 01_first"),
    ("title: A", "policies: {attempts: lats}\ntitle: A", 1, 'known: first, last, best. Did you mean "last"?'),
    ("title: A", "policies: {late_penalty_per_day: 2}\ntitle: A", 1, "must be from 0 to 1"),
    ("title: A", "policies: {late_penalty_per_day: .nan}\ntitle: A", 1, "must be from 0 to 1"),
    ("title: A", "policies: [last]\ntitle: A", 1, "should be a mapping of keys to values, but is a list"),
    ("title: A", "title: [A", 2, "not valid YAML"),
    ("    title: First", "\ttitle: First", 5, "Indent with spaces, not tabs."),
    ("title: A", "title: \x07A", 1, "a character that YAML does not allow"),
    ("title: A", "--- \ntitle: A\n--- \na: ", 3, "not valid YAML: expected a single document"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_with_its_line(course_root, monkeypatch, old, new, line, said):
    monkeypatch.chdir(course_root)
    file = course_root / "course.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load_course()
    assert str(caught.value).startswith(f"course.yml:{line}: ")
    assert said in str(caught.value)
    assert caught.value.line == line


def test_a_prerequisite_that_comes_later(course_root):
    file = course_root / "course.yml"
    text = file.read_text(encoding="utf-8").replace("    prerequisites: [01_first]\n", "")
    file.write_text(text.replace("points: 10", "prerequisites: [02_second]\n    points: 10"), encoding="utf-8")
    with pytest.raises(CourseError, match="01_first requires 02_second, which comes later"):
        load_course(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"- a\n- b\n", "the course should be a mapping of keys to values, but is a list"),
        (b"title: caf\xe9\n", "course.yml:1: not UTF-8 text"),
        (b"[" * 5000, "nested too deeply"),
        (b"title: a\npackage: b\nlessons: []\n", "course.yml:3: the course has no lessons"),
        (b"title: a\npackage: b\nlessons: [1]\n", "a lesson should be a mapping"),
        (b"a: &x {b: *x}\n", "unknown key"),
    ],
)
def test_files_that_are_no_course(tmp_path, content, said):
    (tmp_path / "course.yml").write_bytes(content)
    with pytest.raises(CourseError, match=r"course\.yml") as caught:
        load_course(tmp_path)
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        load_course(tmp_path / "curse.yml")
