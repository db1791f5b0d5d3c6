"""A class of any size for trying the grader out: copies of a lesson's notebook, with variations drawn from a seed.

Most exercises are right: as the reference has them, with other names for local variables, with a comment, or in one of
the other ways that the lesson knows (right_answers.py). Some hold one of its known wrong answers, some are as they were
handed out. A few notebooks are odd, as in any class: cells deleted, copied, out of order, saved on Windows.
"""

from __future__ import annotations

import ast
import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.pretend import right_answers
from autograder.right import in_the_cell, load_right_answers
from autograder.wrong import load_wrong_answers, replaced
from gradlab.export_format import plain_code
from gradlab.files import write_atomic

RIGHT, WRONG = 0.8, 0.15  # shares of the exercises; the rest is as it was handed out
OTHER_WAY = 0.2  # of the right ones


def crowd(blueprint: Blueprint, released: str, number: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """(student, notebook) of `number` students. released: the text of the released notebook."""
    right = {name: [source] for name, source in right_answers(blueprint).items()}
    for other in load_right_answers(blueprint.course, blueprint.lesson):
        right[other.exercise].append(in_the_cell(right[other.exercise][0], other))
    wrong: dict[str, list[str]] = {}
    for mistake in load_wrong_answers(blueprint.course, blueprint.lesson):
        wrong.setdefault(mistake.exercise, []).append(replaced(blueprint.answers[mistake.exercise], mistake))
    notebook = json.loads(released)
    for index in range(number):
        rng = random.Random(f"{seed}-{index}")
        made = copy.deepcopy(notebook)
        for cell in made["cells"]:
            name = cell["metadata"].get("gradlab", {}).get("name")
            if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                cell["source"] = _answer(rng, right[name], wrong.get(name, []), blueprint.stubs[name], index)
        yield f"student{index:05d}", _odd(rng, made)


def hand_in_crowd(blueprint: Blueprint, released: str, number: int, folder: Path, seed: int = 0) -> None:
    """Write <student>/<lesson>/<lesson>.ipynb of a crowd into `folder`."""
    lesson = blueprint.lesson.id
    for student, data in crowd(blueprint, released, number, seed):
        write_atomic(folder / student / lesson / f"{lesson}.ipynb", data)


def _answer(rng: random.Random, right: list[str], wrong: list[str], stub: str, index: int) -> str:
    draw = rng.random()
    if draw < RIGHT:
        return _in_own_words(rng, rng.choice(right) if rng.random() < OTHER_WAY else right[0], index)
    return rng.choice(wrong) if wrong and draw < RIGHT + WRONG else stub


def _in_own_words(rng: random.Random, source: str, index: int) -> str:
    draw = rng.random()
    if draw < 0.4:
        return source + f"\n# {index}, {rng.random()}"
    if draw < 0.8:
        head = [line for line in source.split("\n")[:1] if line.startswith("#|")]
        return "\n".join([*head, ast.unparse(_Renamed(f"_{index}").visit(ast.parse(plain_code(source))))])
    return source


class _Renamed(ast.NodeTransformer):
    """Gives the local variables of functions, but for their parameters, another ending. Leaves functions with others
    in them as they are, where a name may be anybody's."""

    def __init__(self, ending: str):
        self.ending = ending

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal)
        inside = [each for part in node.body for each in ast.walk(part)]
        if any(isinstance(each, inner) for each in inside):
            return node
        names = [each for each in inside if isinstance(each, ast.Name)]
        given = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
        local = {each.id for each in names if isinstance(each.ctx, ast.Store)} - given
        for each in names:
            if each.id in local:
                each.id += self.ending
        return node


def _odd(rng: random.Random, notebook: dict) -> bytes:
    cells, draw = notebook["cells"], rng.random()
    if draw < 0.03:
        del cells[rng.randrange(len(cells))]
    elif draw < 0.06:
        cells.append(copy.deepcopy(rng.choice(cells)))
    elif draw < 0.08:
        rng.shuffle(cells)
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() if draw > 0.98 else text.encode()
