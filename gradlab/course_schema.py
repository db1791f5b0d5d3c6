"""From course.yml to the values of course.py: what may stand where, and what must agree with what."""

from __future__ import annotations

import datetime as dt
import keyword
import re
from dataclasses import replace
from pathlib import Path

import yaml

from gradlab.course import Course, Lesson, Policies, Skill, listed
from gradlab.errors import did_you_mean
from gradlab.yaml_document import Document

ATTEMPTS = ("first", "last", "best")
CATCHUP = ("never", "after_due", "always")


def read_course(file: Path, shown_as: Path) -> Course:
    """The course in `file`; errors call the file `shown_as`. Raises CourseError."""
    doc = Document(file, shown_as)
    keys = doc.mapping(doc.root, "the course", ["title", "package", "lessons"], ["policies"])
    package = _identifier(doc, keys["package"], "package", r"[a-z][a-z0-9_]*")
    nodes = doc.items(keys["lessons"], "lessons")
    if not nodes:
        doc.error(keys["lessons"], "the course has no lessons.")
    return Course(
        root=file.parent,
        title=doc.text(keys["title"], "title"),
        package=package,
        lessons=_lessons(doc, nodes),
        policies=_policies(doc, keys["policies"]) if "policies" in keys else Policies(),
    )


def _policies(doc: Document, node: yaml.Node) -> Policies:
    keys = doc.mapping(node, "policies", [], ["late_penalty_per_day", "attempts", "catchup"])
    values: dict = {}
    if "late_penalty_per_day" in keys:
        values["late_penalty_per_day"] = doc.number(keys["late_penalty_per_day"], "late_penalty_per_day", 0, 1)
    if "attempts" in keys:
        values["attempts"] = doc.choice(keys["attempts"], "attempts", ATTEMPTS)
    if "catchup" in keys:
        values["catchup"] = doc.choice(keys["catchup"], "catchup", CATCHUP)
    return Policies(**values)


def _lessons(doc: Document, nodes: list[yaml.Node]) -> tuple[Lesson, ...]:
    """The lessons, each checked against those before it."""
    required = ["id", "title", "modules", "points", "minutes"]
    entries = [doc.mapping(node, "a lesson", required, ["prerequisites", "skills", "release", "due"]) for node in nodes]
    ids: list[str] = []
    for keys in entries:
        name = _identifier(doc, keys["id"], "id", r"\d\d_[a-z][a-z0-9_]*")
        if name in ids:
            doc.error(keys["id"], f'two lessons have the id "{name}".')
        if ids and int(name[:2]) <= int(ids[-1][:2]):
            doc.error(keys["id"], f'"{name}" comes after "{ids[-1]}": lessons stand in the order of their numbers.')
        ids.append(name)

    owner: dict[str, str] = {}
    lessons = []
    for name, keys in zip(ids, entries, strict=True):
        lessons.append(_lesson(doc, name, keys, owner))
    for position, (lesson, keys) in enumerate(zip(lessons, entries, strict=True)):
        if lesson.prerequisites:
            _check_prerequisites(doc, keys["prerequisites"], position, lessons)
    return _with_skills(doc, lessons, entries)


def _lesson(doc: Document, name: str, keys: dict[str, yaml.Node], owner: dict[str, str]) -> Lesson:
    """One lesson; `owner` maps the modules met so far to their lessons and is added to."""

    def check_module(node: yaml.Node, module: str) -> None:
        _identifier(doc, node, "a module", r"[a-z][a-z0-9_]*")
        if module in owner:
            doc.error(node, f'{name} exports "{module}", but so does {owner[module]}: a module belongs to one lesson.')
        owner[module] = name

    def moment(key: str, day_time: dt.time) -> dt.datetime | None:
        return doc.moment(keys[key], f"{key} of {name}", day_time) if key in keys else None

    modules = doc.texts(keys["modules"], f"modules of {name}", check_module)
    if not modules:
        doc.error(keys["modules"], f"{name} exports no module.")
    release, due = moment("release", dt.time(0, 0)), moment("due", dt.time(23, 59, 59))
    if release and due and due <= release:
        doc.error(keys["due"], f"{name} is due {due:%Y-%m-%d %H:%M}, before its release {release:%Y-%m-%d %H:%M}.")
    return Lesson(
        id=name,
        title=doc.text(keys["title"], f"title of {name}"),
        modules=modules,
        prerequisites=(doc.texts(keys["prerequisites"], f"prerequisites of {name}") if "prerequisites" in keys else ()),
        points=doc.integer(keys["points"], f"points of {name}", 1),
        minutes=doc.integer(keys["minutes"], f"minutes of {name}", 1),
        release=release,
        due=due,
    )


