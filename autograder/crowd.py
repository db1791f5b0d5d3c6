"""A class of any size for trying the grader out: copies of a lesson's notebook, with variations drawn from a seed.

Most exercises are right, some hold one of the lesson's known wrong answers, some are as they were handed out. A few
notebooks are odd, as in any class: cells deleted, copied, out of order, saved on Windows.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.pretend import right_answers
from autograder.wrong import load_wrong_answers, replaced
from gradlab.files import write_atomic

RIGHT, WRONG = 0.8, 0.15  # shares of the exercises; the rest is as it was handed out


def crowd(blueprint: Blueprint, released: str, number: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """(student, notebook) of `number` students. released: the text of the released notebook."""
    right = right_answers(blueprint)
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


def _answer(rng: random.Random, right: str, wrong: list[str], stub: str, index: int) -> str:
    draw = rng.random()
    if draw < RIGHT:
        return right + f"\n# {index}, {rng.random()}" * (rng.random() < 0.5)
    return rng.choice(wrong) if wrong and draw < RIGHT + WRONG else stub


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
