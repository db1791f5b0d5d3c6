"""The score, published: site/mutants.md, the two sentences in the README, and site/mutants.json, which both come from.

The JSON says of each lesson which text of it was tried, so anybody can see at once whether the figures are still about
what stands in solutions/.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from autograder import places
from autograder.graded import digest_of
from autograder.mutants.score import BY_HAND, GOALS, MECHANICAL, RIGHT, Score, Tally, reached
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic

DATA, PAGE = Path("site", "mutants.json"), Path("site", "mutants.md")
BEGIN, END = "<!-- autograder mutants -->", "<!-- end -->"
_BY = " | by a check | by a hidden test | by nothing"
_FILES = ("lesson.py", "hidden_tests.py", "wrong_answers.py", "right_answers.py", "equivalents.toml")

TEXT = """\
# How good are the tests?

A test is good when it finds what is wrong. So every lesson comes with answers that are known to be wrong, and every
one of them runs through the checks that students see and the hidden tests that only the grader runs. This page is
written by a command; run it and you get the same figures:

```
autograder mutants --write
```

**By hand**: mistakes that students really make, each with the misconception behind it, written by people.
**Mechanical**: one small change to the right answer: + for −, a condition negated, a line left out, an argument
dropped. A change that makes no difference (such as a copy where the array is new anyway) is no mistake: a person has
looked at it, and it is listed with the reason in `equivalents.toml` of its lesson.

*By a check* means that a visible check fails, so the student learns of it at once; *by a hidden test* that only the
grader notices.

{table}

{sentence}
"""


def digest(course: Course, lesson: Lesson) -> str:
    """A hash of the files that a lesson's figures are about."""
    folder = places.lesson_file(course, lesson).parent
    return digest_of(*(read_text(folder / name) if (folder / name).is_file() else "" for name in _FILES))[:16]


def load(course: Course) -> dict:
    """The figures as published: {lesson id: …}; nothing when there are none. Raises GradlabError for a broken file."""
    path = course.root / DATA
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(read_text(path)))
    except ValueError:
        raise GradlabError(f"{DATA.as_posix()} is no JSON. Make it: autograder mutants --write") from None


def changed(course: Course) -> list[Lesson]:
    """The lessons whose published figures are about another text than the one that stands in solutions/."""
    known = load(course)
    return [each for each in course.lessons if known.get(each.id, {}).get("digest") != digest(course, each)]


def figures(course: Course, each: Score) -> dict:
    """What is published of one lesson."""
    kinds = {
        kind: {exercise: vars(each.tally(kind, exercise)) for exercise in each.exercises}
        for kind in (BY_HAND, MECHANICAL)
    }
    accused = {mutant for mutant, _ in each.accused}
    right = Counter(m.exercise for m, _ in each.outcomes if m.kind == RIGHT and m not in accused)
    return {"digest": digest(course, each.lesson), **kinds, RIGHT: dict(right)}


def publish(course: Course, scores: Iterable[Score]) -> list[Path]:
    """Write the figures of these lessons, others as they were; the files that changed."""
    fresh = {each.lesson.id: figures(course, each) for each in scores}
    known = load(course)
    data = {lesson.id: found for lesson in course.lessons if (found := fresh.get(lesson.id, known.get(lesson.id)))}
    texts = {
        DATA: json.dumps(data, indent=1, ensure_ascii=False) + "\n",
        PAGE: TEXT.format(table=table(course, data), sentence=sentence(data)),
        Path("README.md"): _readme(course, sentence(data)),
    }
    changed = [path for path, text in texts.items() if text is not None and _is_new(course.root / path, text)]
    for path in changed:
        write_atomic(course.root / path, texts[path])
    return changed


def out_of_date(course: Course) -> list[str]:
    """Where the page or the README says something else than the figures that the command last wrote."""
    data = load(course)
    texts = {PAGE: TEXT.format(table=table(course, data), sentence=sentence(data)), Path("README.md"): None}
    texts[Path("README.md")] = _readme(course, sentence(data))
    wrong = [path.as_posix() for path, text in texts.items() if text is not None and _is_new(course.root / path, text)]
    return [f"{path} does not say what {DATA.as_posix()} says. Next: autograder mutants --write" for path in wrong]