def _with_skills(doc: Document, lessons: list[Lesson], entries: list[dict[str, yaml.Node]]) -> tuple[Lesson, ...]:
    """The lessons with their skills. A skill needs only what stands above it, so that no two wait for each other."""
    known: dict[str, str] = {}  # skill -> the lesson that has it
    complete = []
    for lesson, keys in zip(lessons, entries, strict=True):
        skills = []
        for node in doc.items(keys["skills"], f"skills of {lesson.id}") if "skills" in keys else ():
            skills.append(_skill(doc, node, lesson, known))
            known[skills[-1].name] = lesson.id
        complete.append(replace(lesson, skills=tuple(skills)))
    return tuple(complete)


def _skill(doc: Document, node: yaml.Node, lesson: Lesson, known: dict[str, str]) -> Skill:
    """A skill: its name alone, or a mapping. What it needs when that is not said: all of the lessons required."""
    what = f"a skill of {lesson.id}"
    keys = {"name": node}
    if isinstance(node, yaml.MappingNode):
        keys = doc.mapping(node, what, ["name"], ["exercises", "needs"])
    name = doc.text(keys["name"], what)
    if name in known:
        doc.error(keys["name"], f'{lesson.id} has a skill "{name}", but so does {known[name]}.')

    def check_need(item: yaml.Node, needed: str) -> None:
        if needed not in known:
            doc.error(item, f'"{name}" needs "{needed}", which is no skill above it.{did_you_mean(needed, known)}')

    needs = tuple(skill for skill, owner in known.items() if owner in lesson.prerequisites)
    if "needs" in keys:
        needs = doc.texts(keys["needs"], f'needs of "{name}"', check_need)
    exercises = doc.texts(keys["exercises"], f'exercises of "{name}"') if "exercises" in keys else ()
    return Skill(name, exercises, needs)


def _check_prerequisites(doc: Document, node: yaml.Node, position: int, lessons: list[Lesson]) -> None:
    """A prerequisite is a lesson that comes before; one that comes later may close a circle, and then that is said."""
    lesson = lessons[position]
    by_id = {each.id: each for each in lessons}
    earlier = {each.id for each in lessons[:position]}
    for item in node.value:
        wanted = item.value
        if wanted in earlier:
            continue
        if wanted not in by_id:
            hint = did_you_mean(wanted, by_id) or f" The lessons: {listed(lessons)}."
            doc.error(item, f'{lesson.id} requires "{wanted}", which is no lesson.{hint}')
        circle = _road(by_id, wanted, lesson.id)
        if circle:
            doc.error(item, f"prerequisites go in a circle: {' -> '.join([lesson.id, *circle])}.")
        doc.error(item, f"{lesson.id} requires {wanted}, which comes later. A prerequisite comes before its lesson.")


def _road(by_id: dict[str, Lesson], start: str, goal: str) -> list[str] | None:
    """The ids from `start` to `goal` along prerequisites, or None."""
    roads, seen = [[start]], {start}
    while roads:
        road = roads.pop()
        if road[-1] == goal:
            return road
        for each in by_id[road[-1]].prerequisites:
            if each in by_id and each not in seen:
                seen.add(each)
                roads.append([*road, each])
    return None


def _identifier(doc: Document, node: yaml.Node, what: str, pattern: str) -> str:
    """A text that can be a Python module or the folder of a lesson."""
    value = doc.text(node, what)
    if not re.fullmatch(pattern, value, re.ASCII) or keyword.iskeyword(value):
        shape = (
            "two digits, _, then a name, such as 03_backward_pass" if what == "id" else "a name that Python can import"
        )
        doc.error(node, f'{what} is "{value}"; it should be {shape} (a-z, 0-9, _).')
    return value
