"""How far a student is, from what is on disk: notebooks, exports and the results of the checks that ran last.

    for lesson in overview(course, engine): print(lesson.done, lesson.points)

Nothing is run here. Results are kept in `.gradlab/checks/<lesson>.json`, each with what it was a result of: when the
exercise or the check changes, the result no longer counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradlab.borrowed import loans
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.experience import note_passes
from gradlab.export_format import ExportError, is_unwritten, plain_code
from gradlab.exports import load_exports
from gradlab.files import write_atomic
from gradlab.notebooks import Cell, Notebook, find_notebook, read_notebook

#: The states of an exercise, and what a student does next. The last one is the end.
STATES = {
    "missing": "its cell is gone; put it back: gradlab reset {number} {name}",
    "unwritten": "write it",
    "unsaved": "your package has it, the file does not: save the notebook",
    "broken": "repair its syntax",
    "not exported": "run its cell, or: gradlab export {number}",
    "failing": "its check fails: read what it says",
    "unchecked": "run its check, or: gradlab check {number}",
    "done": "",
}


@dataclass(frozen=True)
class ExerciseStatus:
    name: str
    state: str
    note: str = ""

    @property
    def done(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True)
class LessonStatus:
    """earned, visible: points of the checks that passed, and of all; hidden: points that only grading gives.

    problem: why the notebook cannot be read. absent: nobody has given it to the student yet.
    borrowed: since which day the package has somebody else's modules for this lesson, or "".
    """

    lesson: Lesson
    exercises: tuple[ExerciseStatus, ...] = ()
    earned: float = 0
    visible: float = 0
    hidden: float = 0
    submitted: str | None = None
    problem: str = ""
    absent: bool = False
    borrowed: str = ""

    @property
    def done(self) -> int:
        return sum(exercise.done for exercise in self.exercises)

    @property
    def begun(self) -> bool:
        return any(exercise.state != "unwritten" for exercise in self.exercises)

    @property
    def complete(self) -> bool:
        return bool(self.exercises) and self.done == len(self.exercises) and self.earned == self.visible

    def next(self) -> ExerciseStatus | None:
        """The first exercise that is not done."""
        return next((exercise for exercise in self.exercises if not exercise.done), None)


def overview(course: Course, engine: Path) -> list[LessonStatus]:
    """The status of every lesson; what is wrong with a notebook is in `problem`."""
    return [lesson_status(course, lesson, engine) for lesson in course.lessons]


def lesson_status(course: Course, lesson: Lesson, engine: Path) -> LessonStatus:
    submitted = load_receipt(engine, lesson.id).get("time")
    if not (course.root / lesson.notebook).parent.is_dir():
        return LessonStatus(lesson, submitted=submitted, absent=True)
    try:
        notebook = read_notebook(find_notebook(course, lesson), lesson.id)
    except GradlabError as error:
        return LessonStatus(lesson, problem=str(error), submitted=submitted)
    results = fresh_results(engine, notebook)
    exports = {module: load_exports(engine, module) for module in lesson.modules}
    names = dict.fromkeys([*notebook.exercises, *notebook.stubs])
    exercises = tuple(_exercise(name, notebook, exports, results) for name in names)
    return LessonStatus(
        lesson,
        exercises,
        earned=sum(cell.points for cell in notebook.checks if results.get(cell.id, {}).get("ok")),
        visible=sum(cell.points for cell in notebook.checks),
        hidden=sum(notebook.hidden_points.values()),
        submitted=submitted,
        borrowed=loan.since if (loan := loans(engine).get(lesson.id)) else "",
    )


def _exercise(name: str, notebook: Notebook, exports: Mapping, results: Mapping) -> ExerciseStatus:
    cell = notebook.exercises.get(name)
    if cell is None:
        return ExerciseStatus(name, "missing")
    try:
        unwritten = is_unwritten(cell.source, name)
    except ExportError as error:
        return ExerciseStatus(name, "broken", str(error))
    checks = [results.get(check.id) for check in notebook.checks if check.name == name]
    failed = [result for result in checks if result and not result["ok"]]
    exported = exports.get(cell.module, {}).get(name)
    if unwritten:
        return ExerciseStatus(name, "unsaved" if exported else "unwritten")
    if cell.module and plain_code(exported or "") != plain_code(cell.source):
        return ExerciseStatus(name, "not exported")
    if failed:
        return ExerciseStatus(name, "failing", failed[0]["message"])
    return ExerciseStatus(name, "done" if all(checks) else "unchecked")


# ---- the results of checks --------------------------------------------------------------------------------------


def results_file(engine: Path, lesson: str) -> Path:
    return engine / ".gradlab" / "checks" / f"{lesson}.json"


def load_results(engine: Path, lesson: str) -> dict[str, dict]:
    """{check id: {"ok", "message", "of"}}; {} when nothing readable is kept."""
    found = _load(results_file(engine, lesson))
    return {name: r for name, r in found.items() if isinstance(r, dict) and {"ok", "message", "of"} <= r.keys()}


def save_results(engine: Path, notebook: Notebook, results: Iterable[tuple[str, bool, str]]) -> None:
    """Remember (check id, ok, message) of checks that ran just now; those of other checks stay."""
    checks, results = {cell.id: cell for cell in notebook.checks}, list(results)
    kept = load_results(engine, notebook.lesson)
    note_passes(engine, notebook.lesson, [checks[name] for name, ok, _ in results if ok])
    for name, ok, message in results:
        kept[name] = {"ok": ok, "message": message, "of": _subject(engine, notebook, checks[name])}
    ordered = {name: kept[name] for name in checks if name in kept}
    write_atomic(results_file(engine, notebook.lesson), json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


def fresh_results(engine: Path, notebook: Notebook) -> dict[str, dict]:
    """The remembered results whose check and exercise are still what they were."""
    kept = load_results(engine, notebook.lesson)
    return {
        cell.id: kept[cell.id]
        for cell in notebook.checks
        if cell.id in kept and kept[cell.id]["of"] == _subject(engine, notebook, cell)
    }


def _subject(engine: Path, notebook: Notebook, check: Cell) -> str:
    """What a result is about: the check, and the exercise as exported. (One that is not exported may be unsaved.)"""
    exercise = notebook.exercises.get(check.name)
    exported = load_exports(engine, exercise.module).get(check.name, "") if exercise and exercise.module else ""
    return hashlib.sha256(f"{check.source}\0{exported}".encode()).hexdigest()[:16]


# ---- what was submitted -----------------------------------------------------------------------------------------


def load_receipt(engine: Path, lesson: str) -> dict:
    """{"time", "sha256", "file"} of the last submission of a lesson, or {}."""
    return _load(engine / ".gradlab" / "submitted" / f"{lesson}.json")


def save_receipt(engine: Path, lesson: str, receipt: dict) -> None:
    path = engine / ".gradlab" / "submitted" / f"{lesson}.json"
    write_atomic(path, json.dumps(receipt, indent=1, ensure_ascii=False) + "\n")


def _load(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
