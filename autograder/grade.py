"""A folder of submissions to grades: collect → rebuild → overlay → run → judge → record → report.

    report = grade_class(course, [lesson], Path("submitted"), out=course.root)

Submissions are graded in other processes, several at a time (slots.py), and students' code runs in workers of theirs
(sandbox/). This process is the only one that writes. A submission that was graded before and has not changed is not
graded again; so a run that was ended, in whatever way, is taken up by the next.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.attempts import worth
from autograder.blueprint import load_blueprint
from autograder.claim import claimed
from autograder.collect import Submission, collect, without_data
from autograder.desk import Inputs, nothing
from autograder.graded import Graded, load, now
from autograder.hand_out import elsewhere, for_jobs, in_turn
from autograder.job import Done, InFile, ask_reference, grade_one, know, make_page
from autograder.kit import pack
from autograder.late_rule import late_rule
from autograder.outputs import fill
from autograder.rebuild import Rebuilt
from autograder.record import Recorder
from autograder.report import Report
from autograder.sandbox import chosen
from autograder.seeds import Seeds
from autograder.shelf import Shelf
from autograder.slots import Slots, usual
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError

if TYPE_CHECKING:
    from autograder.diagnose.library import Known

AHEAD = 4  # jobs handed out for each slot: enough to keep it busy, few enough to keep memory flat
LOST = "grading it ended the grader's own process each time; a person should look at it"


@dataclass(frozen=True)
class Options:
    """How to grade. jobs: submissions at a time, None for three on two cores. seed: None for each one's own (seeds.py).

    record: write gradebook, notebooks and (with `feedback`) pages; without it, only say what the grades would be.
    gradebook: its URL; "" for gradebook.db in the folder that grades go to. rung: see sandbox.chosen.
    diagnose: say of answers that lose points which known mistake they are; it takes a moment for each.
    """

    only: Sequence[str] = ()
    jobs: int | None = None
    force: bool = False
    feedback: bool = True
    record: bool = True
    seed: int | None = None
    gradebook: str = ""
    rung: str = ""
    diagnose: bool = False


@dataclass(frozen=True)
class Progress:
    """Called while grading: what is done and how often, then once for each that is done."""

    start: Callable[[str, int], None] = lambda what, total: None
    advance: Callable[[], None] = lambda: None


QUIET = Progress()


def grade_class(
    course: Course,
    lessons: Iterable[Lesson],
    submissions: Path | Sequence[Submission],
    out: Path,
    options: Options = Options(),
    progress: Progress = QUIET,
    executor: Executor | None = None,
) -> Report:
    """Grade `submissions` for these lessons, into gradebook.db, autograded/ and feedback/ of `out`.

    submissions: a folder or zip, or what was collected from it. executor: what the jobs are given to; None for
    processes of this machine. Raises GradlabError when a lesson, the gradebook or the folder is at fault, or when
    another run is grading there; whatever a student handed in gets a grade and a reason.
    """
    # Absolute, for nbgrader changes the working folder while it writes.
    out, lessons = out.resolve(), list(lessons)
    with claimed(out) if options.record else nullcontext():
        return _grade_class(course, lessons, submissions, out, options, progress, executor)


def _grade_class(course, lessons, submissions, out, options, progress, executor) -> Report:
    if isinstance(submissions, Path):
        submissions = collect(submissions.resolve(), course, lessons, options.only).submissions
    late = late_rule(course)
    report = Report(out if options.record else None)
    slots = executor or Slots(options.jobs or usual())
    try:
        for lesson in lessons:
            mine = [each for each in submissions if each.lesson == lesson]
            if mine:
                with _Lesson(course, lesson, out, options, slots, progress, report, late) as work:
                    work.grade(mine)
    except BaseException:  # interrupted, or a gradebook that cannot be written: no more
        if executor is None:
            slots.abort()
        raise
    if executor is None:
        slots.shutdown()
    return report


class _Lesson:
    """One lesson's submissions on their way through the slots and into the records."""

    def __init__(self, course, lesson: Lesson, out: Path, options: Options, slots: Executor, progress, report, late):
        self.lesson, self.out, self.options, self.slots = lesson, out, options, slots
        self.progress, self.report, self.late = progress, report, late
        self.blueprint = load_blueprint(course, lesson)
        self.ahead = AHEAD * getattr(slots, "jobs", usual())
        with ExitStack() as stack:
            self.recorder = None
            if options.record:
                self.recorder = stack.enter_context(Recorder(course, out, self.blueprint, options.gradebook, late))
            template = self.recorder.template if self.recorder else ""
            self.kit = pack(course, lesson, template, options.rung, options.diagnose, late)
            if not elsewhere(slots):
                self.kit = replace(self.kit, isolated=chosen(options.rung))
            self.seeds = Seeds.in_folder(out, lesson.id, make=options.record)
            self.shelf = Shelf(course, lesson, self.kit.reference)
            self.scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="autograder-")))
            self.kit_from = for_jobs(slots, self.kit, self.scratch / "kit")
            self._stack = stack.pop_all()

    def __enter__(self) -> _Lesson:
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def grade(self, submissions: list[Submission]) -> None:
        seeds = {each.student: self._seed(each.student) for each in submissions}
        changed = [each for each in submissions if not self._unchanged(each, seeds[each.student])]
        inputs = self._inputs({seeds[each.student] for each in changed})
        known = self._known() if changed and self.options.diagnose else None
        self.progress.start(self.lesson.id, len(changed))
        jobs = (
            (each, (grade_one, self.kit_from, inputs[seeds[each.student]], _attempts(each), known)) for each in changed
        )
        for submission, future in in_turn(self.slots, jobs, self.ahead):
            self._take(submission, future)
            self.progress.advance()
            if self.recorder and self.recorder.is_due:
                self._flush()
        self._flush()
        if self.recorder and self.options.feedback:
            self._pages([each.student for each in submissions])

    def _seed(self, student: str) -> int:
        """The one that was asked for; or that of the grade before this one; or the one that the student draws."""
        if self.options.seed is not None:
            return self.options.seed
        before = load(self.out, student, self.lesson.id)
        return before.seed if before and before.digest else self.seeds.of(student)

    def _inputs(self, seeds: set[int]) -> dict[int, Inputs | InFile]:
        """What jobs get of these seeds; the reference is asked, in the slots, with those that are not on the shelf."""
        found = {seed: inputs for seed in sorted(seeds) if (inputs := self.shelf.inputs(seed))}
        missing = sorted(seeds - found.keys())
        if missing:
            self.progress.start(f"{self.lesson.id} reference", len(missing))
        jobs = ((seed, (ask_reference, self.kit_from, seed)) for seed in missing)
        for seed, future in in_turn(self.slots, jobs, self.ahead):
            found[seed] = future.result()
            self.shelf.put(found[seed])
            self.progress.advance()
        return {seed: for_jobs(self.slots, each, self.scratch / f"inputs-{seed}") for seed, each in found.items()}

    def _known(self) -> Known | InFile | None:
        """What jobs get about the lesson's wrong answers; they are tried, in the slots, when it is not on the shelf.

        Whatever goes wrong is left to the jobs: it may cost diagnoses, and no grade.
        """
        found = self.shelf.known()
        if found is None:
            exercises, parts = list(self.blueprint.exercises), []
            self.progress.start(f"{self.lesson.id} known mistakes", len(exercises))
            for _, future in in_turn(
                self.slots, ((each, (know, self.kit_from, each)) for each in exercises), self.ahead
            ):
                parts += [] if future.exception() else [future.result()]
                self.progress.advance()
            if not parts:
                return None
            found = parts[0]._replace(does={name: does for part in parts for name, does in part.does.items()})
            if len(parts) == len(exercises):
                self.shelf.put(found)
        return for_jobs(self.slots, found, self.scratch / "known")

    def _unchanged(self, submission: Submission, seed: int) -> bool:
        """Whether it is recorded, and would get the same grade now; then it is reported."""
        if not self.recorder or self.options.force or not self.recorder.has(submission):
            return False
        before = load(self.recorder.out, submission.student, self.lesson.id)
        if before is None or before.digest != self.kit.digest(_attempts(submission), seed):
            return False
        self.report.add(before, new=False)
        return True

    def _take(self, submission: Submission, future: Future) -> None:
        """Put down a grade that is ready."""
        try:
            attempts = (submission, *submission.others)
            graded, filled, attempt = self._best(attempts, future.result())
            submission = attempts[attempt]
        except GradlabError:
            raise
        except Exception as error:  # ours, not the student's; and nobody else is to suffer from it
            why = LOST if type(error).__name__ in ("LostWorker", "KilledWorker") else f"{type(error).__name__}: {error}"
            self.report.failed[f"{submission.student}, {self.lesson.id}"] = why
            # A score and a reason all the same. Without a digest, so the next run tries again.
            verdicts = nothing(self.blueprint, why)
            graded = Graded(submission.student, self.lesson.id, verdicts, why, graded_at=now())
            filled = fill(self.kit.template, Rebuilt(problem=why), graded) if self.recorder else None
        if self.recorder:
            self.recorder.put(submission, graded, filled)
        self.report.add(graded, new=True)

    def _best(self, attempts: Sequence[Submission], done: list[Done]) -> Done:
        """The first that is worth most, when a job could not say which it is."""
        if len(done) == 1:
            return done[0]
        return max(done, key=lambda each: worth(each.graded.score, attempts[each.attempt], self.late))

    def _flush(self) -> None:
        for student, why in self.recorder.flush().items() if self.recorder else ():
            self.report.failed[f"{student}, {self.lesson.id}"] = f"not recorded: {why}"

    def _pages(self, students: list[str]) -> None:
        """Feedback for those who have none since they were graded."""
        todo = [s for s in students if s in self.recorder.page.recorded and not self.recorder.feedback(s).is_file()]
        if not todo:
            return
        self.progress.start(f"{self.lesson.id} feedback", len(todo))
        for student, future in in_turn(self.slots, self._page_jobs(todo), self.ahead):
            if error := future.exception():
                self.report.failed[f"{student}, {self.lesson.id}"] = f"no feedback: {type(error).__name__}: {error}"
            else:
                self.recorder.put_feedback(student, future.result())
            self.progress.advance()

    def _page_jobs(self, students: list[str]) -> Iterator[tuple[str, tuple]]:
        for start in range(0, len(students), 100):
            some = students[start : start + 100]
            marks = self.recorder.page.read(some)
            for student in some:
                text = self.recorder.notebook(student).read_text(encoding="utf-8")
                yield student, (make_page, text, marks[student], student, self.lesson.id)


def _attempts(submission: Submission) -> list[tuple[Submission, bytes]]:
    """A submission, and others that might count in its place, each with the bytes of its notebook."""
    found = []
    for each in (submission, *submission.others):
        try:
            found.append((each, each.data()))
        except OSError as error:  # after all: that is its problem
            found.append((without_data(each, error), b""))
    return found
