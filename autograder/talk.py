"""The talk with a submission's processes: one at a time, each with one engine."""

from __future__ import annotations

from autograder.engines import Engine
from autograder.observe import open_session
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.sandbox import Worker


class Talk:
    """session: with the process that holds `engine`; None when there is none.

    used: a check or hidden test was run in it. spoilt: it was asked what perhaps no program would ask.
    """

    def __init__(self, worker: Worker):
        self.worker = worker
        self.engine: Engine | None = None
        self.session: Session | None = None
        self.spoilt = self.used = False

    def is_open(self, engine: Engine) -> bool:
        """Whether there is a process that holds `engine`, and listens."""
        return self.session is not None and not self.session.channel.end and self.engine is engine

    def open(self, engine: Engine) -> None:
        """Go on with a new process that holds `engine`.

        Another engine gets another worker, with an empty room: what one answer read of the reference's others, when it
        was alone among them, it could leave there for another answer to find.
        """
        if engine is not self.engine:
            self.worker.close()
        self.engine, self.spoilt, self.used = engine, False, False
        try:
            self.session = open_session(self.worker, engine)
        except Ended:
            self.session = None

    def break_off(self, end: str) -> None:
        """End it where it stands, perhaps in the middle of a message."""
        self.session.channel.close(end)
        self.worker.close()
