"""With every seed that a student may draw, right answers earn all points, and a wrong one loses the same tests.

python -m pytest -m full tests/autograder/grading/test_every_seed.py            all lessons
python -m pytest -m full tests/autograder/grading/test_every_seed.py -k 01      one of them
python -m pytest -m full tests/autograder/grading/test_every_seed.py -k wrong -s
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from rich.progress import track

from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.desk import set_up
from autograder.mutants.library import Mutant
from autograder.mutants.score import BY_HAND, CHECK, HIDDEN, MECHANICAL, score
from autograder.mutants.trying import Bench, said
from autograder.observe import expected
from autograder.right import in_the_cell, load_right_answers
from autograder.run import Run
from autograder.sandbox import scratch
from autograder.seeds import pool
from autograder.trial import trials_of
from gradlab.course import load_course

COURSE = load_course(Path(__file__).resolve().parents[3])
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def whole():
    assert not build(COURSE).errors
    return COURSE


@pytest.mark.parametrize("lesson", [each.id for each in COURSE.lessons])
def test_right_answers_earn_all_points_with_every_seed(whole, lesson):
    lesson = whole.lesson(lesson)
    blueprint = load_blueprint(whole, lesson)
    others = load_right_answers(whole, lesson)
    lost = []
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        desk = set_up(whole, lesson, Path(folder))
        for seed in pool(lesson.id):
            replies = expected(desk.reference, blueprint.programs, seed)  # twice: they repeat themselves

            def judged(answers, trials, replies=replies, seed=seed):
                run = Run(blueprint, desk.base, answers, replies, seed, desk.isolated)
                return [each for several in run.verdicts(trials).values() for each in several]

            found = judged(blueprint.answers, None)
            assert sum(each.points for each in found) == lesson.points
            lost += [(seed, "the reference's", each.name, each.reason) for each in found if each.reason]
            for other in others:
                answers = {**blueprint.answers, other.exercise: in_the_cell(blueprint.answers[other.exercise], other)}
                hidden = [trial for trial in trials_of(blueprint, other.exercise) if trial.program]
                if hidden:  # visible checks draw nothing from the seed
                    found = judged(answers, hidden)
                    place = f"right_answers.py:{other.line}"
                    lost += [(seed, place, each.name, each.reason) for each in found if each.reason]
    assert not lost


@pytest.mark.parametrize("lesson", [each.id for each in COURSE.lessons])
def test_wrong_answers_lose_the_same_hidden_tests_with_every_seed(whole, lesson):
    """Two students with one mistake get the same points. Checks draw nothing: what they find, they find always.

    Of the mechanical mutants those that no check finds.
    """
    lesson = whole.lesson(lesson)
    wrong = [
        (mutant, found.by == CHECK)
        for mutant, found in score(whole, lesson).outcomes
        if mutant.kind == BY_HAND or (mutant.kind == MECHANICAL and found.by == HIDDEN)
    ]
    assert wrong
    with Bench(load_blueprint(whole, lesson)) as bench:
        wanted = {}
        for seed in pool(lesson.id):
            bench.seed = seed
            wanted[seed] = bench.expected()
        told = f"{lesson.id}: {len(wrong)} wrong answers with {len(wanted)} seeds each"
        uneven = []
        for mutant, checked in track(wrong, told):
            lost = _lost(bench, mutant, wanted)
            if len({frozenset(names) for names in lost.values()}) > 1 or not (checked or all(lost.values())):
                uneven += [f"{mutant} ({mutant.place})", *(f"  {seed}: {names}" for seed, names in lost.items())]
    print(told)
    assert not uneven, "\n".join(uneven)


def _lost(bench: Bench, mutant: Mutant, wanted: dict[int, dict]) -> dict[int, list[str]]:
    """{seed: the hidden tests that find the answer wrong}. Each seed has its own process: four threads are in one."""
    programs = [trial for trial in trials_of(bench.blueprint, mutant.exercise) if trial.program]
    lost = {}
    for seed, replies in wanted.items():
        bench.seed = seed
        with bench.trying(mutant.exercise, mutant.source) as (engine, problem):
            finding = [each for each in programs if not problem and said(bench.reply(engine, each), each, replies)]
            lost[seed] = [problem] if problem else [each.name for each in finding]
    return lost
