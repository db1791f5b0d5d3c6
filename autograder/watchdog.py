"""An end to what runs too long on the judge's side, where hidden tests and checks run.

    reply = limited(seconds, lambda: program(session, engine, test, seed))    # {"end": "time"} when it bites

A student's engine can make a test's own loop endless: by the number that it counts to, by a graph that it walks. What
then runs is the grader's own code, and asks the worker nothing that could be refused. So the CPU time of this process
is limited, too, by the system's timers. The first bite is an exception, which stops Python code. Code in C may not
notice it (`sum(range(n))`): then the second bite kills the process, where it has been made mortal, as the processes
of slots.py are. Their jobs are done again, without what the logbook says was under way.

Waiting costs no CPU time, and a busy machine takes points from nobody. The last resort is wall-clock time.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.remote.channel import Ended
from autograder.remote.trials import whole

SLACK = 5.0  # seconds that a test may compute here on top of what it may take over there
MORE = 10.0  # seconds from the exception to the kill
WALL = 180.0  # seconds after which a process that does nothing is killed
MEMORY = 6 << 30  # bytes of address space of a mortal process

_mortal = False
_on = False


def make_mortal(memory: int | None = MEMORY) -> None:
    """From now on this process may be killed: what it does is done again by another one.

    memory: bytes of address space that it may have; None for as much as now.
    """
    global _mortal
    _mortal = True
    if memory is None:
        return
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))
    except (ImportError, OSError, ValueError):  # Windows has none, and macOS takes none
        pass


def limited(seconds: float, trial: Callable[[], dict]) -> dict:
    """The reply of `trial` (of remote/trials.py), which may compute for `seconds` in this process."""
    try:
        with watched(seconds + SLACK):
            return trial()
    except Ended as end:
        return whole({"end": end.end})


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """Raise Ended("time") in the block when this process has computed for `seconds` in it. Does not nest.

    There are no such timers on Windows, nor in threads: there only a process that is mortal comes to an end.
    """
    global _on
    timers = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if _mortal:
        faulthandler.dump_traceback_later(seconds + MORE + WALL, exit=True, file=_log())
    if timers:
        signal.signal(signal.SIGVTALRM, _bite)
        _on = True
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)  # again, for an exception can get lost in a __del__
        if _mortal:
            signal.setitimer(signal.ITIMER_PROF, seconds + MORE)
    try:
        yield
    finally:
        if timers:
            _on = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
        if _mortal:
            faulthandler.cancel_dump_traceback_later()


def _bite(*_) -> None:
    if _on:
        raise Ended("time")


# ---- what was under way ---------------------------------------------------------------------------------------------


class Logbook:
    """The steps of one job, on disk: whoever does it after a process was killed for a step leaves that step out.

    `path`.steps   a line for each step that has begun, and for each that was the last of a killed process
    `path`.bites   what the fault handler says when this process is killed by a timer, or crashes; a `kill -9` from
                   outside says nothing, and the step is tried again

    path: None for a process that is not mortal; nothing is written then.
    """

    def __init__(self, path: Path | None = None):
        self.hung: set[str] = set()
        self.attempt = 0  # of several that the student made
        self._steps = self._bites = None
        if path is None or not _mortal:
            return
        self._steps = path.with_suffix(".steps").open("a+", encoding="utf-8")
        self._bites = path.with_suffix(".bites").open("ab+")
        self._read()
        faulthandler.enable(file=self._bites, all_threads=False)
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGPROF, file=self._bites, all_threads=False, chain=True)

    def _read(self) -> None:
        self._steps.seek(0)
        lines = self._steps.read().splitlines()
        if lines and self._bites.seek(0, os.SEEK_END):
            lines.append("hung: " + lines[-1])
            self._steps.write(lines[-1] + "\n")
            self._steps.flush()
            self._bites.truncate(0)
        self.hung = {line.removeprefix("hung: ") for line in lines if line.startswith("hung: ")}

    def begins(self, step: str) -> bool:
        """Whether to take this step. step: a line of text, the same each time that the job is done."""
        step = f"{self.attempt} {step}"
        if step in self.hung:
            return False
        if self._steps:
            self._steps.write(step + "\n")
            self._steps.flush()
        return True

    def __enter__(self) -> Logbook:
        global _current
        _current = self
        return self

    def __exit__(self, *_) -> None:
        """The job is done: nothing of it is kept."""
        global _current
        _current = None
        if self._steps:
            if hasattr(faulthandler, "unregister"):
                faulthandler.unregister(signal.SIGPROF)
            faulthandler.disable()
            for stream in (self._steps, self._bites):
                stream.close()
                Path(stream.name).unlink(missing_ok=True)


_current: Logbook | None = None


def _log():
    """Where the fault handler writes."""
    import sys

    return _current._bites if _current and _current._bites else sys.__stderr__
