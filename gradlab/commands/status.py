"""gradlab status: what is done, what can be done, and what to do next."""

from __future__ import annotations

import argparse

from gradlab.commands.common import describe
from gradlab.course import load_course
from gradlab.export import engine_dir
from gradlab.standing import standing
from gradlab.status_text import course_lines, lesson_lines

NAME = "status"
HELP = "show what is done, the points, your skills and the next thing to do"
EXAMPLE = """\
gradlab status     all lessons, and the skills they bring
gradlab status 3   the exercises of lesson 3, and which skill waits for which

In a notebook, gradlab.status() shows the map of skills as a picture.
"""
# Okabe and Ito's colours as a terminal has them; the signs say the same without.
STYLES = {"✓": "bold cyan", "✗": "bold red", "◐": "yellow", "○": "yellow", "·": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help="show the exercises of this lesson")


def run(args: argparse.Namespace) -> int:
    """Show what is done, the points, your skills and the next thing to do, from what is on disk. Nothing is run.

    Points are those of the visible checks when they ran last, in the notebook or by `gradlab check`. A skill is
    earned (✓) with its exercises, open (○) once the skills it needs are earned, and locked (·) until then. You get
    10 XP for each point of a check, once, when it first passes; a streak counts the days in a row on which a check
    first passed. All of this stays on your machine, in .gradlab/.
    """
    course = load_course()
    at = standing(course, engine_dir())
    if args.lesson is None:
        lines = course_lines(at)
    else:
        wanted = course.lesson(args.lesson)
        lines = lesson_lines(at, next(status for status in at.lessons if status.lesson == wanted))
    _show(lines)
    return 0


def _show(lines: list[str]) -> None:
    """With coloured signs where the terminal has colours."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        text = Text(line)
        for sign, style in STYLES.items():
            text.highlight_words([sign], style)
        console.print(text, soft_wrap=True)
