"""gradlab reset: the stub of an exercise, or of all exercises of a lesson, put back."""

from __future__ import annotations

import argparse

from gradlab.backups import backup
from gradlab.commands.common import Work, add_lesson, describe, open_lesson, shown
from gradlab.export import Exporter
from gradlab.notebooks import read_notebook, write_notebook
from gradlab.stubs import chosen, restore, stubs_of

NAME = "reset"
HELP = "put back the stub of an exercise or a lesson; your version is kept"
EXAMPLE = """\
gradlab reset 3 walk             start the exercise `walk` of lesson 3 again
gradlab reset 3                  start all exercises of lesson 3 again
gradlab reset 3 walk --dry-run   only say what would change
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    add_lesson(parser)
    parser.add_argument("exercise", metavar="EXERCISE", nargs="?", help="only this exercise")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(args: argparse.Namespace) -> int:
    """Put back the stub of an exercise, or of all exercises of a lesson; also its cell when that is gone.

    Your notebook is copied before, and the copy's place is printed. All other cells stay as they are.
    """
    work = open_lesson(args.lesson)
    raw, changed = restore(work.notebook, chosen(stubs_of(work.notebook), args.exercise))
    if not changed:
        print(f"{work.lesson.id}: nothing to reset, {args.exercise or 'every exercise'} is as it was given.")
        return 0
    names = ", ".join(f"`{name}`" for name in changed)
    if args.dry_run:
        print(f"{work.lesson.id}: would put back {names}.")
        return 0
    copy = backup(work.engine, work.lesson.id, work.notebook.path)
    write_notebook(work.notebook.path, raw)
    _take_out(work, set(changed))
    print(f"{work.lesson.id}: put back {names}.")
    print(f"Your version is in {shown(copy)}")
    print("If the notebook is open: File > Reload Notebook from Disk, then restart its kernel.")
    return 0


def _take_out(work: Work, names: set[str]) -> None:
    """Take the exercises out of the package too: a stub exports nothing, so nothing else would."""
    notebook = read_notebook(work.notebook.path, work.lesson.id)
    exporter = Exporter(work.course, work.engine)
    for module in work.lesson.modules:
        own = {cell.name for cell in notebook.exported_to(module)} & names
        if own and exporter.file(module).exists():
            exporter.forget(module, own, notebook)
