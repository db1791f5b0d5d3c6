"""Mutated notebooks into the reader: whatever the bytes, cells or a reason come out, and never an exception.

The long run:  python -m pytest -m full tests/autograder/grading/test_fuzz_notebooks.py      (100,000 notebooks)
"""

from __future__ import annotations

import copy
import json
import random

import pytest

from autograder.graded import Graded, tidy
from autograder.outputs import fill
from autograder.rebuild import rebuild

ODD = [
    None,
    True,
    0,
    -1,
    1e308,
    float("nan"),
    10**30,
    "",
    "\0",
    "\ud800",
    "\x1b[2J",
    "é" * 50,
    [],
    {},
    [[]],
    {"a": [{}]},
]
TOKENS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\\u",
    b"\\ud800",
    b"null",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b"\r",
    b"1e999",
]


def mutated(rng: random.Random, notebook: dict, text: bytes) -> bytes:
    """One notebook with one to five things wrong, in its JSON or in its bytes."""
    if rng.random() < 0.5:
        made = copy.deepcopy(notebook)
        for _ in range(rng.randint(1, 5)):
            replace_one(rng, made)
        return json.dumps(made, indent=rng.choice([None, 1])).encode("utf-8", "surrogatepass")
    data = bytearray(text)
    for _ in range(rng.randint(1, 5)):
        start = rng.randrange(len(data) + 1)
        end = start + rng.choice([0, 1, 10, 1000])
        data[start:end] = rng.choice(
            [b"", rng.choice(TOKENS), rng.randbytes(3), data[end : end + 500], bytes(data[start:end]) * 2]
        )
    return bytes(data)


def replace_one(rng: random.Random, node) -> None:
    """Walk down to somewhere and put something odd, or another part of the notebook, in its place."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(node[key], (dict, list)) and node[key] and rng.random() < 0.8:
            node = node[key]
            continue
        draw = rng.random()
        if draw < 0.2:
            del node[key]
        elif draw < 0.3 and isinstance(node, list):
            node.insert(rng.randrange(len(node) + 1), copy.deepcopy(node[key]))
        elif draw < 0.4:
            node[key] = copy.deepcopy(node[rng.choice(keys)])
        else:
            node[key] = copy.deepcopy(rng.choice(ODD))
        return


def fuzz(number: int, seed: int, notebook: dict, blueprint, template: str) -> int:
    """Reads `number` of them; returns how many had answers in them."""
    rng, text, readable = random.Random(seed), json.dumps(notebook, indent=1).encode(), 0
    for _ in range(number):
        state = rng.getstate()
        data = mutated(rng, notebook, text)
        try:
            result = rebuild(data, blueprint)
            graded = tidy(Graded("ann", blueprint.lesson.id, {}, result.problem, result.repairs))
            fill(template, result, graded).text.encode("utf-8")
        except Exception as error:
            raise AssertionError(f"random state {hash(state)}, {data[:2000]!r} …") from error
        assert set(result.sources) <= set(blueprint.exercises)
        assert not (result.problem and result.sources) and (result.problem or result.sources or result.repairs)
        readable += bool(result.sources)
    return readable


@pytest.fixture
def template(built, blueprint) -> str:
    return (built.root / blueprint.lesson.notebook).read_text(encoding="utf-8")


def test_some(blueprint, answered, template):
    assert 0 < fuzz(1_500, 0, answered(), blueprint, template) < 1_500


@pytest.mark.full
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_hundred_thousand(blueprint, answered, template, seed):
    assert fuzz(10_000, seed, answered(), blueprint, template)
