"""Answers in a file, each under a decorator that says what it is: @wrong(…), @right(…).

The file is read, never run: its names are those of the exercise's module, which is not there.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gradlab.course import Course
from gradlab.errors import GradlabError
from gradlab.export_format import export_of, plain_code
from gradlab.files import read_text


class Marked(NamedTuple):
    """words: the decorator's texts by name. source: the definition below it, called `name`, that begins at `line`."""

    words: dict[str, str]
    source: str
    line: int
    name: str


def read_marked(course: Course, path: Path, mark: str, names: tuple[str, ...]) -> Iterator[Marked]:
    """The definitions of a file under `@mark(…)`, in order; none without the file. Raises GradlabError with the line.

    names: of the decorator's texts, all of which have to be there.
    """
    if not path.is_file():
        return
    text, shown = read_text(path), path.relative_to(course.root).as_posix()
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise GradlabError(f"{shown}:{error.lineno}: {error.msg}") from None
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == mark:
                words = _words(decorator, mark, names, f"{shown}:{decorator.lineno}")
                yield Marked(words, _without(decorator, node, text), node.lineno, node.name)
                break


def _words(call: ast.Call, mark: str, names: tuple[str, ...], where: str) -> dict[str, str]:
    given = dict(zip(names, call.args, strict=False)) | {keyword.arg: keyword.value for keyword in call.keywords}
    if set(given) != set(names):
        rest = ", ".join(f'{name}="…"' for name in names[1:])
        raise GradlabError(f'{where}: write @{mark}("{names[0]}", {rest}).')
    try:
        values = {name: ast.literal_eval(node) for name, node in given.items()}
    except ValueError:
        raise GradlabError(f"{where}: the words of @{mark}(…) must be written out.") from None
    if not all(isinstance(value, str) and value.strip() for value in values.values()):
        number = {2: "two", 3: "three"}[len(names)]
        raise GradlabError(f"{where}: @{mark}(…) takes {number} texts.")
    return values


def _without(decorator: ast.expr, node: ast.stmt, text: str) -> str:
    """The text of a definition without one of its decorators, and with the others."""
    lines = text.splitlines()
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    dropped = set(range(decorator.lineno - 1, decorator.end_lineno))
    kept = [line for number, line in enumerate(lines) if start <= number < node.end_lineno and number not in dropped]
    return textwrap.dedent("\n".join(kept)).strip("\n")


def in_place(answer: str, name: str, source: str) -> str:
    """The cell of an exercise with another definition of `name` in it. `answer`: the right one.

    Other definitions of the cell stay, if `source` has none of its own in their place.
    """
    export = export_of(answer)
    head = f"#| export {export.module}.{export.name}\n" if export else ""
    code = plain_code(answer)
    for node in ast.parse(code).body:
        if getattr(node, "name", None) == name:
            lines = code.split("\n")
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            code = "\n".join([*lines[:start], source, *lines[node.end_lineno :]])
            return head + code
    return head + source
