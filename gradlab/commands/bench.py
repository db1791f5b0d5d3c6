"""gradlab bench: how fast your package is, beside NumPy by hand and other engines."""

from __future__ import annotations

import argparse
from pathlib import Path

from gradlab.commands.common import describe, shown

NAME = "bench"
HELP = "time your package beside NumPy by hand and other engines"
EXAMPLE = """\
gradlab bench                    a table
gradlab bench --plot speed.svg   and the bars
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw the bars to this .svg, .png or .pdf")


def run(args: argparse.Namespace) -> int:
    """Time your package beside NumPy by hand, and beside PyTorch, autograd, MyGrad and micrograd where they are
    installed. It takes some ten seconds; what your package cannot do yet is left out, with the reason.

    In a notebook: `import gradlab; gradlab.bench()`.
    """
    from gradlab.benchmark.plot import plot, save
    from gradlab.benchmark.report import run_with_progress, show

    found = run_with_progress()
    show(found)
    if args.plot is not None:
        save(plot(found.seconds), args.plot)
        print(f"Drawn to {shown(args.plot)}.")
    return 0