def different(course: Course, scores: Iterable[Score]) -> list[str]:
    """The lessons whose published figures are not these."""
    known = load(course)
    wrong = [e.lesson.id for e in scores if _counted(known.get(e.lesson.id, {})) != _counted(figures(course, e))]
    return [f"{lesson}: the published figures are others. Next: autograder mutants --write" for lesson in wrong]


def _counted(published: dict) -> dict:
    return {kind: published.get(kind) for kind in (BY_HAND, MECHANICAL, RIGHT)}


def _readme(course: Course, words: str) -> str | None:
    path = course.root / "README.md"
    text = read_text(path) if path.is_file() else ""
    if BEGIN not in text:
        return None
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}\n{words}\n{END}", text, flags=re.DOTALL)


def _is_new(path: Path, text: str) -> bool:
    return not path.is_file() or read_text(path) != text


# ---- words ------------------------------------------------------------------------------------------------------


def tallies(data: dict, kind: str) -> Tally:
    """The sum over everything published."""
    each = (Tally(**tally) for lesson in data.values() for tally in lesson[kind].values())
    return sum(each, Tally())


def sentence(data: dict) -> str:
    """The whole in a few sentences, wrapped as the README is."""
    hand, machine = tallies(data, BY_HAND), tallies(data, MECHANICAL)
    words = (
        f"Of {hand.total} wrong answers written by hand the tests catch {hand.caught} "
        f"({_percent(hand.caught, hand.total)}), "
        f"{hand.check} of them ({_percent(hand.check, hand.total)}) by a check that students see. "
        f"Of {machine.total} mechanical mutants of the right answers they catch {machine.caught} "
        f"({_percent(machine.caught, machine.total)}); {machine.equivalent} more are no mistakes, "
        "each with its reason. "
    )
    right = [number for lesson in data.values() for number in lesson.get(RIGHT, {}).values()]
    if right:
        words += f"{sum(right)} answers that are right in another way, to {len(right)} exercises, earn all points."
    return textwrap.fill(words.strip(), 118)


def table(course: Course, data: dict) -> str:
    """Markdown: a line for each lesson and exercise."""
    lines = [
        f"| | by hand{_BY} | mechanical{_BY} |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for lesson in course.lessons:
        if lesson.id in data:
            found = data[lesson.id]
            whole = [sum((Tally(**t) for t in found[kind].values()), Tally()) for kind in (BY_HAND, MECHANICAL)]
            lines.append(_row(f"**{lesson.number} · {lesson.title}**", whole, bold=True))
            for exercise in found[BY_HAND] | found[MECHANICAL]:
                each = [Tally(**found[kind].get(exercise, {})) for kind in (BY_HAND, MECHANICAL)]
                lines.append(_row(f"`{exercise}`", each))
    lines.append(_row("**all**", [tallies(data, kind) for kind in (BY_HAND, MECHANICAL)], bold=True))
    return "\n".join(lines)


def _row(title: str, each: list[Tally], bold: bool = False) -> str:
    cells = [str(number or "–") for tally in each for number in (tally.total, tally.check, tally.hidden, tally.nothing)]
    return "| " + " | ".join([title, *(f"**{cell}**" if bold and cell != "–" else cell for cell in cells)]) + " |"


def _percent(part: int, whole: int) -> str:
    """Rounded down: 99.9 % is not 100 %."""
    return f"{int(1000 * part / whole) / 10:g} %" if whole else "–"


def missed(scores: Iterable[Score]) -> list[str]:
    """The goals that are not reached."""
    shares = reached(scores)
    return [
        f"{name}: {shares[name]:.1%}, and the goal is {goal:.0%}."
        for name, goal in GOALS.items()
        if shares[name] < goal
    ]
