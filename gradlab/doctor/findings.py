"""What a probe finds, and the way from probes to a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradlab.course import Course

OK, NOTE, PROBLEM = "ok", "note", "problem"
SIGNS = {OK: "✓", NOTE: "○", PROBLEM: "✗"}


@dataclass(frozen=True)
class Finding:
    """state: ok, note (works, but look at it) or problem. next: the command or step that mends it, or ""."""

    state: str
    what: str
    next: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined. course: None when course.yml cannot be read. root: its folder, or the working folder.

    quick: start no kernel and run no checks.
    """

    course: Course | None
    root: Path
    engine: Path
    quick: bool = False


Probe = Callable[[Patient], Iterable[Finding]]


def ok(what: str) -> Finding:
    return Finding(OK, what)


def note(what: str, then: str = "") -> Finding:
    return Finding(NOTE, what, then)


def problem(what: str, then: str = "") -> Finding:
    return Finding(PROBLEM, what, then)


def examine(patient: Patient, probes: Sequence[Probe]) -> Iterator[Finding]:
    """What the probes find, in their order. One that fails itself is a finding too."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        for found in [pool.submit(_all_of, probe, patient) for probe in probes]:
            yield from found.result()


def _all_of(probe: Probe, patient: Patient) -> list[Finding]:
    found: list[Finding] = []
    try:
        for each in probe(patient):
            found.append(each)
    except Exception as error:  # a broken library, a file that vanished: the others go on
        name = probe.__name__.replace("_", " ")
        found.append(problem(f"could not look at the {name}: {type(error).__name__}: {error}"))
    return found
