"""Answers that share what is rare: found whatever was renamed, and silent where everybody writes the same."""

from __future__ import annotations

import json

from autograder.insight.alike import alike, pieces
from autograder.insight.answers import answers_of
from gradlab.course import load_course

STUB = '#| export a.walk\ndef walk(root, seed):\n    """Walk."""\n    raise NotImplementedError("walk")'
USUAL = """#| export a.walk
def walk(root, seed):
    for node in order(root):
        node.pending = None
    return node
"""
ODD = """#| export a.walk
def walk(root, seed):
    table = {0: seed}  # my own idea
    for place, node in enumerate(sorted(root.next, key=lambda each: -each.number)):
        table[place + 1] = table[place] * 3 if place % 2 else [node, seed]
    return {key: value for key, value in table.items() if value is not None}
"""
RENAMED = (
    ODD.replace("table", "d").replace("place", "i").replace("node", "n").replace("  # my own idea", "")
    .replace("each", "q").replace('seed):\n', 'seed):\n    """Mine, all mine."""\n')
)  # fmt: skip


def test_names_comments_and_texts_do_not_count():
    assert pieces(ODD) == pieces(RENAMED) != pieces(USUAL)
    assert pieces(ODD.replace("* 3", "* 4")) != pieces(ODD)
    assert pieces("def (") == pieces("") == frozenset()


def test_a_pair_is_found_among_many():
    answers = {f"s{number:02d}": USUAL for number in range(20)}
    answers |= {"s03": ODD, "s11": RENAMED}
    (pair,) = alike({"walk": answers}, {"walk": STUB})
    assert (pair.one, pair.other, pair.exercises, pair.same) == ("s03", "s11", ("walk",), ("walk",))
    assert pair.share == 1.0 and pair.pieces >= 12


def test_what_everybody_writes_says_nothing():
    assert alike({"walk": {f"s{number}": USUAL for number in range(30)}}, {"walk": STUB}) == []
    assert alike({"walk": {"a": ODD, "b": ODD, "c": USUAL}}, {}) == [], "in a class of three nothing is rare"


def test_given_code_does_not_count():
    """Long stubs that many left, with little of their own."""
    given = ODD.replace("    return {", "    raise NotImplementedError\n    return {")
    answers = {f"s{number:02d}": USUAL for number in range(20)} | {"s03": given + "\nx = 1", "s11": given + "\ny = 2"}
    assert alike({"walk": answers}, {"walk": given}) == []


def test_answers_are_read_from_what_grading_recorded(toy, tmp_path):
    lesson = load_course(toy.root).lesson("1")

    def cell(name, source):
        about = {"gradlab": {"role": "exercise", "name": name}, "nbgrader": {"grade_id": name, "solution": True}}
        return {"cell_type": "code", "metadata": about, "source": source, "outputs": []}

    def write(student, **sources):
        ours = {"gradlab": {"lesson": lesson.id, "stubs": {"walk": STUB}}}
        raw = {"cells": [cell(*item) for item in sources.items()], "metadata": ours, "nbformat": 4, "nbformat_minor": 5}
        file = tmp_path / "autograded" / student / lesson.id / f"{lesson.id}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(raw), encoding="utf-8")

    write("ada", walk=ODD)
    write("ben", walk=STUB)
    answers, stubs = answers_of(tmp_path, ["ada", "ben", "nobody"], lesson)
    assert answers == {"walk": {"ada": ODD}} and stubs == {"walk": STUB}
