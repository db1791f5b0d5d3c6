"""gradlab hint: the hints of an exercise, one step at a time."""

from __future__ import annotations

import argparse

from gradlab.commands.common import describe, open_exercise
from gradlab.errors import GradlabError
from gradlab.hints import Hint, open_hint, remember, titled

NAME = "hint"
HELP = "open the next hint of an exercise, one step at a time"
EXAMPLE = """\
gradlab hint walk           open the next hint of `walk`; once more for the one after that
gradlab hint 6 Function     lesson 6's `Function`, when several lessons have one
gradlab hint                a hint for the exercise you are at; gradlab hint 3: in lesson 3
gradlab hint walk --again   show what is open, and open nothing
gradlab hint walk --close   fold them up, to start at the first one again
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("words", metavar="[LESSON] EXERCISE", nargs="*", help="none: the exercise you are at")
    parser.add_argument("--again", action="store_true", help="show the steps that are open, and open no other")
    parser.add_argument("--close", action="store_true", help="close all steps of this exercise")


def run(args: argparse.Namespace) -> int:
    """Open the next hint of an exercise, one step at a time.

    What you opened is remembered and costs nothing. In a notebook: gradlab.hint("walk"), once more for the next.
    """
    if len(args.words) > 2:
        raise GradlabError("name a lesson and an exercise, or the exercise alone: gradlab hint 3 walk")
    work, exercise = open_exercise(args.words)
    if args.close:
        open_hint(work.engine, work.notebook, exercise, more=False)  # complains of an exercise without hints
        remember(work.engine, work.lesson.id, {exercise: 0})
        print(f"The hints of `{exercise}` are closed.")
        return 0
    hint = open_hint(work.engine, work.notebook, exercise, more=not args.again)
    if not hint.steps:
        print(f"No hint of `{exercise}` is open yet.")
    _show(hint)
    again = f"gradlab hint {work.lesson.number} {exercise}"
    if hint.left:
        more = f"{hint.left} more" if hint.left > 1 else "One more"
        print(f"{more}, when you have tried: {again}")
    else:
        print(f"That was the last one. Then run the cell, and: gradlab check {work.lesson.number}")
    return 0


def _show(hint: Hint) -> None:
    """The open steps, as Markdown for a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(highlight=False)
    console.width = min(console.width, 100)
    for title, step in titled(hint):
        console.print(title, style="bold" if step == hint.steps[-1] else "dim", markup=False)
        console.print(Markdown(step))
        console.print()
