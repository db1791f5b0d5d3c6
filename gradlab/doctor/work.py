"""The student's work: notebooks, what they exported, what is borrowed, and the first exercise that is broken."""

from __future__ import annotations

import ast
import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.doctor.findings import Finding, Patient, note, ok, problem

if TYPE_CHECKING:
    from gradlab.course import Lesson


def _older_copy(patient: Patient, lesson: Lesson) -> str:
    """The command that brings back a notebook as it was: as gradlab kept it, as Jupyter did, or as git has it."""
    file = patient.root / lesson.notebook
    kept = sorted((patient.engine / ".gradlab" / "backups" / lesson.id).glob("*.ipynb"))
    kept += (file.parent / ".ipynb_checkpoints").glob(f"{file.stem}-checkpoint.ipynb")
    if kept:
        return f"cp {shlex.quote(str(kept[-1]))} {shlex.quote(str(file))}"
    if any((folder / ".git").exists() for folder in (patient.root, *patient.root.parents)):
        return f"git checkout -- {lesson.notebook}"
    return f"mv {file.name} broken.ipynb   (in {file.parent.name}; then download the lesson again)"


def notebooks(patient: Patient) -> Iterator[Finding]:
    """Whether each lesson's notebook that is here can be read, and is the lesson it should be."""
    from gradlab.errors import GradlabError
    from gradlab.notebooks import find_notebook, read_notebook

    read = 0
    for lesson in patient.course.lessons if patient.course else ():
        if not (patient.root / lesson.notebook).parent.is_dir():
            continue
        try:
            notebook = read_notebook(find_notebook(patient.course, lesson), lesson.id)
        except GradlabError as error:
            yield problem(str(error), _older_copy(patient, lesson))
            continue
        read += 1
        for name in notebook.copies:
            yield note(f"`{name}` is in {lesson.id} more than once; the last one counts. Delete the others.")
        if not notebook.checks:
            yield note(f"{lesson.id} has no check cells left; your instructor puts them back.")
    if read:
        yield ok(f"{read} notebooks can be read")


def exports(patient: Patient) -> Iterator[Finding]:
    """Whether the package's modules are what the notebooks exported."""
    from gradlab.borrowed import module_file
    from gradlab.exports import exports_file, load_exports, load_written

    fine = 0
    for lesson in patient.course.lessons if patient.course else ():
        for module in lesson.modules:
            file = module_file(patient.engine, patient.course.package, module)
            name, again = f"{patient.course.package}/{module}.py", f"gradlab export {lesson.number}"
            kept = load_exports(patient.engine, module)
            if exports_file(patient.engine, module).is_file() and not kept and file.is_file():
                yield note(f"what is remembered of {name} cannot be read.", again)
            elif kept and not file.is_file():
                yield problem(f"{name} is gone, though lesson {lesson.number} exported it.", again)
            elif file.is_file():
                said = _module(file, load_written(patient.engine, module), bool(kept))
                if said:
                    state = problem if "Python" in said or "changed" in said else note
                    yield state(f"{name} {said}", again)
                else:
                    fine += 1
    if fine:
        yield ok(f"{fine} modules of {patient.course.package} are as your notebooks exported them")


def _module(file: Path, written: str, kept: bool) -> str:
    """What is wrong with an exported module; "" when nothing is."""
    data = file.read_bytes()
    try:
        ast.parse(data)
    except (SyntaxError, ValueError) as error:
        return f"is no valid Python ({error.args[0]}, line {getattr(error, 'lineno', '?')})."
    if written and hashlib.sha256(data).hexdigest() != written:
        return "was changed by hand. Copy what you changed to its cell in the notebook: an export overwrites it."
    return "" if kept else "is here, but no notebook of this folder has exported it."


