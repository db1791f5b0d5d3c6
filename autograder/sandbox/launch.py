"""A program of its own behind the same walls as a worker, but with processes and sockets: see inside/launch.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from autograder.sandbox.bubblewrap import bubblewrap
from autograder.sandbox.rungs import Isolation
from autograder.sandbox.visible import INSIDE, SYSTEM, environment, python_places

HOUSES = ("bubblewrap", "namespaces")


def launched(
    isolated: Isolation,
    command: Sequence[str],
    variables: Mapping[str, str],
    readable: Sequence[str],
    writable: Sequence[str],
    root: str,
) -> list[str]:
    """The command line that runs `command` in a house: Python, `readable` and `writable`, and no network.

    variables: its environment, with what a worker's holds. root: an empty folder, which nobody else uses. Raises
    ValueError for a rung that builds no house.
    """
    if isolated.name not in HOUSES:
        raise ValueError(f"{isolated.name} builds no house")
    desk = {"HOME": "/desk", "TMPDIR": "/desk"}
    order = {"command": [*command], "environment": environment() | desk | dict(variables)}
    start = [sys.executable, "-I", str(INSIDE / "launch.py")]
    shown = [str(INSIDE), *readable]
    if isolated.name == "bubblewrap":
        walls = bubblewrap(shown, rooms=False, as_root=False, writable=writable)
        walls.insert(1, "--die-with-parent")
        return [*walls, *start, json.dumps(order | {"root": None})]
    house = {"root": root, "shown": [*SYSTEM, *python_places(), *shown], "writable": [*writable]}
    return [*start, json.dumps(order | house)]
