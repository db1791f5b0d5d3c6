"""What `gradlab bench` says: a table, notes about what your package cannot do yet, and the bars."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from gradlab.benchmark.quick import WORKLOADS, Found, quick_benchmark
from gradlab.export import engine_dir

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

BY_HAND = "NumPy by hand"


def bench() -> Figure | None:
    """Run the quick benchmark, print the table, and return the bars, which a notebook shows.

    None when NumPy by hand could not be timed, so that there is nothing to draw.
    """
    from gradlab.benchmark.plot import plot

    found = run_with_progress()
    show(found)
    return plot(found.seconds) if found.seconds.get(BY_HAND) else None


def run_with_progress() -> Found:
    """The quick benchmark of the student's package; in a terminal with a bar while it runs."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    # In a notebook the bar would be a widget, and stay behind.
    no_bar = console.is_jupyter or not console.is_terminal
    columns = TextColumn("{task.description:<14}"), BarColumn()
    with Progress(*columns, transient=True, console=console, disable=no_bar) as bar:
        task = bar.add_task("", total=None)
        return quick_benchmark(
            engine_dir(), lambda name, done, total: bar.update(task, description=name, completed=done, total=total)
        )


def show(found: Found) -> None:
    """Print the table, and why a workload was left out."""
    from rich.console import Console

    console = Console()
    console.print(table(found))
    for line in notes(found):
        print(line)


def table(found: Found) -> Table:
    """A row for each workload: milliseconds by hand, and how many times that each engine takes."""
    from rich import box
    from rich.table import Table

    others = [name for name in found.seconds if name not in (BY_HAND, "mytorch")]
    made = Table(
        title="By hand in ms; engines as multiples of that (less is better)",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    made.add_column("workload", no_wrap=True)
    for name in ("by hand", "mytorch", *others):
        style = "bold" if name == "mytorch" else None
        made.add_column(name.removeprefix("HIPS "), justify="right", style=style, no_wrap=True)
    for workload in WORKLOADS:
        base = found.seconds.get(BY_HAND, {}).get(workload)
        times = [found.seconds.get(name, {}).get(workload) for name in ("mytorch", *others)]
        cells = ["–" if time is None or base is None else f"{time / base:.1f}" for time in times]
        made.add_row(workload.replace(", batch", " ×"), "–" if base is None else f"{base * 1e3:.2f}", *cells)
    return made


def notes(found: Found) -> list[str]:
    """What kept your package from being timed, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for workload, reason in found.notes.items():
        by_reason.setdefault(reason, []).append(workload)
    lines = []
    for reason, workloads in by_reason.items():
        lines += textwrap.wrap(f"not timed: {', '.join(workloads)}. {reason}", 100, subsequent_indent="    ")
    return lines
