"""The ladder: the ways to keep students' code apart, best first, and which of them this machine offers.

    bubblewrap   namespaces made by bubblewrap; in them a room, made of namespaces too, for each submission
    namespaces   the same without bubblewrap
    landlock     no namespaces: the kernel's Landlock closes the files
    uid          only for root: a user of its own for each submission; files are as closed as their permissions say
    none         nothing, but limits on time and memory

On all but the last, seccomp leaves a submission no system call but those that computing takes.
"""

from __future__ import annotations

import functools
import os
import tempfile
import threading
from collections.abc import Iterator
from typing import NamedTuple

from autograder.sandbox import bubblewrap, probe
from autograder.sandbox.server import ForkServer, SandboxError, scratch
from autograder.sandbox.visible import GRADLAB, INSIDE, NUMPY, SYSTEM, WORKER, packages, python_places, without
from gradlab.errors import GradlabError, did_you_mean


class Isolation(NamedTuple):
    """How students' code is kept apart. `warning` says what is missing, or is empty.

    own_user: each submission runs as a user that nobody is. rooms: each gets namespaces of its own in the house.
    """

    name: str
    warning: str = ""
    own_user: bool = False
    rooms: bool = False


NONE = Isolation("none", "students' code runs as you, with limits on time and memory only")
RUNGS = ("bubblewrap", "namespaces", "landlock", "uid")
SEES_ALL = ("landlock", "uid")  # whose fork server is in no house of its own
_UID = "what other users of this machine may read, students' code may read too"


class Offer(NamedTuple):
    """A rung, tried out. problem: why it does not work here, or ""."""

    isolation: Isolation
    problem: str


@functools.cache
def isolation() -> Isolation:
    """The best that this machine offers; tried out, not guessed."""
    return next((offer.isolation for offer in map(offered, RUNGS) if not offer.problem), NONE)


def chosen(rung: str = "") -> Isolation:
    """The isolation to grade with. rung: "" for the best there is, the name of one, or "any", which may be none at all.

    Raises GradlabError when that one does not work here, or when nothing does and "any" was not said.
    """
    if rung in (*RUNGS, NONE.name):
        offer = offered(rung)
        if offer.problem:
            raise GradlabError(f"`{rung}` does not work here: {offer.problem}. What does: autograder sandbox")
        return offer.isolation
    if rung not in ("", "any"):
        raise GradlabError(f"There is no rung `{rung}`.{did_you_mean(rung, RUNGS)} All of them: autograder sandbox")
    if isolation() == NONE and not rung:
        raise GradlabError(
            "nothing on this machine keeps students' code apart from your files, so it is not run.\n"
            "Why, and what to do: autograder sandbox\n"
            "If you trust all of these submissions as you trust yourself: autograder grade --unsafe"
        )
    return isolation()


def offered(name: str) -> Offer:
    """What comes of trying the rung `name`, in its best variant that works. Tried once."""
    with _trying:
        return _offered(name)


@functools.cache
def _offered(name: str) -> Offer:
    if name == "none":
        return Offer(NONE, "")
    if os.name != "posix" or not hasattr(os, "pidfd_open"):
        return Offer(Isolation(name), "only Linux has it")
    if name == "bubblewrap" and bubblewrap.missing():
        return Offer(Isolation(name), bubblewrap.missing())
    first = ""
    for variant in _variants(name):
        problem = _tried(variant)
        if not problem:
            return Offer(variant, "")
        first = first or problem
    return Offer(Isolation(name), first or "only root can change to another user")


def start(isolated: Isolation, folder: str, shared: bytes = b"") -> ForkServer:
    """A fork server for the submissions in `folder`. shared: see ForkServer. Raises SandboxError."""
    house = [str(WORKER), str(GRADLAB), str(INSIDE), folder]
    plan: dict = {"worker": str(WORKER), "numpy": str(NUMPY), "arguments": [str(GRADLAB.parent)]}
    if isolated.rooms:
        plan["scratch"] = folder
    if isolated.name == "bubblewrap":
        return ForkServer(
            plan, bubblewrap.bubblewrap(house, isolated.rooms, isolated.own_user, hidden=packages()), shared
        )
    if isolated.name == "namespaces":
        with tempfile.TemporaryDirectory(prefix="autograder-") as root:
            plan |= {"root": root, "shown": [*SYSTEM, *python_places(), *house], "hidden": packages()}
            return ForkServer(plan, [], shared)
    if isolated.name == "landlock":
        plan["readable"] = [*without([*SYSTEM, *python_places()], packages()), str(WORKER), str(GRADLAB)]
    return ForkServer(plan, [], shared)


_trying = threading.Lock()
SERVERS = 8  # at a time: more than the lessons that a grader goes to and fro between
_servers: dict[tuple[Isolation, bytes], ForkServer] = {}
_starting = threading.Lock()


def shared_server(isolated: Isolation, shared: bytes) -> ForkServer:
    """The fork server for all submissions in `scratch()` to one lesson. shared: see ForkServer. Raises SandboxError."""
    with _starting:
        key = isolated, shared
        server = _servers.pop(key, None)
        if server is None or not server.running:
            server = start(isolated, scratch(), shared)
        _servers[key] = server
        if len(_servers) > SERVERS:
            _servers.pop(next(iter(_servers))).close()  # the one that was not asked for the longest
        return server


def _variants(name: str) -> Iterator[Isolation]:
    """From strict to less so. Root has uids to give away; where Python cannot be read by them, it stays itself."""
    for own_user in (True, False) if os.geteuid() == 0 else (False,):
        if name == "bubblewrap":
            yield Isolation(name, "", own_user, rooms=True)
            if not own_user:  # bubblewrap that is let make namespaces, but nothing in them: one for each submission
                yield Isolation(name, "", own_user, rooms=False)
        elif name == "namespaces":
            yield Isolation(name, "", own_user, rooms=True)
        elif name == "landlock":
            yield Isolation(name, "", own_user)
        elif own_user:
            yield Isolation(name, _UID, own_user)


def _tried(isolated: Isolation) -> str:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        try:
            server = start(isolated, scratch() if isolated.rooms else folder)
            try:
                return probe.problem(server, folder, isolated.own_user)
            finally:
                server.close()
        except (SandboxError, OSError) as error:
            return str(error)
