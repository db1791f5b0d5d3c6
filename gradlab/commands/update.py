"""gradlab update: a newer release of a lesson, merged into your work."""

from __future__ import annotations

import argparse
from pathlib import Path

from gradlab.commands.common import describe, shown
from gradlab.course import load_course
from gradlab.export import engine_dir
from gradlab.files import write_atomic
from gradlab.update import Update, apply, details, newer_course, plan_updates, told

NAME = "update"
HELP = "merge a newer release of a lesson into your work; your answers stay"
EXAMPLE = """\
gradlab update ~/Downloads/03_backward_pass.ipynb             merge the fixed lesson that your instructor sent
gradlab update ~/Downloads/03_backward_pass.ipynb --dry-run   say what would change, and change nothing
gradlab update ../newer                                       a whole release: every lesson, new ones, course.yml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("source", metavar="RELEASE", type=Path, help="a released notebook, or a folder with lessons")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(args: argparse.Namespace) -> int:
    """Merge a newer release of a lesson into your notebook, cell by cell.

    Your answers, your guesses and the cells that you have added stay as they are, and where they are. Text, given
    code and checks become what the release says. Your notebook is copied before; save and close it first.
    """
    course, engine = load_course(), engine_dir()
    updates = plan_updates(course, args.source)
    newer = newer_course(course, args.source)
    if newer:
        print("course.yml: the release's takes the place of yours.")
    if newer and not args.dry_run:
        write_atomic(course.root / newer.name, newer.read_bytes())
    for update in updates:
        print("\n".join(lines(update)))
        if update.is_none or args.dry_run:
            continue
        kept = apply(course, engine, update)
        if kept:
            print(f"  Your version of before is in {shown(kept)}")
    changed = [update for update in updates if not update.is_none]
    if args.dry_run:
        print("Nothing was written.")
    elif any(update.merged for update in changed):
        print("If a notebook is open: File > Reload Notebook from Disk, then restart its kernel.")
        number = next(update.lesson.number for update in changed if update.merged)
        print(f"Next: gradlab export {number} && gradlab check {number}")
    return 0


def lines(update: Update) -> list[str]:
    """What becomes of one lesson."""
    name = update.lesson.id
    if update.merged is None:
        return [f"{name}: new, {shown(update.place)}"]
    if update.is_none:
        return [f"{name}: up to date."]
    answers, own = len(update.merged.kept), update.merged.own
    stay = f"{answers} answer{'' if answers == 1 else 's'} and {own} cell{'' if own == 1 else 's'} of your own stay"
    return [f"{name}: {told(update.merged)}; {stay}.", *details(update.merged)]
