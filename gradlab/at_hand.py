"""What `gradlab.hint` and `gradlab.status` do in a notebook: a mistake is one sentence there, not a traceback."""

from __future__ import annotations

from pathlib import Path

from gradlab.course import load_course
from gradlab.errors import GradlabError
from gradlab.export import Exporter, engine_dir
from gradlab.hints import Hint, open_hint
from gradlab.notices import show
from gradlab.progress import lesson_status
from gradlab.standing import Standing, standing


def hint_here(exercise: str | None, again: bool) -> Hint | None:
    """The hint of an exercise of the lesson in the working folder. Without one, says why not and returns None."""
    try:
        course, engine = load_course(), engine_dir()
        notebook = Exporter(course, engine, here=Path.cwd()).notebook_here()
        if notebook is None:
            raise GradlabError("no lesson is in this folder. In a terminal: gradlab hint LESSON EXERCISE")
        if exercise is None:
            following = lesson_status(course, course.lesson(notebook.lesson), engine).next()
            if following is None:
                raise GradlabError('every exercise of this lesson is done. Name one: gradlab.hint("…")')
            exercise = following.name
        return open_hint(engine, notebook, exercise, more=not again)
    except GradlabError as problem:
        show(f"✗ {problem}")
        return None


def standing_here() -> Standing | None:
    try:
        return standing(load_course(), engine_dir())
    except GradlabError as problem:
        show(f"✗ {problem}")
        return None
