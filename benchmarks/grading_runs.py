"""What running and judging costs, with tapes and without: `python -m benchmarks.grading_runs 3`.

CPU time of the grader and of all sandboxes, for a submission that is right everywhere and for some of a crowd.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from autograder.startup import quicken

quicken()

from autograder.blueprint import load_blueprint  # noqa: E402
from autograder.crowd import crowd  # noqa: E402
from autograder.desk import set_up  # noqa: E402
from autograder.pretend import right_answers  # noqa: E402
from autograder.rebuild import rebuild  # noqa: E402
from autograder.run import Run  # noqa: E402
from benchmarks.cpu import enter_own_group, used_here  # noqa: E402
from gradlab.course import load_course  # noqa: E402

SOME = 10


def main(number: str = "3") -> None:
    course = load_course()
    lesson = course.lesson(number)
    released = (course.root / lesson.notebook).read_text(encoding="utf-8")
    if not enter_own_group():
        sys.exit("No control group can be made here, and what killed sandboxes used would not be counted.")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        desk = set_up(course, lesson, Path(folder))
        started = used_here()
        inputs = desk.inputs()
        print(
            f"asking the reference, once for each seed: {used_here() - started:.1f} s of CPU; {len(inputs.tapes)} tapes"
        )
        # In own words: what is the reference's, word for word, is not run.
        own_words = {
            name: f"{source}\nwords_for_{name.replace('-', '_')} = 1"
            for name, source in right_answers(desk.blueprint).items()
        }
        right = [own_words] * SOME
        mixed = [
            rebuild(data, desk.blueprint).sources for _, data in crowd(load_blueprint(course, lesson), released, SOME)
        ]
        for who, answers in (("right everywhere", right), ("some of a crowd", mixed)):
            for how, tapes in (("without tapes", {}), ("with tapes", inputs.tapes)):
                costs, points = _costs(desk, inputs, answers, tapes)
                print(f"{who}, {how}: {statistics.median(costs) * 1000:.0f} ms of CPU, {points:g} points", flush=True)


def _costs(desk, inputs, submissions: list[dict[str, str]], tapes: dict) -> tuple[list[float], float]:
    """Seconds of CPU for each, and the points of all."""
    costs, points = [], 0.0
    for answers in submissions:
        before = used_here()
        run = Run(desk.blueprint, desk.base, answers, inputs.replies, inputs.seed, desk.isolated, tapes=tapes)
        points += sum(each.earned for several in run.verdicts().values() for each in several)
        costs.append(used_here() - before)
    return costs, points


if __name__ == "__main__":
    main(*sys.argv[1:])
