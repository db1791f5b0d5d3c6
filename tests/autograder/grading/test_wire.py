"""Values travel whole; what is no value, or too large, is a clean error."""

import enum
import io
import random

import numpy as np
import pytest

from autograder.worker.wire import Array, Caps, Thing, WireError, pack, read_frame, snapshot, unpack, write_frame


class Tensor:
    def __init__(self, array):
        self.array = np.asarray(array)


class Colour(enum.IntEnum):
    RED = 3


PLAIN = [None, True, False, 0, -5, 2**80, 1.5, float("inf"), "", "ü × 🙂", [], [1, [2, "three"]], {"a": None, "b": [1]}]
ARRAYS = [
    np.float32([[1, 2], [3, 4]]),
    np.zeros((0, 3)),
    np.array(7),
    np.arange(6)[::2],
    np.array([True, False]),
    np.arange(3, dtype=">i4"),
    np.array([1 + 2j]),
    np.float16([0.5]),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_come_back(value):
    assert unpack(pack(snapshot(value))) == value


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
@pytest.mark.parametrize("tensor", [False, True])
def test_arrays_and_tensors_come_back(array, tensor):
    back = unpack(pack(snapshot(Tensor(array) if tensor else array)))
    assert isinstance(back, Array) and back.tensor == tensor
    assert back.values.shape == array.shape and back.values.dtype == array.dtype.newbyteorder("<")
    np.testing.assert_array_equal(back.values, array)


def test_tuples_enums_dtypes_and_the_unknown():
    assert unpack(pack(snapshot((1, (2,))))) == [1, [2]]
    assert snapshot(Colour.RED) == 3 and snapshot(np.dtype("float32")) == "float32" and snapshot(np.True_) is True
    assert snapshot(Tensor) == Thing("Tensor") and snapshot(object()) == Thing("object")
    assert snapshot(np.array([object()])) == Thing("ndarray")
    assert np.isnan(unpack(pack(snapshot(float("nan")))))


def test_a_snapshot_is_not_changed_by_later_writes():
    array = np.ones(2)
    taken = snapshot({"x": [array]})
    array[:] = 5
    assert taken["x"][0].values.tolist() == [1, 1]


def test_what_is_too_large_is_refused():
    deep = []
    for _ in range(50):
        deep = [deep]
    for value in (deep, [0] * 200_000, np.broadcast_to(np.zeros(1), (10**6, 100))):
        with pytest.raises(WireError):
            snapshot(value)
    with pytest.raises(WireError):
        unpack(pack([0] * 50), Caps(nodes=10))


@pytest.mark.parametrize(
    "tree",
    [
        b"{",
        b'{"array": ["<f8", [4]]}',
        b'{"array": ["|O", [1]]}',
        b'{"array": ["<f8", [-1]]}',
        b'{"array": [["<f8"], [1]]}',
        b'{"array": ["<f8", [0, 60000000, 60000000, 60000000]]}',
        b'{"dict": [[1, 2]]}',
        b'{"dict": 3}',
        b'{"python/object": "os.system"}',
        b'{"array": ["<f8", [0]], "more": 1}',
        b"[" * 5000 + b"]" * 5000,
        b"1" * 4000,
    ],
)
def test_malformed_values_are_refused(tree):
    with pytest.raises(WireError):
        unpack(len(tree).to_bytes(4, "big") + tree)


def test_bytes_that_belong_to_nothing_are_refused():
    with pytest.raises(WireError):
        unpack(pack([1]) + b"more")
    for body in (b"", b"\0\0", b"\xff\xff\xff\xff"):
        with pytest.raises(WireError):
            unpack(body)


def test_mutated_frames_never_crash():
    good = pack(snapshot({"saw": [Tensor(np.arange(3.0)), "text", {"k": 1.5}], "n": [None, True]}))
    rng = random.Random(3)
    for _ in range(3000):
        body = bytearray(good)
        for _ in range(rng.randint(1, 6)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        try:
            unpack(bytes(body[: rng.randint(0, len(body))] if rng.random() < 0.3 else body))
        except WireError:
            pass


def test_frames():
    stream = io.BytesIO()
    write_frame(stream, b"one")
    write_frame(stream, b"")
    stream.seek(0)
    assert [read_frame(stream, 10) for _ in range(3)] == [b"one", b"", None]
    for data in (b"\0\0", b"\0" * 7 + b"\x05abc", b"\xff" * 20):
        with pytest.raises(WireError):
            read_frame(io.BytesIO(data), 100)
