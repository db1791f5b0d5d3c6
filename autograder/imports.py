"""The first thing that is tried of a submission: whether the package can be imported with its answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from autograder.engines import Engine, Workshop
from autograder.remote.trials import died, imports
from autograder.talk import Talk
from autograder.wording import said
from gradlab.export_format import ExportError

IMPORT_SECONDS = 5.0
LIVES = 2  # a process that died may have been killed by the system, for want of memory; not twice in a row


class Imports:
    """own: the texts that a student knows (see wording.texts_in). faults: {exercise: why it was left out}."""

    def __init__(self, talk: Talk, workshop: Workshop, own: Collection[str]):
        self.talk, self.workshop, self.own = talk, workshop, own
        self.faults: dict[str, str] = {}

    def importable(self, answers: Mapping[str, str]) -> tuple[dict[str, str], Engine]:
        """The answers with which the package can be imported, and the engine made of them; the others are faults."""
        answers = dict(answers)
        engine, problem = self._tried(answers)
        if problem:
            for name in list(answers):
                if self.workshop.blueprint.exercises[name].module:
                    reason = self._problem(self.workshop.alone(name, answers[name]))
                    if reason:
                        self._leave_out(name, reason, answers)
            engine, problem = self._tried(answers)
        if problem:  # each is fine with the reference's others, and yet not together: keep what goes, from the top
            kept: dict[str, str] = {}
            for name in list(answers):
                engine, problem = self._tried(kept | {name: answers[name]})
                if problem:
                    self._leave_out(name, f"with the cells above it, {problem}", answers)
                else:
                    kept[name] = answers[name]
            engine, _ = self._tried(kept)
        return answers, engine

    def _tried(self, answers: Mapping[str, str]) -> tuple[Engine, str]:
        try:
            engine = self.workshop.engine(answers)
        except ExportError as error:
            return self.workshop.reference, str(error)
        return engine, self._problem(engine)

    def _problem(self, engine: Engine) -> str:
        """Why the package cannot be imported from `engine`, or "". Its session stays open."""
        for _ in range(LIVES):
            self.talk.open(engine)
            reply = imports(self.talk.session, engine.modules, IMPORT_SECONDS) if self.talk.session else died()
            if reply["end"] != "died":
                break
        if reply["end"] == "done":
            return ""
        self.talk.session = None
        if reply["end"] == "time":
            return f"importing it takes longer than {IMPORT_SECONDS:g} s"
        if reply["end"] == "raised" and reply["type"] != "SystemExit":
            return f"importing it raises {said(str(reply['type']), str(reply['text']), self.own)}"
        return "importing it ends Python"

    def _leave_out(self, name: str, reason: str, answers: dict[str, str]) -> None:
        self.faults[name] = f"`{name}` was left out: {reason}"
        del answers[name]
