"""The talk with a submission's processes: one at a time, each with one engine."""

from __future__ import annotations

from autograder.engines import Engine
from autograder.observe import open_session
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.sandbox import Worker
from autograder.worker import orders


class Talk:
    """session: with the process that holds an engine; None when there is none.

    used: a check or hidden test was tried in it. stuck: it is in the middle of something, and would stay there.
    """

    def __init__(self, worker: Worker):
        self.worker = worker
        self._holds: tuple | None = None
        self.session: Session | None = None
        self.stuck = self.used = False

    def is_open(self, engine: Engine) -> bool:
        """Whether there is a process that holds `engine`, and listens."""
        return self.session is not None and not self.session.channel.end and self._holds == _held(engine)

    def open(self, engine: Engine) -> None:
        """Go on with a new process that holds `engine`.

        For another engine the room is cleared before: what one answer read of the reference's others, when it was alone
        among them, it could leave there for another answer to find.
        """
        if self._holds != _held(engine):
            self.worker.clear()
        self._holds, self.stuck, self.used = _held(engine), False, False
        try:
            self.session = open_session(self.worker, engine)
        except Ended:
            self.session = None

    def renew(self, engine: Engine) -> None:
        """Go on with a package that was not imported before. What is outside of it may stay as it is.

        A process has a few threads, and no more when these are used up: then another one takes its place.
        """
        if not self.used or not self.is_open(engine):
            return
        if engine.blueprint.wants_threads:
            self.open(engine)
        else:
            self.session.channel.order(orders.anew())
            self.used = False

    def break_off(self, end: str) -> None:
        """End it where it stands, perhaps in the middle of a message."""
        self.session.channel.close(end)
        self.worker.close()

    def close(self) -> None:
        """Nothing stays of it, neither a process nor a room."""
        self.session = None
        self.worker.close()


def _held(engine: Engine) -> tuple:
    """What makes one process as good as another, before anything was asked of it."""
    return engine.folder, engine.texts
