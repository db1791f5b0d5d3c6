"""Going on with a known-good module of an earlier lesson, and taking one's own back.

    borrow(course, lesson, engine)        # own modules aside, those of catchup/<lesson>/ in their place
    give_back(course, lesson, engine)

The instructor's release brings `catchup/<lesson>/`, when the course's policy allows it, with a manifest that names each
file's SHA-256. Without one nothing can be borrowed: no solution is on this machine.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from gradlab.borrowed import Loan, digest, loans, own_file, own_modules, save_loans
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.export import import_problem
from gradlab.files import read_text, write_atomic
from gradlab.progress import lesson_status
from gradlab.reload import forget_bytecode

FOLDER = "catchup"
MANIFEST = "manifest.json"
HEADER = "# Borrowed, so that you can go on. Your own {module}.py is kept: gradlab catchup {number} --give-back\n"


def refusal(course: Course, lesson: Lesson, now: dt.datetime) -> str:
    """Why the course does not allow to borrow `lesson` at `now` (with a time zone), in a sentence; "" when it does."""
    policy = course.policies.catchup
    if policy == "never":
        return "this course does not lend modules (policies.catchup in course.yml is never)."
    if policy == "after_due" and lesson.due is None:
        return f"modules are lent after the due date, and {lesson.id} has none."
    if policy == "after_due" and now <= lesson.due:
        return f"{lesson.id} is lent when it is no longer due: after {lesson.due:%Y-%m-%d %H:%M} UTC."
    return ""


def unneeded(course: Course, lesson: Lesson, engine: Path) -> str:
    """Why nobody needs to borrow `lesson`, in a sentence; "" when somebody may."""
    if not any(lesson.id in each.prerequisites for each in course.lessons):
        return f"no lesson builds on {lesson.id}, so there is nothing to catch up for."
    if lesson_status(course, lesson, engine).complete:
        return f"your own {lesson.id} passes all its checks: there is no need to borrow."
    return ""


def known_good(course: Course, lesson: Lesson) -> dict[str, str]:
    """{module: text} of what the release brought for `lesson`. Raises GradlabError when it is absent or changed."""
    folder = course.root / FOLDER / lesson.id
    remedy = f"Ask your instructor for the folder {FOLDER}/{lesson.id}, or unpack a newer release of the course."
    if not (folder / MANIFEST).is_file():
        raise GradlabError(f"this folder holds no known-good modules of {lesson.id}. {remedy}")
    try:
        wanted = dict(json.loads(read_text(folder / MANIFEST))["modules"])
    except (ValueError, KeyError, TypeError):
        raise GradlabError(f"{folder / MANIFEST} cannot be read. {remedy}") from None
    if set(wanted) != set(lesson.modules):
        raise GradlabError(f"{folder / MANIFEST} does not name the modules of {lesson.id}. {remedy}")
    texts = {module: read_text(folder / f"{module}.py") for module in lesson.modules}
    for module, text in texts.items():
        if digest(text) != wanted[module]:
            raise GradlabError(f"{folder / module}.py was changed after the release: nothing is borrowed. {remedy}")
    return texts


def borrow(course: Course, lesson: Lesson, engine: Path, now: dt.datetime | None = None) -> Path:
    """Put the known-good modules of `lesson` into the package and its own aside; return the folder of the own ones.

    Raises GradlabError, with everything as before, when it is not allowed, not there, changed, or not needed.
    """
    now = now or dt.datetime.now(dt.UTC)
    if why := refusal(course, lesson, now):
        raise GradlabError(f"{why} Ask for help, or open a hint: gradlab hint")
    if why := unneeded(course, lesson, engine):
        raise GradlabError(why)
    texts = known_good(course, lesson)
    kept = loans(engine)
    package = engine / course.package
    if lesson.id not in kept:  # else the own ones are aside already, and this mends a loan that was cut short
        for module in lesson.modules:
            _copy(package / f"{module}.py", own_file(engine, course.package, module))
    texts = {name: HEADER.format(module=name, number=lesson.number) + text for name, text in texts.items()}
    since = kept[lesson.id].since if lesson.id in kept else now.astimezone().date().isoformat()
    save_loans(engine, {**kept, lesson.id: Loan({name: digest(text) for name, text in texts.items()}, since)})
    for module, text in texts.items():
        write_atomic(package / f"{module}.py", text)
        forget_bytecode(package / f"{module}.py")
    for module in lesson.modules:
        problem = import_problem(engine, course.package, module)
        if problem:
            give_back(course, lesson, engine)
            raise GradlabError(f"the known-good modules do not work here, and yours are back: {problem}")
    return own_file(engine, course.package, "").parent


def give_back(course: Course, lesson: Lesson, engine: Path) -> None:
    """Put the student's own modules of `lesson` back into the package. Raises GradlabError when none are borrowed."""
    kept = loans(engine)
    loan = kept.pop(lesson.id, None)
    if loan is None:
        raise GradlabError(f"nothing of {lesson.id} is borrowed.")
    for module in loan.modules:
        file, own = engine / course.package / f"{module}.py", own_file(engine, course.package, module)
        if own.is_file():
            _copy(own, file)
        else:
            file.unlink(missing_ok=True)
        forget_bytecode(file)
    save_loans(engine, kept)
    for module in loan.modules:  # last: whatever happens before, the own version is still there
        own_file(engine, course.package, module).unlink(missing_ok=True)


def take_back_if_passing(course: Course, lesson: Lesson, engine: Path) -> str:
    """When all of a borrowed lesson's checks pass on the own modules, put those back. What to tell, or ""."""
    if not own_modules(engine, course.package, lesson.id) or not lesson_status(course, lesson, engine).complete:
        return ""
    give_back(course, lesson, engine)
    return (
        f"✓ lesson {lesson.number} passes with your own modules: {course.package} uses them again. "
        "Restart the kernels of other notebooks."
    )


def _copy(file: Path, to: Path) -> None:
    if file.is_file():
        write_atomic(to, file.read_bytes())
