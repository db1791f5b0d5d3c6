"""The map of skills, experience points and streaks: from what was done, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from xml.etree import ElementTree

import pytest

import gradlab as package
from gradlab.cli import main
from gradlab.course import load_course
from gradlab.errors import CourseError
from gradlab.experience import Experience, experience, note_passes
from gradlab.notebooks import Cell, read_notebook
from gradlab.progress import save_results
from gradlab.skill_picture import WIDTH, skill_svg
from gradlab.standing import standing

SKILLS = """
    skills:
      - {name: squares, exercises: [square]}
      - {name: walks, exercises: [walk], needs: [squares]}
"""
SECOND = "\n    skills: [everything]\n"


@pytest.fixture
def skilled(place):
    """The small course, with two skills in its first lesson and one in its second."""
    text = (place.root / "course.yml").read_text(encoding="utf-8")
    first, second = (line for line in text.splitlines() if "- {id" in line)
    for line, skills in ((first, SKILLS), (second, SECOND)):
        block = (
            line.replace("- {", "- ")
            .rstrip("}")
            .replace(", title", "\n    title")
            .replace(", modules", "\n    modules")
        )
        block = block.replace(", points", "\n    points").replace(", minutes", "\n    minutes")
        block = block.replace(", prerequisites", "\n    prerequisites")
        text = text.replace(line, block + skills.rstrip("\n"))
    (place.root / "course.yml").write_text(text, encoding="utf-8")
    return place


def states(place):
    at = standing(place.course, place.root)
    return {skill.name: skill.state for skill in at.skills}


def test_earned_open_locked(skilled, make, capsys):
    assert states(skilled) == {"squares": "open", "walks": "locked", "everything": "locked"}
    main(["export", "1"])
    main(["check", "1"])
    assert states(skilled)["walks"] == "earned", "before its turn, but earned all the same"
    skilled.write(make.first_lesson(square=make.SQUARE))
    assert states(skilled)["squares"] == "open", "written, and not tested yet"
    main(["export", "1"])
    main(["check", "1"])
    assert states(skilled) == {"squares": "earned", "walks": "earned", "everything": "locked"}
    skilled.write(make.notebook([make.exercise("more", "#| export extra.more\nmore = 1")], "02_second"), "02_second")
    assert states(skilled)["everything"] == "open"
    main(["export", "2"])
    assert states(skilled)["everything"] == "earned", "a skill without exercises needs all of the lesson"
    capsys.readouterr()
    main(["status", "1"])
    assert "✓ walks    earned  1 of 1" in capsys.readouterr().out


def test_status_tells(skilled, capsys):
    main(["status"])
    said = capsys.readouterr().out
    assert "○ squares   · walks" in said and "Skills: ✓ 0 earned, ○ 1 open, · 2 locked." in said
    assert "0 XP: the first check that passes brings some." in said
    main(["status", "1"])
    assert "· walks    locked  0 of 1  waits for squares" in capsys.readouterr().out
    main(["export", "1"])
    main(["check", "1"])
    capsys.readouterr()
    main(["status"])
    assert "20 XP · 20 of them today" in capsys.readouterr().out


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("needs: [squares]", "needs: [square]", r'"walks" needs "square", which is no skill above it. Did you mean'),
        ("name: walks", "name: squares", r'01_first has a skill "squares", but so does 01_first'),
        ("{name: walks,", "{title: walks,", r'unknown key "title" in a skill of 01_first'),
        ("exercises: [square]", "exercises: square", r'exercises of "squares" should be a list'),
    ],
)
def test_mistakes_in_course_yml(skilled, old, new, said):
    text = (skilled.root / "course.yml").read_text(encoding="utf-8")
    (skilled.root / "course.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=rf"course\.yml:\d+: {said}"):
        load_course(skilled.root)


def test_the_real_course(repo):
    skills = [skill for lesson in load_course(repo).lessons for skill in lesson.skills]
    assert len(skills) > 20 and all(skill.exercises for skill in skills), "loose_ends proves that the exercises exist"
    assert load_course(repo).lesson_of_skill("the backward walk").number == 3


# ---- experience -------------------------------------------------------------------------------------------------


def check(name: str, points: float = 1) -> Cell:
    return Cell("", "check", name, id=f"{name}-check", points=points)


def at(day: int, hour: int = 12, offset: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=offset)))


def test_points_count_once(tmp_path):
    assert note_passes(tmp_path, "01_first", [check("a", 2), check("b", 0.5)], at(1)) == 25
    assert note_passes(tmp_path, "01_first", [check("a", 2)], at(2)) == 0
    assert note_passes(tmp_path, "02_second", [check("a", 1)], at(2)) == 10
    found = experience(tmp_path, dt.date(2026, 3, 2))
    assert found == Experience(xp=35, today=10, streak=2, best=2)


def test_streaks(tmp_path):
    for day in (1, 2, 3, 6, 7):
        note_passes(tmp_path, "01_first", [check(f"c{day}")], at(day))
    assert experience(tmp_path, dt.date(2026, 3, 7)).streak == 2
    assert experience(tmp_path, dt.date(2026, 3, 8)).streak == 2, "today is not over yet"
    broken = experience(tmp_path, dt.date(2026, 3, 9))
    assert (broken.streak, broken.best) == (0, 3)
    assert str(broken) == "50 XP · best streak 3 days"
    # Late in the evening in Auckland is that day in Auckland.
    note_passes(tmp_path, "01_first", [check("late")], at(20, hour=23, offset=13))
    assert experience(tmp_path, dt.date(2026, 3, 20)).today == 10


def test_passes_that_cannot_be_read(tmp_path):
    assert experience(tmp_path) == Experience()
    file = tmp_path / ".gradlab" / "passes.json"
    note_passes(tmp_path, "01_first", [check("a")], at(1))
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["passes"]["01_first"]["b-check"] = {"at": "yesterday", "points": 1}
    kept["passes"]["01_first"]["c-check"] = {"at": at(1).isoformat(), "points": 1e9}
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert experience(tmp_path).xp == 10
    file.write_text("not JSON", encoding="utf-8")
    assert experience(tmp_path) == Experience()


def test_only_passing_checks_bring_points(place):
    notebook = read_notebook(place.path())
    save_results(place.root, notebook, [("walk-check", False, "no")])
    assert experience(place.root) == Experience() and not (place.root / ".gradlab" / "passes.json").exists()
    save_results(place.root, notebook, [("walk-check", True, "")])
    assert experience(place.root).xp == 20


# ---- the picture ------------------------------------------------------------------------------------------------


def test_picture(repo, monkeypatch):
    monkeypatch.chdir(repo)
    at = standing(load_course(repo), repo)
    svg = skill_svg(at)
    tree = ElementTree.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    assert tree.get("role") == "img" and tree.get("aria-label") == at.alt and "skills earned" in at.alt
    boxes = [
        (float(r.get("x")), float(r.get("y")), float(r.get("width")))
        for r in tree.iter(f"{name}rect")
        if r.get("rx") == "9"
    ]
    assert len(boxes) == len(at.skills) and all(x >= 0 and x + w <= WIDTH for x, _, w in boxes)
    for x, y, w in boxes:
        assert not [b for b in boxes if b != (x, y, w) and b[1] == y and b[0] < x + w and x < b[0] + b[2]], "no overlap"
    assert len(list(tree.iter(f"{name}path"))) == sum(len(skill.skill.needs) for skill in at.skills)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", ""), "nothing is fetched"


def test_in_a_notebook(place, monkeypatch, capsys):
    bundle = package.status()._repr_mimebundle_()
    assert (
        "<img data-gradlab-picture" in bundle["text/html"]
        and bundle["image/svg+xml"].startswith("<svg")
        and "Next: `square`" in bundle["text/plain"]
    )
    (place.root / "course.yml").write_text("title: [", encoding="utf-8")
    assert package.status() is None and "✗" in capsys.readouterr().out
