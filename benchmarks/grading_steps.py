"""What each step of grading costs besides running the student's code: `python -m benchmarks.grading_steps`.

A crowd's notebooks go through the steps in this process, with full marks for everybody, into a scratch gradebook.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from pathlib import Path

from autograder.startup import quicken

quicken()

from autograder.blueprint import load_blueprint  # noqa: E402
from autograder.collect import collect  # noqa: E402
from autograder.crowd import hand_in_crowd  # noqa: E402
from autograder.feedback import About, page  # noqa: E402
from autograder.gradebook_url import FILE  # noqa: E402
from autograder.graded import Graded  # noqa: E402
from autograder.outputs import fill  # noqa: E402
from autograder.rebuild import rebuild  # noqa: E402
from autograder.record import Recorder  # noqa: E402
from autograder.trial import trials_of  # noqa: E402
from gradlab.course import load_course  # noqa: E402

NUMBER, PAGES = 200, 20


def main(number: str = "3") -> None:
    course = load_course()
    lesson = course.lesson(number)
    blueprint = load_blueprint(course, lesson)
    right = {name: [t.verdict("") for t in trials_of(blueprint, name)] for name in blueprint.exercises}
    right = {name: verdicts for name, verdicts in right.items() if verdicts}
    used: dict[str, float] = defaultdict(float)

    def timed(step, function, *arguments):
        started = time.process_time()
        result = function(*arguments)
        used[step] += time.process_time() - started
        return result

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        released = (course.root / lesson.notebook).read_text(encoding="utf-8")
        hand_in_crowd(blueprint, released, NUMBER, Path(folder, "in"))
        with Recorder(course, Path(folder, "out"), blueprint) as recorder:
            for each in collect(Path(folder, "in"), course, [lesson]).submissions:
                rebuilt = timed("rebuild", rebuild, each.data(), blueprint)
                graded = Graded(each.student, lesson.id, right, repairs=rebuilt.repairs)
                filled = timed("fill in verdicts", fill, recorder.template, rebuilt, graded)
                timed("write the notebook", recorder.put, each, graded, filled)
                if recorder.is_due:
                    timed("write the scores", recorder.flush)
            timed("write the scores", recorder.flush)
            students = sorted(recorder.page.recorded)[: PAGES + 1]
            marks = recorder.page.read(students)
            texts = {student: recorder.notebook(student).read_text(encoding="utf-8") for student in students}
            for place, student in enumerate(students):  # the first makes the exporter
                step = "a page of feedback" if place else "the first page"
                made = timed(step, page, texts[student], marks[student], About(student, lesson.id))
        kept = {
            "a graded notebook": len(texts[students[-1]].encode("utf-8")),
            "a page of feedback": len(made.encode("utf-8")),
            "a submission in the gradebook": Path(folder, "out", FILE).stat().st_size / NUMBER,
        }
    for step, seconds in used.items():
        often = {"the first page": 1, "a page of feedback": PAGES}.get(step, NUMBER)
        print(f"{step}: {seconds / often * 1000:.1f} ms of CPU")
    for what, size in kept.items():
        print(f"{what}: {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
