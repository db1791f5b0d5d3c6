"""The wire under fire: frames that no worker of ours would send, against the reader and against a whole session.

Whatever arrives, the judge ends with a value, an error of the program's own, or `Ended`; never with anything else, and
never with a call of something that it did not offer. Seeds are fixed: a failure comes again.
"""

import json
import random

import numpy as np
import pytest

from autograder.remote.channel import Ended
from autograder.remote.proxies import is_remote
from autograder.remote.session import Session
from autograder.remote.values import Values
from autograder.worker.wire import WireError

CLASS = ["k", 3, "Thing", "", ["__call__", "__len__", "__add__", "__eq__", "__enter__", "__exit__", "__iter__"]]
SEEDS = (
    ["r", 1, ["o", 9, CLASS]],
    ["r", 1, ["t", 1, 2.5, None, True, "text", ["l", 4, 1, 2], ["d", 5, ["a", 1], ["b", ["S", 1]]]]],
    ["r", 1, ["A", "w1", "r", "<f8", [2], True, False]],
    ["r", 1, ["t", ["A", "w1", "r", "<f4", [2, 2], True, False],
              ["A", "w2", "v", ["A", "w1"], "<f4", [2], [8], 4, True, False]]],
    ["r", 1, ["n", "<i8"]],
    ["r", 1, ["t", ["b", 3], ["c", 1.0, 2.0], ["z", 1, None, 2], ["r", 0, 5, 1], ["e"], ["D", "<f4"], ["T", "int"]]],
    ["x", 1, ["x", ["k", 4, "Odd", "ValueError", []], "text", [["/engine/m/a.py", 3, "f"]], None]],
    ["c", 1, 1, "", ["t", 1, ["o", 9, CLASS]], ["d", 6]],
    ["c", 1, 1, "__class__", ["t"], ["d", 6]],
    ["r", 1, ["y", 1]],
    ["r", 1, ["m"]],
)  # fmt: skip
EXPECTED = (TypeError, AttributeError, ValueError, RecursionError)
SIZES = (0, 0, 16, 16, 8, 3, 0, 0, 0, 0, 0)  # bytes of the buffers that each mentions
PIECES = (
    *(None, True, -1, 0, 1, 2, 1 << 40, 1 << 70, 0.5, float("nan"), "", "w1", "j1", "\ud800", "__reduce__", "x" * 200),
    *(
        [],
        ["t"],
        ["A"],
        ["A", "w1"],
        ["A", "j1"],
        ["o", 1],
        ["k", 1],
        ["y", 7],
        ["l"],
        {"a": 1},
        ["d", 1, [1]],
        ["b", -1],
    ),
)


def frame(tree, writes=(), drops=(), buffers=b""):
    text = json.dumps([list(writes), list(drops), *tree]).encode("ascii")
    return len(text).to_bytes(4, "big") + text + buffers


def mutated(rng):
    """The body of a frame, some things in it changed."""
    number = rng.randrange(len(SEEDS))
    tree = json.loads(json.dumps(SEEDS[number]))
    for _ in range(rng.randrange(3)):
        _change(rng, tree)
    writes = rng.choice((*[[]] * 16, [["j1", 8]], [["w1", 16]], [[1]], "x", [["w1", -1]]))
    drops = rng.choice((*[[]] * 16, [1], "x"))
    body = bytearray(
        frame(tree, writes, drops, rng.randbytes(SIZES[number] + rng.choice((0, 0, 0, -1, 8)) * bool(SIZES[number])))
    )
    for _ in range(rng.choice((*[0] * 9, 1, 4))):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(body[: rng.randrange(len(body))] if rng.random() < 0.05 else body)


def _change(rng, tree):
    """Replace, remove, double or nest one part of a tree of lists."""
    while True:
        place = rng.randrange(len(tree)) if tree else None
        if place is None:
            return
        if isinstance(tree[place], list) and tree[place] and rng.random() < 0.7:
            tree = tree[place]
            continue
        how = rng.randrange(4)
        if how == 0:
            tree[place] = json.loads(json.dumps(rng.choice(PIECES)))
        elif how == 1:
            del tree[place]
        elif how == 2:
            tree.append(tree[place])
        else:
            for _ in range(rng.choice((1, 50, 2000 if rng.random() < 0.01 else 5))):
                tree[place] = ["t", tree[place]]
        return


class Answering:
    """A channel whose other end sends what the fuzzer thinks of."""

    def __init__(self, bodies):
        self.bodies, self.end, self.requests = bodies, "", 200

    def send(self, body):
        self.requests -= 1
        if self.end or self.requests < 0:
            raise Ended("time")

    def receive(self):
        return next(self.bodies)

    def break_off(self, end="size"):
        self.end = end
        return Ended(end)


def read_all(count, seed):
    """Mutated frames against the reader alone."""
    rng, read = random.Random(seed), 0
    for _ in range(count):
        values = Values(None)
        try:
            parts, value = values.read(mutated(rng))
            for part in parts:
                value(part)
            read += 1
        except (WireError, RecursionError):
            pass
    return read


def talk(count, seed):
    """Mutated frames against a program that uses what it gets: how many ended, how often its function was called."""
    rng, ends, called = random.Random(seed), 0, []
    for _ in range(count):
        session = Session(Answering(iter(lambda: mutated(rng), None)), "toy")
        offered = np.zeros(2)

        def function(*args, offered=offered):
            called.append(args)
            return offered

        try:
            with session:
                found = session.ask("call", function, (offered, [function]), {})
                if is_remote(found):
                    found.name, found + 1, found == found, len(found), str(found), found(function)
        except Ended:
            ends += 1
        except BaseException as error:
            # Those of the program: what came is of no type that it can use, or is an exception of the worker's.
            assert hasattr(error, "frames_there") or isinstance(error, EXPECTED), error
    return ends, len(called)


def test_the_reader():
    assert read_all(3000, 1) > 300


def test_a_session():
    ends, called = talk(1500, 2)
    assert ends > 500 and called > 20


@pytest.mark.full
def test_the_reader_at_length():
    assert read_all(60_000, 3) > 6000


@pytest.mark.full
def test_a_session_at_length():
    ends, called = talk(45_000, 4)
    assert ends > 10_000 and called > 500
