"""The score, for a terminal and for other programs: a table, and what became of every single mutant."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.mutants.score import BY_HAND, MECHANICAL, Score, Tally

_HEAD = ("", "by hand", "check", "hidden", "nothing", "mechanical", "check", "hidden", "nothing", "equivalent")


def table(scores: Iterable[Score], exercises: bool = False) -> str:
    """A line for each lesson, and with `exercises` one for each of them."""
    scores, rows = list(scores), [_HEAD]
    for each in scores:
        for exercise in (None, *(each.exercises if exercises else ())):
            title = f"  {exercise}" if exercise else f"{each.lesson.number} · {each.lesson.title}"
            rows.append((title, *_cells([each.tally(kind, exercise) for kind in (BY_HAND, MECHANICAL)])))
    if len(scores) > 1:
        rows.append(("all", *_cells([sum((e.tally(kind) for e in scores), Tally()) for kind in (BY_HAND, MECHANICAL)])))
    first, *widths = (max(len(row[i]) for row in rows) for i in range(len(_HEAD)))
    lines = ([row[0].ljust(first), *(c.rjust(w) for c, w in zip(row[1:], widths, strict=True))] for row in rows)
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _cells(tallies: list[Tally]) -> list[str]:
    hand, machine = tallies
    figures = [hand.total, hand.check, hand.hidden, hand.nothing]
    figures += [machine.total, machine.check, machine.hidden, machine.nothing, machine.equivalent]
    return [str(figure or "–") for figure in figures]


def records(scores: Iterable[Score]) -> list[dict]:
    """What became of every mutant, as plain data."""
    return [
        {"lesson": m.lesson, "exercise": m.exercise, "kind": m.kind, "what": m.what, "line": m.line, "place": m.place}
        | {"by": found.by, "test": found.test, "reason": found.reason, "equivalent": each.is_equivalent(m, found)}
        for each in scores
        for m, found in each.outcomes
    ]
