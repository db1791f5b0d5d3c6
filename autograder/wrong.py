"""Known-wrong answers: the mistakes that students really make, each with the misconception behind it.

    @wrong("walk", because="You passed x's gradient on when the first road arrived; the second came later.",
           ask="Which node still owed x a gradient when you visited it?")
    def walk(root, seed): ...

They live in solutions/<id>/wrong_answers.py, one function or class each. The file is read, never run: its names are
those of the exercise's module, which is not there.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.export_format import export_of, plain_code
from gradlab.files import read_text

FILE = "wrong_answers.py"


@dataclass(frozen=True)
class WrongAnswer:
    """source: what stands below the decorator. because: the misconception; ask: the question that leads out of it."""

    exercise: str
    source: str
    because: str
    ask: str
    line: int
    name: str


def wrong(exercise: str, because: str, ask: str) -> Callable:
    """Mark the function or class below as a known-wrong answer to `exercise`. It is left as it is."""
    return lambda answer: answer


def load_wrong_answers(course: Course, lesson: Lesson) -> tuple[WrongAnswer, ...]:
    """The wrong answers of a lesson, in the order of its file; none without one. Raises GradlabError with the line."""
    path = course.root / "solutions" / lesson.id / FILE
    if not path.is_file():
        return ()
    text, shown = read_text(path), path.relative_to(course.root).as_posix()
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise GradlabError(f"{shown}:{error.lineno}: {error.msg}") from None
    return tuple(answer for node in tree.body if (answer := _read(node, text, shown)))


def _read(node: ast.stmt, text: str, shown: str) -> WrongAnswer | None:
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "wrong":
            where = f"{shown}:{decorator.lineno}"
            values = _arguments(decorator, where)
            return WrongAnswer(**values, source=_without(decorator, node, text), line=node.lineno, name=node.name)
    return None


def _arguments(call: ast.Call, where: str) -> dict[str, str]:
    names = ("exercise", "because", "ask")
    given = dict(zip(names, call.args, strict=False)) | {keyword.arg: keyword.value for keyword in call.keywords}
    if set(given) != set(names):
        raise GradlabError(f'{where}: write @wrong("exercise", because="…", ask="…").')
    try:
        values = {name: ast.literal_eval(node) for name, node in given.items()}
    except ValueError:
        raise GradlabError(f"{where}: the words of @wrong(…) must be written out.") from None
    if not all(isinstance(value, str) and value.strip() for value in values.values()):
        raise GradlabError(f"{where}: @wrong(…) takes three texts.")
    return values


def _without(decorator: ast.expr, node: ast.stmt, text: str) -> str:
    """The text of a definition without one of its decorators, and with the others."""
    lines = text.splitlines()
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    dropped = set(range(decorator.lineno - 1, decorator.end_lineno))
    kept = [line for number, line in enumerate(lines) if start <= number < node.end_lineno and number not in dropped]
    return textwrap.dedent("\n".join(kept)).strip("\n")


def replaced(answer: str, mistake: WrongAnswer) -> str:
    """The cell of an exercise with a wrong answer in it. `answer`: the right one.

    Other definitions of the cell stay, if the mistake has none of its own in their place.
    """
    export = export_of(answer)
    head = f"#| export {export.module}.{export.name}\n" if export else ""
    code = plain_code(answer)
    for node in ast.parse(code).body:
        if getattr(node, "name", None) == mistake.name:
            lines = code.split("\n")
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            code = "\n".join([*lines[:start], mistake.source, *lines[node.end_lineno :]])
            return head + code
    return head + mistake.source
