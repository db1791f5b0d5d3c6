"""One HTML page about a lesson. No scripts, no requests to any other place: a policy in its head forbids both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.diagnose.submission import MOST
from autograder.graded import Graded
from autograder.insight.alike import Pair
from autograder.insight.charts import histogram, stack
from autograder.insight.facts import Exercise, Facts
from autograder.report import lost

CSS = Path(__file__).with_name("page.css")
HARDEST, FEW, SOME = 15, 3, 10
Link = Callable[[str], str]


@dataclass(frozen=True)
class Page:
    """links: HTML of the links to a student's work, by student. named: whether students are called by their names."""

    course: str
    facts: Facts
    pairs: Sequence[Pair]
    links: Link
    named: bool = True


def html_page(page: Page) -> str:
    facts = page.facts
    title = f"Lesson {facts.lesson.number} · {facts.lesson.title}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(page.course)}. {_when(facts)}</p>',
        _numbers(facts),
        _section("Scores", _scores(page)),
        _section("Exercises", _exercises(page)),
        _section("The hardest checks", _hardest(facts)),
        _section("Notebooks that were repaired", _repaired(page)),
        _section("Too slow", _timeouts(page)),
        _section("Answers that are alike", _alike(page)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}: report</title>\n<style>\n{CSS.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n<main>\n{''.join(body)}</main>\n</body>\n</html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{content}\n</section>\n"


def _when(facts: Facts) -> str:
    days = sorted({each.graded_at[:10] for each in facts.graded if each.graded_at})
    rungs = sorted({each.isolation for each in facts.graded if each.isolation})
    when = f"Graded {days[0]}" + (f" to {days[-1]}" if len(days) > 1 else "") if days else "Not graded yet"
    return escape(f"{when}, students' code in: {', '.join(rungs)}." if rungs else f"{when}.")


def _numbers(facts: Facts) -> str:
    numbers = [
        ("handed in", f"{len(facts.graded)}"),
        ("median", f"{facts.median:.0%}"),
        ("mean", f"{facts.mean:.0%}"),
        ("full points", f"{sum(share == 1 for share in facts.shares)}"),
        ("not gradable", f"{len(facts.unreadable)}"),
    ]
    return '<div class="numbers">' + "".join(f"<div><b>{n}</b>{name}</div>" for name, n in numbers) + "</div>\n"


def _scores(page: Page) -> str:
    rows = [
        f"<tr><td>{_who(page, each.student)}</td>"
        f'<td class="number">{each.score:g} of {each.maximum:g}</td><td>{_lost(page, each)}</td></tr>'
        for each in sorted(page.facts.graded, key=lambda each: (each.score, each.student))
    ]
    table = _table(("student", "#points", "lost in"), rows)
    return f"{histogram(page.facts.bins())}{_folded(f'All {len(rows)} students', table)}"


def _lost(page: Page, graded: Graded) -> str:
    return escape(graded.problem or lost(graded) or "nothing")


def _exercises(page: Page) -> str:
    kinds = (("full", "all points"), ("part", "some"), ("none", "none"), ("unwritten", "not written"))
    legend = "".join(f'<span><i class="{kind}"></i>{says}</span>' for kind, says in kinds)
    return f'<div class="legend">{legend}</div>' + "".join(_exercise(page, each) for each in page.facts.exercises)


def _exercise(page: Page, exercise: Exercise) -> str:
    counts = (
        ("full", exercise.full, "all points"),
        ("part", exercise.part, "some points"),
        ("none", exercise.none, "no points"),
        ("unwritten", exercise.unwritten, "not written"),
    )
    told = ", ".join(f"{number} {says}" for _, number, says in counts if number)
    lines = [
        '<div class="exercise"><div class="line">',
        f"<h3><code>{escape(exercise.name)}</code></h3>",
        f'<span>{exercise.share:.0%} of {exercise.maximum:g} points <span class="soft">· {told}</span></span></div>',
        stack([(kind, number) for kind, number, _ in counts], f"{exercise.name}: {told}"),
    ]
    if exercise.misconceptions:
        items = [
            f"<li><b>{len(each.students) / exercise.diagnosed:.0%}</b> ({len(each.students)} of {exercise.diagnosed} "
            f"diagnosed): "
            f"{escape(each.says)} {_students(page, each.students)}</li>"
            for each in exercise.misconceptions
        ]
        lines.append(f"<ul>{''.join(items[:FEW])}</ul>")
        if items[FEW:]:
            lines.append(_folded(f"{len(items) - FEW} more misconceptions", f"<ul>{''.join(items[FEW:])}</ul>"))
    if exercise.failed:
        lines.append(_students(page, exercise.failed, "lost points"))
    if exercise.diagnosed < len(exercise.failed):
        rest = len(exercise.failed) - exercise.diagnosed
        why = f"what does not run, and what comes after the first {MOST} exercises that a submission lost points in"
        lines.append(f'<p class="soft">{rest} not diagnosed ({why}).</p>')
    if exercise.unexplained:
        lines.append(
            f'<p class="soft">{exercise.unexplained} of {exercise.diagnosed} behave like no known mistake.</p>'
        )
    return "".join([*lines, "</div>\n"])


def _hardest(facts: Facts) -> str:
    hard = [test for test in facts.tests if test.failed][:HARDEST]
    if not hard:
        return "<p>Nobody who wrote an exercise failed any of its checks.</p>"
    rows = [
        f'<tr><td class="number">{test.share:.0%}</td><td class="number">{test.failed} of {test.written}</td>'
        f"<td><code>{escape(test.exercise)}</code></td>"
        f"<td>{escape('the visible check ' + test.name if test.visible else test.says)}</td></tr>"
        for test in hard
    ]
    words = (
        '<p class="soft">Of those who wrote the exercise, how many failed. Hidden tests are named by what they ask.</p>'
    )
    return words + _table(("#failed", "#", "exercise", "what it asks"), rows)


def _repaired(page: Page) -> str:
    facts = page.facts
    rows = [f"<tr><td>{_who(page, each.student)}</td><td>{escape(each.problem)}</td></tr>" for each in facts.unreadable]
    for each in facts.repaired:
        texts = [f"{repair.exercise}: {repair.text}" if repair.exercise else repair.text for repair in each.repairs]
        told = f"{len(texts)} repairs" if not page.named else "; ".join(dict.fromkeys(texts))
        rows.append(f"<tr><td>{_who(page, each.student)}</td><td>{escape(told)}</td></tr>")
    head = ("student", "what was the matter")
    return _some(head, rows, "more notebooks") if rows else "<p>None.</p>"


def _timeouts(page: Page) -> str:
    by_exercise: dict[str, list[str]] = {}
    for student, exercise, _ in page.facts.timeouts:
        by_exercise.setdefault(exercise, []).append(student)
    rows = [
        f"<tr><td><code>{escape(exercise)}</code></td><td>{_students(page, students, 'stopped')}</td></tr>"
        for exercise, students in sorted(by_exercise.items(), key=lambda item: -len(item[1]))
    ]
    return _table(("exercise", "whose answers ran out of time"), rows) if rows else "<p>None.</p>"


def _alike(page: Page) -> str:
    words = (
        '<p class="note">A lead to read, never a verdict. Compared are the students\' own cells alone, without names, '
        "comments and given code, and only what few in the class have counts. Two who have learned together, or from "
        "one page, look the same as two who have copied. Open both before you think anything.</p>"
    )
    rows = []
    for pair in page.pairs:
        where = ", ".join(f"{name} (the same)" if name in pair.same else name for name in pair.exercises)
        rows.append(
            f"<tr><td>{_who(page, pair.one)}</td><td>{_who(page, pair.other)}</td>"
            f'<td class="number">{pair.share:.0%}</td><td class="number">{pair.pieces}</td>'
            f"<td>{escape(where)}</td></tr>"
        )
    head = ("student", "student", "#rare parts shared", "#how many", "exercises")
    return words + (_some(head, rows, "more pairs") if rows else "<p>No two answers share what is rare.</p>")


# ---- parts ------------------------------------------------------------------------------------------------------


def _who(page: Page, student: str) -> str:
    links = page.links(student)
    return f"{escape(student)} {links}".rstrip()


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>"


def _some(head: Sequence[str], rows: Sequence[str], more: str) -> str:
    """The first rows of a table; the others behind a title that one clicks on."""
    rest = rows[SOME:]
    return _table(head, rows[:SOME]) + (_folded(f"{len(rest)} {more}", _table(head, rest)) if rest else "")


def _students(page: Page, students: Sequence[str], says: str = "") -> str:
    count = f"{len(students)} {'student' if len(students) == 1 else 'students'}{' ' + says if says else ''}"
    listed = "<br>".join(_who(page, student) for student in students)
    return _folded(count, listed)


def _table(head: Iterable[str], rows: Sequence[str]) -> str:
    """A table; a heading that begins with # is that of numbers."""
    cells = "".join(
        f'<th scope="col" class="number">{name[1:]}</th>' if name.startswith("#") else f'<th scope="col">{name}</th>'
        for name in head
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
