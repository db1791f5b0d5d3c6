"""The lines that `gradlab status` prints."""

from __future__ import annotations

import textwrap

from gradlab.commands.common import points, shown
from gradlab.progress import STATES, ExerciseStatus, LessonStatus
from gradlab.skills import EARNED, LOCKED, OPEN, SIGNS
from gradlab.standing import Standing

EXERCISE_SIGNS = {"done": "✓", "failing": "✗", "unsaved": "◐", "broken": "✗", "missing": "✗", "unwritten": "○"}
WIDTH = 100


def course_lines(at: Standing) -> list[str]:
    """All lessons, each with its skills, and the next thing to do."""
    lines = [
        f"{at.course.title}: {at.earned:g} of {points(at.visible)} so far; hidden tests give up to {at.hidden:g} more."
    ]
    lines += [str(at.experience), ""]
    width = max(len(status.lesson.title) for status in at.lessons)
    for status in at.lessons:
        lines.append(f"{_sign(status)} {status.lesson.number}  {status.lesson.title:<{width}}  {progress_of(status)}")
        lines += _skills_in_a_row(at, status)
    if at.skills:
        counts = ", ".join(f"{SIGNS[state]} {len(at.skills_in(state))} {state}" for state in (EARNED, OPEN, LOCKED))
        lines += ["", f"Skills: {counts}. What needs what: gradlab status LESSON, or gradlab.status() in a notebook."]
    return [*lines, "", f"Next: {_next(at)}"]


def _skills_in_a_row(at: Standing, status: LessonStatus) -> list[str]:
    own = [f"{skill.sign} {skill.name}" for skill in at.skills if skill.lesson == status.lesson]
    # A no-break space keeps a sign with its name.
    joined = "   ".join(text.replace(" ", "\u00a0") for text in own)
    wrapped = textwrap.wrap(joined, WIDTH - 7, break_long_words=False, break_on_hyphens=False)
    return [f"       {line}".replace("\u00a0", " ") for line in wrapped]


def _sign(status: LessonStatus) -> str:
    if status.absent:
        return "·"
    if status.problem:
        return "✗"
    return "✓" if status.complete else "◐" if status.begun else "○"


def progress_of(status: LessonStatus) -> str:
    if status.absent:
        return f"comes on {status.lesson.release:%Y-%m-%d}" if status.lesson.release else "not here yet"
    if status.problem:
        return "its notebook cannot be read"
    borrowed = f"; borrowed since {status.borrowed}, yours is kept" if status.borrowed else ""
    if not status.begun:
        return f"not begun, about {status.lesson.minutes} minutes{borrowed}"
    line = f"{status.done:>2} of {len(status.exercises):>2} exercises, {status.earned:g} of {points(status.visible)}"
    return (f"{line}, submitted {status.submitted[:10]}" if status.submitted else line) + borrowed


def _next(at: Standing) -> str:
    """The one thing to do now, in a sentence with a place or a command in it. What is borrowed can wait."""
    for status in sorted(at.lessons, key=lambda each: bool(each.borrowed)):
        if status.absent:
            return f"nothing. Lesson {status.lesson.number} is not here yet."
        if status.problem:
            return status.problem
        exercise = status.next()
        if exercise is not None:
            place = shown(at.course.root / status.lesson.notebook)
            return f"`{exercise.name}` in lesson {status.lesson.number}, {_what(status, exercise)}\n      {place}"
        if not status.submitted:
            return f"lesson {status.lesson.number} is done. Hand it in: gradlab submit {status.lesson.number}"
    return f"nothing. All lessons are done and handed in; {at.course.package} is yours."


def _what(status: LessonStatus, exercise: ExerciseStatus) -> str:
    return STATES[exercise.state].format(number=status.lesson.number, name=exercise.name)


def lesson_lines(at: Standing, status: LessonStatus) -> list[str]:
    """The exercises of one lesson, and its skills with what each needs."""
    title = f"Lesson {status.lesson.number}, {status.lesson.title}"
    if status.problem or status.absent:
        return [f"{title}: {status.problem or progress_of(status)}"]
    lines = [f"{title}: {status.earned:g} of {points(status.visible)} so far, {status.hidden:g} more when graded.", ""]
    if status.borrowed:
        modules = ", ".join(f"{at.course.package}/{module}.py" for module in status.lesson.modules)
        lines[1:1] = [
            f"Borrowed since {status.borrowed}: {modules}. Yours is kept, and back as soon as it passes: "
            f"gradlab check {status.lesson.number}"
        ]
    width = max((len(exercise.name) for exercise in status.exercises), default=0)
    for exercise in status.exercises:
        what = exercise.state if exercise.done else f"{exercise.state}: {_what(status, exercise)}"
        lines.append(f"{EXERCISE_SIGNS.get(exercise.state, '◐')} {exercise.name:<{width}}  {what}".rstrip())
        if exercise.note:
            lines.append(f"    {exercise.note.splitlines()[0]}")
    return lines + _skills_with_needs(at, status)


def _skills_with_needs(at: Standing, status: LessonStatus) -> list[str]:
    own = [skill for skill in at.skills if skill.lesson == status.lesson]
    width = max((len(skill.name) for skill in own), default=0)
    lines = []
    for skill in own:
        what = f"{skill.state:<6}  {skill.done} of {skill.total}"
        if skill.waits_for:
            what += f"  waits for {', '.join(skill.waits_for)}"
        lines.append(f"{skill.sign} {skill.name:<{width}}  {what}")
    return ["", "Skills:", *lines] if lines else []
