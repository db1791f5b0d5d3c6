"""Tapes: what the reference's process was asked in a program or check, and what it answered, byte for byte.

    tape = recorded(session, trial)           of the reference, once for each lesson and seed
    confirmed(session, tape, ...)             of a submission: whether its process answers everything alike

What a program does depends on nothing but its seed and the answers that it gets. So a submission whose process gives
the reference's answers, byte for byte, has the reference's verdict, and the program need not run to know it. One that
answers otherwise is not wrong, but has to be talked to: a tape can only confirm.

Requests go out together then, up to the first that depends on an answer which the process has not given yet: what the
reference answered never goes to a submission, nor what follows from it. Where that is, is found out by giving the
program wrong answers (scrambled.py) and looking when it asks something else.
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from autograder.remote.channel import Ended
from autograder.remote.scrambled import scrambled
from autograder.remote.session import Session
from autograder.sandbox.limits import wall_seconds
from autograder.worker import orders

MOST = 60  # turns of one tape: finding out where they end takes the longer, the more there are


class Tape(NamedTuple):
    """turns: (what is sent, what the reference answered), in frames. notebook: what was asked of the notebook, or "".

    seconds: of CPU that the reference's process took. nests: something is entered in it, or called back; a process in
    which it breaks off stays there. budgets: (first turn, the turn after the last, seconds of CPU that they may take).
    anew: the package was imported for it, and has to be: something in it counts on from program to program.
    """

    turns: tuple[tuple[bytes, bytes], ...]
    notebook: str
    seconds: float
    nests: bool
    budgets: tuple[tuple[int, int, float], ...] = ()
    anew: bool = False


def notebook_key(cells: list, wanted: list[str]) -> str:
    """Whether two submissions are asked the same about their notebooks."""
    return json.dumps([[[role, name, must] for role, name, _, _, must in cells], wanted])


# ---- recording ------------------------------------------------------------------------------------------------------


class Recording:
    """A channel that keeps what passes through it. budgets: [first frame, the frame after the last, seconds]."""

    def __init__(self, channel):
        self.channel, self.frames, self.budgets = channel, [], []

    def send(self, body: bytes) -> None:
        self.channel.send(body)
        self.frames.append([body, b""])

    def receive(self) -> bytes:
        self.frames[-1][1] = body = self.channel.receive()
        return body

    @property
    def budget(self):
        return self.channel.budget

    @budget.setter
    def budget(self, budget) -> None:
        if budget:
            self.budgets.append([len(self.frames), len(self.frames), budget[1]])
        else:
            self.budgets[-1][1] = len(self.frames)
        self.channel.budget = budget

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)


def recorded(
    session: Session, run: Callable[[Session], dict], notebook: str, anew: bool = False
) -> tuple[dict, Tape | None]:
    """What comes of `run` (of trials.py) on the reference, and its tape; None where there can be none."""
    if anew:
        session.channel.order(orders.anew())
    channel, before = Recording(session.channel), session.channel.clock()
    with _no_collector():
        reply = run(Session(channel, session.name, plainly=True))
        if not _can_be_replayed(reply, channel):
            return reply, None
        frames, cuts = [(sent, got) for sent, got in channel.frames], {0, len(channel.frames)}
        for first, end, _ in channel.budgets:
            cuts |= {first, end}
        starts = _starts(frames, cuts, run, session.name)
    seconds = session.channel.clock() - before
    nests = any(b'"__enter__"' in sent or not _is_simple((sent, got)) for sent, got in channel.frames)
    if len(starts) > MOST + 1:
        return reply, None
    turns = tuple(_together(frames[start:end]) for start, end in pairwise(starts))
    budgets = tuple((starts.index(first), starts.index(end), limit) for first, end, limit in channel.budgets)
    return reply, Tape(turns, notebook, seconds, nests, budgets, anew)


def _can_be_replayed(reply: dict, channel: Recording) -> bool:
    """Whether nothing but answers went into it, and no end of the process."""
    return reply["end"] in ("done", "raised") and all(got for _, got in channel.frames)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """When Python collects what is in cycles is nobody's doing, and would show in what is asked."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _starts(frames: list[tuple[bytes, bytes]], cuts: set[int], run: Callable[[Session], dict], package: str) -> list:
    """Where turns begin, and the end: within one, no frame has to wait for another. cuts: where one has to begin."""
    starts = [0]
    simple = [_is_simple(frame) for frame in frames]
    while starts[-1] < len(frames) and len(starts) <= MOST + 1:
        start = starts[-1]
        end = start + 1
        if simple[start]:
            replay = _Replay(frames, simple, start)
            run(Session(replay, package, plainly=True))
            end = max(end, replay.place)
        starts.append(min(end, *(cut for cut in cuts if cut > start)))
    return starts


def _together(frames: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    if len(frames) == 1:
        return frames[0]
    sent, got = zip(*frames, strict=True)
    return orders.together(sent), orders.together(got)


def _is_simple(frame: tuple[bytes, bytes]) -> bool:
    """A request of the program's own and the reply to it; not a call from there, nor the answer to one."""
    return [_kind(body) for body in frame] in (["q", "r"], ["q", "x"])


def _kind(body: bytes) -> str:
    return json.loads(body[4 : 4 + int.from_bytes(body[:4], "big")])[2]


class _Astray(Ended):
    """The program asks what it did not ask before."""


class _Replay:
    """A channel to nobody: gives the answers of a tape, and wrong ones from `start` on, up to the next frame that is
    not simple. place: how far it came."""

    def __init__(self, frames: list[tuple[bytes, bytes]], simple: list[bool], start: int):
        self.frames, self.start, self.place = frames, start, 0
        self.stop = next((place for place in range(start, len(frames)) if not simple[place]), len(frames))
        self.budget, self.end = None, ""

    def send(self, body: bytes) -> None:
        if self.end or self.place >= self.stop or self.frames[self.place][0] != body:
            self.end = "over"
            raise _Astray("over")
        self.place += 1

    def receive(self) -> bytes:
        got = self.frames[self.place - 1][1]
        return got if self.place <= self.start else scrambled(got)

    def break_off(self, end: str = "size") -> Ended:
        self.end = end
        return _Astray(end)

    def order(self, body: bytes) -> None:
        pass

    def tell(self, cells: Mapping[str, list]) -> None:
        pass

    def allow(self, cpu: float, wall: float) -> None:
        pass

    def clock(self) -> float:
        return 0.0

    def look_at_clock(self) -> None:
        pass

    def close(self, end: str = "died") -> None:
        self.end = self.end or end


# ---- confirming -----------------------------------------------------------------------------------------------------


def confirmed(session: Session, tape: Tape, cells: list) -> bool:
    """Whether the session's process answers as the reference's did. Raises Ended when it does not answer in time.

    cells: of the notebook, those that the requests are about. Afterwards the process may have been asked what the
    program would not have asked it.
    """
    channel = session.channel
    seconds = 1.0 + 10 * tape.seconds  # one that takes longer is not wrong either
    channel.allow(seconds, wall_seconds(seconds))
    if tape.anew:
        channel.order(orders.anew())
    channel.order(orders.begin(plainly=True))
    session.tell(cells)
    for place, (sent, wanted) in enumerate(tape.turns):
        for first, _, limit in tape.budgets:
            if first == place:
                channel.budget = channel.clock() + limit, limit
        channel.send(sent)
        if channel.receive() != wanted:
            return False
        for _, end, _ in tape.budgets:
            if end == place + 1:
                channel.look_at_clock()
                channel.budget = None
    return True