def borrowed(patient: Patient) -> Iterator[Finding]:
    from gradlab.borrowed import digest, loans

    for lesson_id, loan in loans(patient.engine).items() if patient.course else ():
        lesson = patient.course.lesson(lesson_id)
        names = ", ".join(f"{patient.course.package}/{module}.py" for module in loan.modules)
        for module, wanted in loan.modules.items():
            file = patient.engine / patient.course.package / f"{module}.py"
            if not file.is_file() or digest(file.read_text(encoding="utf-8", errors="replace")) != wanted:
                yield problem(f"the borrowed {file.name} is gone or changed.", f"gradlab catchup {lesson.number}")
                break
        else:
            yield note(f"borrowed since {loan.since}: {names}. Yours is kept.", f"gradlab check {lesson.number}")


# ---- exercises --------------------------------------------------------------------------------------------------


def exercises(patient: Patient) -> Iterator[Finding]:
    """The first exercise that is broken, in the order in which lessons build on each other."""
    from gradlab.progress import overview

    if patient.course is None:
        return
    lessons = [
        status for status in overview(patient.course, patient.engine) if not status.absent and not status.problem
    ]
    needed = _needed(patient, lessons)
    begun = [status for status in lessons if status.begun or status.lesson.id in needed]
    for status in begun:
        if status.borrowed:
            continue
        failing = {} if patient.quick else _failing(patient, status)
        for exercise in status.exercises:
            found = _broken(status, exercise, failing, needed.get(status.lesson.id, ""))
            if found:
                yield found
                if exercise.name in failing:
                    yield from _known_mistake(patient, status, exercise.name)
                return
    if not begun:
        yield ok("no lesson is begun yet")
    else:
        last = max(status.lesson.number for status in begun)
        yield ok(
            f"nothing that is written is broken, up to lesson {last}" + (" (nothing was run)" if patient.quick else "")
        )


def _needed(patient: Patient, lessons) -> dict[str, str]:
    """{lesson: one that is begun and builds on it}."""
    by_id = {lesson.id: lesson for lesson in patient.course.lessons}
    found: dict[str, str] = {}
    for status in lessons:
        queue = list(status.lesson.prerequisites) if status.begun else []
        while queue:
            each = queue.pop()
            if each not in found:
                found[each] = status.lesson.id
                queue += by_id[each].prerequisites
    return found


def _failing(patient: Patient, status) -> dict[str, str]:
    """{exercise: what its check says now}."""
    from gradlab.checks import run_checks
    from gradlab.notebooks import find_notebook, read_notebook

    notebook = read_notebook(find_notebook(patient.course, status.lesson), status.lesson.id)
    results = run_checks(notebook, patient.engine, timeout=15, package=patient.course.package)
    return {result.exercise: result.message for result in reversed(results) if not result.ok}


def _known_mistake(patient: Patient, status, exercise: str) -> Iterator[Finding]:
    """What is behind a check that fails, when it is a mistake that others have made before."""
    from gradlab.diagnosis import diagnose
    from gradlab.notebooks import find_notebook, read_notebook

    notebook = read_notebook(find_notebook(patient.course, status.lesson), status.lesson.id)
    found = diagnose(notebook, patient.engine, [exercise], patient.course.package).get(exercise)
    if found and found.because:
        yield note(found.because, found.ask)


def _broken(status, exercise, failing: dict[str, str], builds_on_it: str) -> Finding | None:
    number = status.lesson.number
    where = f"lesson {number}, `{exercise.name}`"
    if exercise.state == "missing":
        return problem(f"{where}: its cell is gone.", f"gradlab reset {number} {exercise.name}")
    if exercise.state == "broken":
        return problem(f"{where}: {exercise.note}", f"mend its cell in {status.lesson.notebook} and run it")
    if exercise.state == "not exported":
        return problem(
            f"{where}: the notebook has a version that your package does not have.", f"gradlab export {number}"
        )
    if exercise.state == "unwritten":
        if not builds_on_it:
            return None
        return problem(
            f"{where} is not written yet, and {builds_on_it} builds on it.", f"gradlab hint {number} {exercise.name}"
        )
    said = failing.get(exercise.name) or (exercise.note if exercise.state == "failing" else "")
    if said:
        first = said.strip().splitlines()[0]
        return problem(f"{where} fails its check: {first}", f"gradlab hint {number} {exercise.name}")
    return None
