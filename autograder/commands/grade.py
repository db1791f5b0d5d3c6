"""`autograder grade`: submissions to the gradebook, feedback and a CSV."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
import warnings
from pathlib import Path

from autograder.startup import quicken

NAME = "grade"
HELP = "grade a folder of submissions: gradebook, feedback, CSV"
EXAMPLE = """
autograder grade 3 --submissions handed_in/ --csv scores.csv
autograder grade 3 --only alice --force      # one student, once more
autograder grade --dry-run                   # every lesson in submitted/; show the grades, record nothing

autograder grade 3 --submissions moodle.zip --roster roster.csv
autograder grade 3 --dask tls://scheduler:8786 --tls ca.pem cert.pem key.pem --db postgresql://host/grades

Submissions are a folder or a zip: <student>/<lesson>/<lesson>.ipynb as nbgrader collects them, what Moodle or Canvas
gives as all submissions of an assignment, archives of `gradlab submit`, or <student>/any.ipynb. A roster is a CSV: a
column `student` with the ids you grade under, and others with what else each is known by (a name, a number of Moodle
or Canvas, a file). A submission that has not changed since it was graded is skipped, so a run that was stopped is
simply started again. Students' code runs in the best sandbox that this machine has; see: autograder sandbox
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")
    parser.add_argument("--submissions", type=Path, metavar="PLACE", help="folder or zip (default: submitted/)")
    parser.add_argument("--roster", type=Path, metavar="FILE", help="a CSV that says who is who")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where gradebook.db goes (default: the course's folder)"
    )
    parser.add_argument(
        "--db",
        metavar="URL",
        default=os.environ.get("GRADLAB_DB", ""),
        help="another gradebook, such as postgresql://user@host/grades (default: GRADLAB_DB, or gradebook.db)",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="student, lesson, exercise, points, max and reason")
    parser.add_argument("--only", action="append", default=[], metavar="STUDENT", help="this student; may be repeated")
    parser.add_argument("--jobs", type=int, metavar="N", help="submissions at a time (default: three for two cores)")
    parser.add_argument("--dask", metavar="ADDRESS", help="on the dask.distributed cluster with this scheduler")
    parser.add_argument("--tls", nargs=3, metavar=("CA", "CERT", "KEY"), help="its certificates, as .pem files")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of the hidden tests' inputs, for all (default: each student's own)"
    )
    parser.add_argument("--rung", default="", metavar="NAME", help="this sandbox and no other (see autograder sandbox)")
    parser.add_argument(
        "--unsafe", action="store_true", help="where no sandbox works: run students' code as yourself all the same"
    )
    parser.add_argument("--force", action="store_true", help="grade again what has not changed")
    parser.add_argument("--no-feedback", action="store_true", help="write no feedback pages")
    parser.add_argument("--no-diagnoses", action="store_true", help="do not look for the mistake behind lost points")
    parser.add_argument("--no-build", action="store_true", help="take the lessons as they were built")
    parser.add_argument("--dry-run", action="store_true", help="show the grades and record nothing")


def run(args: argparse.Namespace) -> int:
    quicken()
    from rich.console import Console

    from autograder.claim import claimed
    from autograder.collect import collect
    from autograder.grade import Options, grade_class
    from autograder.gradebook_url import FILE, shown
    from autograder.report import RichProgress, summary, table, write_csv
    from autograder.roster import read_roster
    from autograder.sandbox import chosen
    from gradlab.course import load_course
    from gradlab.errors import GradlabError

    if args.jobs is not None and args.jobs < 1:
        raise GradlabError(f"--jobs {args.jobs}: at least one submission at a time.")
    rung = args.rung or ("any" if args.unsafe else "")
    warnings.simplefilter("ignore", SyntaxWarning)  # about students' code, at every compile
    course = load_course()
    out = (args.out or course.root).resolve()
    submissions = args.submissions or out / "submitted"
    lessons = [course.lesson(text) for text in args.lessons] or list(course.lessons)
    roster = read_roster(args.roster) if args.roster else None
    found = collect(submissions, course, lessons, args.only, roster)
    there = {each.lesson for each in found.submissions}
    lessons = [lesson for lesson in lessons if lesson in there]
    if not args.dry_run:
        with claimed(out):  # refused now, and not after a build
            pass
    if not args.no_build:
        _build(course, lessons)
    console = Console()
    if not args.dask:  # a cluster's workers find their own
        isolated = chosen(rung)
        print(f"Students' code runs in: {isolated.name}.", flush=True)
        if isolated.warning:
            print(f"warning: {isolated.warning}.", file=sys.stderr)
    options = Options(
        args.only,
        args.jobs,
        args.force,
        not args.no_feedback,
        not args.dry_run,
        args.seed,
        args.db,
        rung,
        not args.no_diagnoses,
    )
    started = time.monotonic()
    with _executor(args) as executor, RichProgress(console) as progress:
        report = grade_class(course, lessons, found.submissions, out, options, progress, executor)
    if len(report) <= 60:
        console.print(table(report.every()))
    if args.csv:
        write_csv(args.csv, report.every())
    for whose, why in report.failed.items():
        print(f"error: {whose}: {why}", file=sys.stderr)
    _tell_unmatched(found)
    where = "nothing recorded" if args.dry_run else shown(args.db) if args.db else str(out / FILE)
    print(summary(report, time.monotonic() - started, where))
    return 1 if report.failed or found.unmatched else 0


def _executor(args: argparse.Namespace):
    """The cluster that was named; nothing for processes of this machine."""
    if not args.dask:
        return contextlib.nullcontext()
    from autograder.cluster import Certificates, Cluster

    return Cluster(args.dask, Certificates(*args.tls) if args.tls else None)


def _tell_unmatched(found) -> None:
    for file, why in found.unmatched.items():
        print(f"not graded: {ascii(file)[1:-1] if not file.isprintable() else file}: {why}", file=sys.stderr)
    if found.unmatched:
        print(
            "Say who is who in a CSV, a line each such as  ada,homework.ipynb  below a first line  student,file\n"
            "and grade again with --roster FILE. What is graded is not graded twice.",
            file=sys.stderr,
        )
    if found.missing:
        some = ", ".join(found.missing[:10]) + (", …" if len(found.missing) > 10 else "")
        print(f"{len(found.missing)} of the roster handed in nothing: {some}")


def _build(course, lessons) -> None:
    """Bring the built lessons up to date: these, and those before them, whose answers their engine holds."""
    from autograder.build import build
    from gradlab.errors import GradlabError

    wanted = [each for each in course.lessons if any(each in (*course.before(lesson), lesson) for lesson in lessons)]
    errors = build(course, wanted).errors
    if errors:
        raise GradlabError("\n".join(errors))
