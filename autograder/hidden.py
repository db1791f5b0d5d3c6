"""Hidden tests: programs that the grader runs against a student's engine and against the reference.

    from autograder.hidden import tests

    @tests("walk", points=2, says="an input used twice at different depths gets both gradients")
    def reuse_at_unequal_depth(torch, see, rng):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        y = x.exp()
        (y * (y + x)).sum().backward()
        see(x.grad)

torch: the engine. see: see(value[, name]), see.error(call), with see.budget(seconds=2). rng: a seeded
numpy.random.Generator. A fourth parameter, nb: the names of the lesson's notebook, for exercises that are not exported.
A program says what to do, never what comes out: that is the reference's part.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from autograder.programs import Program, tests

__all__ = ["Program", "grade", "run_hidden", "tests"]

FOUND = Path(".gradlab", "hidden.json")
"""In the engine's folder of a stock kernel: what the hidden tests found, {exercise: {"points", "reasons"}}."""


def run_hidden(
    lesson_id: str,
    exercise: str,
    engine_dir: Path | str,
    reference_dir: Path | str,
    seed: int,
    *,
    unwritten: Collection[str] = (),
    course=None,
) -> list:
    """The Verdicts on the hidden tests of `exercise`, for the package in `engine_dir` against that in `reference_dir`.

    Cells that are not exported are the reference's; of the exercises in `unwritten` they are the stubs. Raises
    GradlabError when a program is no test: it fails on the reference, or does not repeat itself.
    """
    from autograder.blueprint import load_blueprint
    from gradlab.course import load_course

    course = course or load_course()
    blueprint = load_blueprint(course, course.lesson(lesson_id))
    answers = {name: source for name, source in blueprint.answers.items() if name not in unwritten}
    return _verdicts(blueprint, exercise, Path(engine_dir), Path(reference_dir), seed, answers)


def grade(lesson_id: str, exercise: str, points: float) -> float:
    """The points that the notebook running here earned for the hidden tests of `exercise`; prints why any are lost.

    Called by the graded cells under stock `nbgrader autograde`. The tests have run before, outside of this process (see
    stock.py): here it is only said what they found.
    """
    from gradlab.errors import GradlabError

    try:
        found = json.loads(Path(os.environ["GRADLAB_ENGINE"], FOUND).read_text(encoding="utf-8"))[exercise]
    except (OSError, ValueError, KeyError):
        raise GradlabError(
            f"Nothing is known of the hidden tests of `{exercise}`: use the nbgrader_config.py of this course."
        ) from None
    for reason in found["reasons"]:
        print(f"✗ {reason}")
    return float(min(points, max(0.0, found["points"])))


def _verdicts(blueprint, exercise: str, engine_dir: Path, reference_dir: Path, seed: int, answers: dict) -> list:
    from autograder.engines import Engine
    from autograder.judge import verdict
    from autograder.observe import expected, observe
    from autograder.sandbox import Worker, scratch
    from autograder.wording import texts_in
    from gradlab.errors import GradlabError, did_you_mean

    if exercise not in blueprint.exercises:
        hint = did_you_mean(exercise, blueprint.exercises)
        raise GradlabError(f"{blueprint.lesson.id} has no exercise `{exercise}`.{hint}")
    programs = blueprint.programs_of(exercise)
    wanted = expected(Engine(reference_dir.resolve(), blueprint, {}, blueprint.answers), programs, seed)
    engine = Engine(engine_dir.resolve(), blueprint, {}, answers)
    engine = replace(engine, texts=engine.lesson_texts)
    own = texts_in([*engine.lesson_texts.values(), *answers.values(), *blueprint.stubs.values()])
    with tempfile.TemporaryDirectory(dir=scratch()) as folder, Worker(Path(folder)) as worker:
        return [verdict(each, wanted[each.name], observe(worker, engine, each, seed), own) for each in programs]
