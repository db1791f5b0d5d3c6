"""What happens in the kernel after a cell ran: an exercise is exported, a check's result is told and remembered."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gradlab import magic, not_written
from gradlab.borrowed import loans, own_modules, use_own
from gradlab.catchup import take_back_if_passing
from gradlab.course import FILE_NAME, Course, Lesson, load_course
from gradlab.diagnosis import as_run, diagnose
from gradlab.errors import GradlabError
from gradlab.export import Exporter, engine_dir
from gradlab.guilty.picture import show_picture
from gradlab.notebooks import Notebook
from gradlab.notices import show
from gradlab.progress import save_results
from gradlab.reload import put_first, set_aside
from gradlab.render import has_dot

_ATTRIBUTE = "_gradlab_hook"


def install(shell) -> None:
    """Let `shell` export exercises from now on, and import the student's package. Twice is as good as once.

    Raises GradlabError when the notebook lies outside a course.
    """
    uninstall(shell)
    engine = engine_dir()
    put_first(engine)
    course = load_course()
    package = course.package
    loaded = getattr(sys.modules.get(package), "__file__", None)
    if loaded and not Path(loaded).resolve().is_relative_to(engine):
        set_aside(package)  # it came from elsewhere, before this line was run
    hook = Hook(shell)
    setattr(shell, _ATTRIBUTE, hook.after_cell)
    shell.events.register("post_run_cell", hook.after_cell)
    not_written.install(shell)
    magic.install(shell)
    lesson = lesson_here(course)
    use_own(lambda: own_modules(engine, package, lesson.id) if lesson else {})
    if note := borrowed_note(course, engine, lesson):
        show(note)


def lesson_here(course: Course) -> Lesson | None:
    """The lesson whose notebook lies in the working folder, if there is one."""
    return next((lesson for lesson in course.lessons if Path(lesson.notebook.name).is_file()), None)


def borrowed_note(course: Course, engine: Path, lesson: Lesson | None) -> str:
    """What a notebook says of borrowed modules when it begins; "" when there are none."""
    on_loan = [each for each in course.lessons if each.id in loans(engine)]
    if lesson in on_loan:
        return (
            f"○ {course.package} has a borrowed version of this lesson. This notebook builds and tests your own; "
            "when all its checks pass, yours is taken back."
        )
    if on_loan:
        names = ", ".join(f"lesson {each.number} ({', '.join(each.modules)})" for each in on_loan)
        return (
            f"○ borrowed, not yours yet: {names}. To take yours back, make it pass: gradlab check {on_loan[0].number}"
        )
    return ""


def uninstall(shell) -> None:
    """Take the hook back, whichever copy of this module installed it."""
    not_written.uninstall(shell)
    callback = getattr(shell, _ATTRIBUTE, None)
    if callback is not None:
        try:
            shell.events.unregister("post_run_cell", callback)
        except ValueError:
            pass
        delattr(shell, _ATTRIBUTE)


class Hook:
    """Knows a cell by its text alone: nbclient and plain kernels have no cell ids, and people copy cells."""

    def __init__(self, shell):
        self.shell = shell
        self._course: tuple[int, Course] | None = None

    def after_cell(self, result) -> None:
        """IPython's post_run_cell event. Whatever goes wrong here must not hide what the cell itself said."""
        source = getattr(getattr(result, "info", None), "raw_cell", None) or ""
        error = result.error_before_exec or result.error_in_exec
        exports = source.lstrip().startswith("#|")
        try:
            exporter = Exporter(self.course(), engine_dir(), here=Path.cwd())
            if exports:
                outcome = exporter.export_cell(source, self.shell.user_ns, error)
                show(outcome.message, outcome.note)
            elif source:
                self.remember_check(exporter, source, error)
        except (GradlabError, OSError) as problem:
            if exports:  # any other cell did all that its reader wanted of it
                show(f"✗ not exported: {problem}")

    def remember_check(self, exporter: Exporter, source: str, error: BaseException | None) -> None:
        """When the cell is a check of the lesson in this folder, keep what it said, for `gradlab status`.

        Asserts that hold say nothing, so a check that passes is told; one that fails has said why.
        """
        notebook = exporter.notebook_here()
        for cell in notebook.checks if notebook else ():
            if cell.source.strip() == source.strip():
                said = "" if error is None else str(error) or type(error).__name__
                save_results(exporter.engine, notebook, [(cell.id, error is None, said)])
                if error is None:
                    show(f"✓ check of {cell.name} passed")
                    lesson = exporter.course.lesson(notebook.lesson)
                    if taken_back := take_back_if_passing(exporter.course, lesson, exporter.engine):
                        show(taken_back)
                elif isinstance(error, NameError) and error.name:
                    show(
                        f"○ `{error.name}` is not there yet. "
                        "Complete the exercise above, and run its cell and the cells before it."
                    )
                elif not isinstance(error, NotImplementedError):
                    self.tell_why(exporter, notebook, cell.name)

    def tell_why(self, exporter: Exporter, notebook: Notebook, exercise: str) -> None:
        """What is behind a check that failed: a known mistake, the smallest program that shows it; or nothing."""
        if sys.platform == "emscripten":  # it takes a process of its own, and a browser has none
            return
        inputs = self.shell.user_ns.get("In", [])
        found = diagnose(as_run(notebook, inputs), exporter.engine, [exercise], exporter.course.package)
        if exercise in found:
            first, *rest = (line.removeprefix("  ") for line in found[exercise].lines())
            show(first, "\n".join(rest))
            if (parting := found[exercise].parting) and has_dot():
                show_picture(parting.dot, parting.alt)

    def course(self) -> Course:
        """The course; read again only when the file has changed."""
        root = self._course[1].root if self._course else load_course().root
        stamp = os.stat(root / FILE_NAME).st_mtime_ns
        if self._course is None or self._course[0] != stamp:
            self._course = (stamp, load_course(root))
        return self._course[1]
