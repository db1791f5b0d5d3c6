"""`make bench-grading`: our grader and stock `nbgrader autograde`, on the same copies of a real lesson, in one run.

    python -m benchmarks.grading                        100 submissions each
    python -m benchmarks.grading --large 2000           and whether a submission costs the same among 2,000
    python -m benchmarks.grading --stock 10             fewer for nbgrader, which takes its time

CPU time counts, with everything that was started, sandboxes included. Stock nbgrader runs the notebooks without the
hidden tests, which would only add to it: its kernel runs the student's code and the visible checks, and no more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.startup import quicken

quicken()

from autograder.blueprint import load_blueprint  # noqa: E402
from autograder.build import build  # noqa: E402
from autograder.crowd import hand_in_crowd  # noqa: E402
from autograder.demo import copy_course  # noqa: E402
from autograder.release import apply, plan_release  # noqa: E402
from benchmarks.cpu import Cost, cost_of  # noqa: E402
from gradlab.course import load_course  # noqa: E402

WITHOUT_HIDDEN_TESTS = """
from nbgrader.preprocessors import NbGraderPreprocessor

class LeaveOutHiddenTests(NbGraderPreprocessor):
    def preprocess_cell(self, cell, resources, index):
        if cell.metadata.get("gradlab", {}).get("role") == "hidden":
            cell.source = "0.0"
        return cell, resources

c.Autograde.autograde_preprocessors = [LeaveOutHiddenTests, *c.Autograde.autograde_preprocessors]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", default="3", help="a lesson's number (default: 3)")
    parser.add_argument("--number", type=int, default=100, help="submissions (default: 100)")
    parser.add_argument("--stock", type=int, metavar="N", help="submissions for nbgrader (default: as many)")
    parser.add_argument("--large", type=int, metavar="N", help="also grade so many")
    parser.add_argument("--jobs", type=int, help="submissions at a time (default: one a core)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            _Bench(Path(folder).resolve(), args).run()
        except subprocess.CalledProcessError as error:
            sys.exit(f"{error}\n{error.output}")


class _Bench:
    def __init__(self, folder: Path, args: argparse.Namespace):
        self.folder, self.args = folder, args
        course = load_course()
        self.course = copy_course(course, folder / "course")
        self.lesson = self.course.lesson(args.lesson)
        build(self.course, [*self.course.before(self.lesson), self.lesson])
        apply(self.course, plan_release(self.course, [self.lesson], record=True))
        self.env = {**os.environ, "GRADLAB_ROOT": str(self.course.root), "PYTHONPATH": str(course.root)}
        self.env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), self.env.get("PATH", "")])

    def run(self) -> None:
        number = self.args.number
        print(f"{number} copies-with-variations of {self.lesson.id}; {os.cpu_count()} cores", flush=True)
        ours = self._ours(number)
        self._say("autograder grade, hidden tests and sandbox included", ours, number)
        pages = self._ours(number, feedback=True)
        self._say("  and feedback pages for all of them", pages, number)
        few = self.args.stock or number
        stock = self._stock(few)
        self._say("nbgrader autograde, without hidden tests", stock, few)
        ratio = stock.cpu / few / (ours.cpu / number)
        print(f"CPU per submission: {ratio:.1f} × less than stock nbgrader", flush=True)
        if self.args.large:
            large = self._ours(self.args.large)
            self._say("autograder grade", large, self.args.large)
            growth = large.cpu / self.args.large / (ours.cpu / number)
            memory = large.memory / ours.memory
            print(f"CPU per submission among {self.args.large:,}: {growth:.2f} × that among {number}", flush=True)
            print(f"Memory of the largest process: {memory:.2f} × that among {number}", flush=True)
        if not ours.whole:
            print("note: no control group could be made, so what killed sandboxes used is not counted", flush=True)

    def _handed_in(self, number: int) -> Path:
        folder = self.folder / f"handed-in-{number}"
        if not folder.is_dir():
            released = (self.course.root / self.lesson.notebook).read_text(encoding="utf-8")
            hand_in_crowd(load_blueprint(self.course, self.lesson), released, number, folder)
        return folder

    def _ours(self, number: int, feedback: bool = False) -> Cost:
        """From nothing to a gradebook; with `feedback`, only the pages that a graded class has not got yet."""
        out = self.folder / f"out-{number}"
        command = [
            sys.executable,
            "-m",
            "autograder",
            "grade",
            str(self.lesson.number),
            "--no-build",
            "--out",
            str(out),
        ]
        command += ["--submissions", str(self._handed_in(number))]
        if not feedback:
            shutil.rmtree(out, ignore_errors=True)
            command += ["--no-feedback"]
        if self.args.jobs:
            command += ["--jobs", str(self.args.jobs)]
        return cost_of(command, env=self.env, cwd=self.course.root)

    def _stock(self, number: int) -> Cost:
        config = self.course.root / "nbgrader_config.py"
        config.write_text(config.read_text(encoding="utf-8") + WITHOUT_HIDDEN_TESTS, encoding="utf-8")
        shutil.copytree(self._handed_in(number), self.course.root / "submitted")
        command = [sys.executable, "-m", "nbgrader", "autograde", self.lesson.id]
        return cost_of(command, env=self.env, cwd=self.course.root)

    def _say(self, what: str, cost: Cost, number: int) -> None:
        each = cost.cpu / number * 1000
        print(
            f"{what}: {number} in {cost.seconds:.1f} s ({number / cost.seconds:.1f} a second), "
            f"{each:.0f} ms of CPU each ({number / cost.cpu:.1f} a second and core), {cost.memory >> 20} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
