"""`make bench-grading`: our grader and stock `nbgrader autograde`, on the same copies of a real lesson, in one run.

    python -m benchmarks.grading                        100 submissions each
    python -m benchmarks.grading --large 2000           and whether a submission costs the same among 2,000
    python -m benchmarks.grading --stock 10             fewer for nbgrader, which takes its time

CPU time counts, with everything that was started, sandboxes included. Ours: hidden tests, in the sandbox, without
diagnoses. Stock nbgrader: its own Execute, with its own time-out of 30 s a cell, no sandbox, and none of the hidden
tests, which would only add to it; its kernel runs the student's code and the visible checks, and no more.

What the reference does in the hidden tests is found out once for each edition of a lesson, and kept in .build/: the
first run says what that costs, and the second what a submission does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
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

PLAIN_STOCK = """
import json
import os

import autograder.stock
from benchmarks.cpu import used_here
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

class LeaveOutHiddenTests(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        with open(os.environ["BENCH_LOG"], "a") as log:
            log.write(f"{used_here()}\\n")
        for cell in nb.cells:
            if cell.metadata.get("gradlab", {}).get("role") == "hidden":
                cell.source = "0.0"
        return nb, resources

autograder.stock._hidden_verdicts = lambda desk, answers: {}
c.Execute.timeout = 30
ours = autograder.stock.ExecuteToTheEnd
steps = [Execute if step is ours else step for step in c.Autograde.autograde_preprocessors]
c.Autograde.autograde_preprocessors = [LeaveOutHiddenTests, *steps]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", default="3", help="a lesson's number (default: 3)")
    parser.add_argument("--number", type=int, default=100, help="submissions (default: 100)")
    parser.add_argument("--stock", type=int, metavar="N", help="submissions for nbgrader (default: as many)")
    parser.add_argument("--large", type=int, nargs="+", metavar="N", default=[], help="also grade so many, and so many")
    parser.add_argument("--jobs", type=int, help="submissions at a time (default: three for two cores)")
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
        first = self._ours(number)
        ours = self._ours(number)
        self._say("autograder grade, hidden tests and sandbox included", ours, number)
        print(f"  once for an edition of the lesson: {first.cpu - ours.cpu:.0f} s of CPU more", flush=True)
        pages = self._ours(number, feedback=True)
        self._say("  and feedback pages for all of them", pages, number)
        told = self._ours(number, diagnoses=True)
        print(f"  with diagnoses: {told.cpu / number * 1000:.0f} ms of CPU each", flush=True)
        own = self._ours(number, own_words=True)
        print(
            f"  where no answer is the reference's, or anybody else's: {own.cpu / number * 1000:.0f} ms of CPU each",
            flush=True,
        )
        few = self.args.stock or number
        stock, each = self._stock(few)
        self._say("nbgrader autograde, without hidden tests, no sandbox", stock, few)
        print(f"CPU per submission: {stock.cpu / few / (ours.cpu / number):.1f} × less than stock nbgrader", flush=True)
        if each:
            middle = statistics.median(each)
            print(f"  its median submission: {middle * 1000:.0f} ms, {middle / (ours.cpu / number):.1f} × our mean")
        for many in self.args.large:
            large = self._ours(many)
            self._say("autograder grade", large, many)
            growth = large.cpu / many / (ours.cpu / number)
            memory = large.memory / ours.memory
            print(f"CPU per submission among {many:,}: {growth:.2f} × that among {number}", flush=True)
            print(f"Memory of the largest process: {memory:.2f} × that among {number}", flush=True)
        if not ours.whole:
            print("note: no control group could be made, so what killed sandboxes used is not counted", flush=True)

    def _handed_in(self, number: int, own_words: bool = False) -> Path:
        """A crowd. own_words: no answer is the reference's, which would not be run."""
        folder = self.folder / f"handed-in-{number}{'-in-own-words' * own_words}"
        if not folder.is_dir():
            released = (self.course.root / self.lesson.notebook).read_text(encoding="utf-8")
            hand_in_crowd(load_blueprint(self.course, self.lesson), released, number, folder)
            for path in folder.rglob("*.ipynb") if own_words else ():
                _in_own_words(path)
        return folder

    def _ours(self, number: int, feedback: bool = False, diagnoses: bool = False, own_words: bool = False) -> Cost:
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
        command += ["--submissions", str(self._handed_in(number, own_words))]
        if not feedback:
            shutil.rmtree(out, ignore_errors=True)
            command += ["--no-feedback"]
        if not diagnoses:
            command += ["--no-diagnoses"]
        if self.args.jobs:
            command += ["--jobs", str(self.args.jobs)]
        return cost_of(command, env=self.env, cwd=self.course.root)

    def _stock(self, number: int) -> tuple[Cost, list[float]]:
        """What it costs, and seconds of CPU for each submission, if they can be told apart."""
        config = self.course.root / "nbgrader_config.py"
        config.write_text(config.read_text(encoding="utf-8") + PLAIN_STOCK, encoding="utf-8")
        submitted = self.course.root / "submitted"
        submitted.mkdir()
        for folder in sorted(self._handed_in(self.args.number).iterdir())[:number]:
            shutil.copytree(folder, submitted / folder.name)
        command = [sys.executable, "-m", "nbgrader", "autograde", self.lesson.id]
        log = self.folder / "stock.log"
        env = self.env | {"GRADLAB_UNSAFE": "1", "BENCH_LOG": str(log)}
        cost = cost_of(command, check=False, env=env, cwd=self.course.root)
        # Some notebooks of the crowd it refuses, and then ends with an error.
        graded = len(list((self.course.root / "autograded").glob("*/*/*.ipynb")))
        print(f"nbgrader graded {graded} of {number}", flush=True)
        marks = [float(line) for line in log.read_text().splitlines()] if log.is_file() else []
        return cost, [later - earlier for earlier, later in pairwise(marks)]

    def _say(self, what: str, cost: Cost, number: int) -> None:
        each = cost.cpu / number * 1000
        print(
            f"{what}: {number} in {cost.seconds:.1f} s ({number / cost.seconds:.1f} a second), "
            f"{each:.0f} ms of CPU each ({number / cost.cpu:.1f} a second and core), {cost.memory >> 20} MB",
            flush=True,
        )


def _in_own_words(path: Path) -> None:
    """Give every answered exercise in a notebook one statement more, which no other student has."""
    notebook = json.loads(path.read_text(encoding="utf-8-sig"))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        about = cell["metadata"].get("gradlab", {})
        if about.get("role") == "exercise" and "NotImplementedError" not in source:
            cell["source"] = source + f"\n\nwords_for_{about['name'].replace('-', '_')} = {path.parts[-3]!r}"
    path.write_text(json.dumps(notebook), encoding="utf-8")


if __name__ == "__main__":
    main()
