"""A folder of submissions to grades: collect → rebuild → overlay → run → judge → record → report.

    report = grade_class(course, [lesson], Path("submitted"), out=course.root)

Students' code runs in workers (sandbox/), several at a time; this process judges what they observed and is the only
one that writes. A submission that was graded before and has not changed is not graded again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collect import Submission, collect
from autograder.desk import Desk, grade_submission, set_up
from autograder.graded import Graded, load, save
from autograder.outputs import graded_notebook
from autograder.rebuild import Rebuilt
from autograder.record import Recorder
from autograder.turns import thinking
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError


@dataclass(frozen=True)
class Options:
    """How to grade. jobs: submissions at a time; None for one a core. seed: None for each lesson's own.

    record: write gradebook, notebooks and (with `feedback`) pages; without it, only say what the grades would be.
    """

    only: Sequence[str] = ()
    jobs: int | None = None
    force: bool = False
    feedback: bool = True
    record: bool = True
    seed: int | None = None


@dataclass
class Report:
    """What was graded, and what was as before. failed: {whose: why} could not be graded or recorded, by our fault."""

    graded: list[Graded] = field(default_factory=list)
    unchanged: list[Graded] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Graded]:
        return sorted([*self.graded, *self.unchanged], key=lambda each: (each.lesson, each.student))


@dataclass(frozen=True)
class Progress:
    """Called while grading: how many there are to grade, once a lesson; then each grade."""

    start: Callable[[Lesson, int], None] = lambda lesson, total: None
    advance: Callable[[Graded | None], None] = lambda graded: None


QUIET = Progress()


def grade_class(
    course: Course,
    lessons: Iterable[Lesson],
    submissions: Path,
    out: Path,
    options: Options = Options(),
    progress: Progress = QUIET,
) -> Report:
    """Grade what is in `submissions` for these lessons, into gradebook.db, autograded/ and feedback/ of `out`.

    Raises GradlabError when a lesson, the gradebook or the folder is at fault; whatever a student handed in gets a
    grade and a reason.
    """
    # Absolute, for nbgrader changes the working folder while it writes.
    submissions, out, lessons = submissions.resolve(), out.resolve(), list(lessons)
    found = collect(submissions, lessons, options.only)
    report = Report()
    for lesson in lessons:
        mine = [each for each in found if each.lesson == lesson]
        if mine:
            with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
                desk = set_up(course, lesson, Path(scratch), options.seed)
                recorder = Recorder(course, out, desk.blueprint) if options.record else None
                _grade(desk, mine, recorder, options, report, progress)
    return report


def _grade(
    desk: Desk, submissions: list[Submission], recorder: Recorder | None, options: Options, report: Report, progress
) -> None:
    changed = []
    for submission in submissions:
        before = _unchanged(desk, submission, recorder) if recorder and not options.force else None
        if before is None:
            changed.append(submission)
            continue
        report.unchanged.append(before)
        if options.feedback and not recorder.has_feedback(submission):
            recorder.write_feedback(submission)
    progress.start(desk.blueprint.lesson, len(changed))
    # Threads, for the work is done by the workers, which are processes. Any Executor would do.
    with ThreadPoolExecutor(options.jobs or os.cpu_count() or 1) as executor:
        try:
            for submission, future in _as_ready(executor, desk, changed):
                progress.advance(_take(future, submission, recorder, options, report))
        except BaseException:  # interrupted, or a gradebook that cannot be written: no more
            executor.shutdown(cancel_futures=True)
            raise


def _take(future: Future, submission: Submission, recorder: Recorder | None, options: Options, report: Report):
    """Record a grade that is ready. Returns it; None when that failed."""
    try:
        graded, rebuilt = future.result()
        if recorder:
            with thinking():
                _record(recorder, submission, graded, rebuilt, options.feedback)
    except GradlabError:
        raise
    except Exception as error:  # ours, not the student's; and nobody else is to suffer from it
        report.failed[f"{submission.student}, {submission.lesson.id}"] = f"{type(error).__name__}: {error}"
        return None
    report.graded.append(graded)
    return graded


def _record(recorder: Recorder, submission: Submission, graded: Graded, rebuilt: Rebuilt, feedback: bool) -> None:
    recorder.record(submission, graded_notebook(recorder.skeleton, rebuilt, graded))
    if feedback:
        recorder.write_feedback(submission)
    save(recorder.out, graded)  # last: what is remembered has been recorded


def _unchanged(desk: Desk, submission: Submission, recorder: Recorder) -> Graded | None:
    """The grade of before, if it is recorded and would be the same now."""
    before = load(recorder.out, submission.student, submission.lesson.id)
    if before is None or before.digest != desk.digest(submission, submission.data()):
        return None
    return before if recorder.has(submission) else None


def _as_ready(executor: Executor, desk: Desk, submissions: list[Submission]) -> Iterable[tuple[Submission, Future]]:
    """Submissions with their grades, as they get ready."""
    futures = {executor.submit(grade_submission, desk, each): each for each in submissions}
    for future in as_completed(list(futures)):
        yield futures.pop(future), future
