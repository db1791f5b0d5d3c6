"""gradlab submit: a lesson, packed for the instructor."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from gradlab.commands.common import add_lesson, describe, open_lesson, points, shown
from gradlab.progress import lesson_status, save_receipt
from gradlab.submission import Submission, missing, student_name

NAME = "submit"
HELP = "pack a lesson for your instructor and say what is missing"
EXAMPLE = """\
gradlab submit 3 --student ada         make ada-03_backward_pass.zip in submissions/
gradlab submit 3 --to /share/homework  make it there
gradlab submit 3 --folder              a folder <student>/<lesson>/ instead of a zip
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    add_lesson(parser)
    parser.add_argument("--student", metavar="NAME", help="who you are (default: GRADLAB_STUDENT, or your user name)")
    parser.add_argument("--to", metavar="DIR", type=Path, help="where to put it (default: submissions/ of the course)")
    parser.add_argument("--folder", action="store_true", help="write a folder, not a zip")


def run(args: argparse.Namespace) -> int:
    """Pack the saved notebook of a lesson for your instructor, and say what is missing in it.

    An unfinished lesson is packed all the same. Keep the receipt: it proves which file you handed in.
    """
    student = student_name(args.student)
    work = open_lesson(args.lesson)
    status = lesson_status(work.course, work.lesson, work.engine)
    now = dt.datetime.now(dt.UTC)
    submission = Submission(student, work.lesson.id, work.notebook.path.read_bytes(), now)
    to = args.to or work.course.root / "submissions"
    place = submission.write_folder(to) if args.folder else submission.write_zip(to)
    receipt = {"time": now.isoformat(timespec="seconds"), "sha256": submission.receipt, "file": str(place)}
    save_receipt(work.engine, work.lesson.id, receipt)

    said = missing(work.notebook, status)
    print(f"{work.lesson.id}: {status.earned:g} of {points(status.visible)} in checks, {status.hidden:g} by grading.")
    if said:
        print("Before you hand it in, look at this:")
        print("\n".join(f"  {line}" for line in said))
    if (due := work.lesson.due) is not None and now > due:
        print(f"It is late: it was due at {due:%Y-%m-%d %H:%M} UTC.")
    print(f"Packed for {student}: {shown(place)}")
    print(f"Receipt (SHA-256 of the notebook): {submission.receipt}")
    return 0
