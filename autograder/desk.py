"""One lesson's submissions are graded at one desk: on it lies all that is the same for each of them.

`grade_submission(desk, submission, data)` is the whole way from the bytes handed in to the verdicts. It writes nothing
and needs nothing but its arguments, so it may run anywhere, as often as one likes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autograder.blueprint import Blueprint, load_blueprint
from autograder.collect import Submission
from autograder.engines import Engine, Workshop
from autograder.graded import Graded, now
from autograder.judge import Verdict
from autograder.memo import Memo
from autograder.observe import expected
from autograder.rebuild import Rebuilt, Repair, rebuild
from autograder.remote.channel import Ended
from autograder.remote.tapes import Tape
from autograder.run import Run
from autograder.sandbox import Isolation, chosen
from autograder.seeds import seed_of
from autograder.taping import taped
from autograder.trial import Trial, trials_of
from autograder.watchdog import Logbook, watched
from gradlab.course import Course, Lesson

READING = 60.0  # seconds of CPU, for what takes a few milliseconds


@dataclass(frozen=True)
class Inputs:
    """What the hidden tests of a submission draw, and {hidden test: what the reference makes of it}.

    tapes: {check or hidden test that the reference passes: what its process said in it, or None} (see taping.py).
    """

    seed: int
    replies: dict[str, dict] = field(repr=False)
    tapes: dict[str, Tape | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Desk:
    """base: the engine before this lesson. reference: the one with its answers."""

    blueprint: Blueprint
    base: Path
    reference: Engine
    isolated: Isolation
    memo: Memo = field(default_factory=Memo)

    def inputs(self, seed: int | None = None) -> Inputs:
        """With `seed`, or with the lesson's first. Takes seconds when it is asked for the first time.

        Raises GradlabError when a hidden test is no test.
        """
        first = seed_of(self.blueprint.lesson.id)
        seed = first if seed is None else seed
        replies = expected(self.reference, self.blueprint.programs, seed, twice=seed == first)
        programs = [trial for trial in self._trials if trial.program]
        return Inputs(seed, replies, self._checks | taped(self.reference, programs, seed, replies))

    @cached_property
    def _trials(self) -> list[Trial]:
        return [trial for name in self.blueprint.exercises for trial in trials_of(self.blueprint, name)]

    @cached_property
    def _checks(self) -> dict[str, Tape | None]:
        """The tapes of the checks, which draw nothing."""
        return taped(self.reference, [trial for trial in self._trials if trial.cell], 0, {})


def set_up(course: Course, lesson: Lesson, scratch: Path, rung: str = "", isolated: Isolation | None = None) -> Desk:
    """The desk for `lesson`, with its engines in `scratch`. isolated: what `rung` comes to, when that is known.

    Raises GradlabError when the lesson is at fault, or when nothing keeps students' code apart (see sandbox.chosen).
    """
    isolated = isolated or chosen(rung)
    blueprint = load_blueprint(course, lesson)
    workshop = Workshop(blueprint, scratch)
    return Desk(blueprint, workshop.base, workshop.reference, isolated)


def grade_submission(
    desk: Desk, submission: Submission, data: bytes, inputs: Inputs, logbook: Logbook | None = None
) -> tuple[Graded, Rebuilt]:
    """The grade of one submission, and what was found in it. Runs the student's code in a worker; writes nothing.

    data: the bytes handed in. logbook: of the job. Never raises for what a student did.
    """
    logbook = logbook or Logbook()
    rebuilt = Rebuilt(problem=submission.problem) if submission.problem else _read(desk, data, logbook)
    if submission.note:
        rebuilt.repairs.insert(0, Repair("", submission.note))
    if rebuilt.problem:
        verdicts = nothing(desk.blueprint, rebuilt.problem)
    else:
        base, isolated, seed = desk.base, desk.isolated, inputs.seed
        run = Run(
            desk.blueprint, base, rebuilt.sources, inputs.replies, seed, isolated, {}, logbook, inputs.tapes, desk.memo
        )
        verdicts = run.verdicts()
    graded = Graded(
        student=submission.student,
        lesson=submission.lesson.id,
        verdicts=verdicts,
        problem=rebuilt.problem,
        repairs=rebuilt.repairs,
        seed=inputs.seed,
        isolation=desk.isolated.name,
        graded_at=now(),
    )
    return graded, rebuilt


def _read(desk: Desk, data: bytes, logbook: Logbook) -> Rebuilt:
    """The notebook that was handed in, put together."""
    try:
        if logbook.begins("reading"):
            with watched(READING):
                return rebuild(data, desk.blueprint)
    except Ended:
        pass
    return Rebuilt(problem=f"reading this notebook takes longer than {READING:g} s")


def nothing(blueprint: Blueprint, problem: str) -> dict[str, list[Verdict]]:
    """No points for anything, for one reason."""
    return {
        name: [trial.not_run(problem) for trial in trials]
        for name in blueprint.exercises
        if (trials := trials_of(blueprint, name))
    }
