"""Hostile submissions, graded end to end on every rung that this machine offers, beside honest ones.

Each attack must end in the score that an honest grader would give; everybody else is graded right; nothing leaks, and
nothing stays. The attacks are in the files beside this one, by kind. The default run takes the best rung; the others,
which continuous integration tries too, are marked `full`.
"""

from __future__ import annotations

import os
import site
from pathlib import Path

import classroom
import pytest
from attack import ALL, MAXIMUM
from classroom import HONEST_SCORES, LESSON, SECRET, notebooks, student_of

from autograder.graded import load
from autograder.sandbox import RUNGS, offered

OFFERED = [name for name in RUNGS if not offered(name).problem]
UNFORGED = [each for each in ALL if each.group != "forging"]
FORGED = [each for each in ALL if each.group == "forging"]
#: What the rung `uid` leaves open, as SECURITY.md says: whatever all users of a machine may see, read and write.
OPEN = {
    "the grader's own modules",
    "packages that the grader has installed",
    "other processes",
    "a note for the next one",
}
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


def runs() -> list:
    """(rung, kind): what to grade."""
    best = [pytest.param((name, "all"), id=name) for name in OFFERED[:1]]
    full = [(name, kind) for name in OFFERED[1:] for kind in ("unforged", "forged")]
    return best + [pytest.param(each, id="-".join(each), marks=pytest.mark.full) for each in full]


@pytest.fixture(params=runs(), scope="module")
def graded(request, graded_on):
    """The class on one rung; with feedback pages on the best one."""
    rung, kind = request.param
    attacks = {"all": ALL, "unforged": UNFORGED, "forged": FORGED}[kind]
    if rung == "uid":  # as SECURITY.md says
        attacks = [each for each in attacks if each.name not in OPEN]
    return graded_on(rung, attacks, kind == "all")


def test_there_are_enough():
    """At least 40 on every rung, of every kind, each once; and CI has a sandbox to try them in."""
    assert len({(attack.group, attack.name) for attack in ALL}) == len(ALL) and len(UNFORGED) >= 40
    assert {attack.group for attack in ALL} == {"reading", "forging", "disturbing", "leaking", "persisting"}
    assert OFFERED or not os.environ.get("CI")


def test_everybody_is_graded(graded):
    assert not graded.report.failed
    assert set(graded.scores) == {*HONEST_SCORES, *notebooks(graded.attacks)}


@pytest.mark.parametrize("student", HONEST_SCORES)
def test_the_others_get_their_due(graded, student):
    assert graded.scores[student] == HONEST_SCORES[student]


def test_every_score_is_the_honest_one(graded):
    wrong = {}
    for attack in graded.attacks:
        student = student_of(attack, graded.attacks)
        if graded.scores[student] != attack.points:
            verdicts = load(graded.out, student, LESSON).verdicts
            reasons = [
                f"{each.name}: {each.reason}" for several in verdicts.values() for each in several if each.reason
            ]
            wrong[f"{attack.group}: {attack.name}"] = graded.scores[student], attack.points, reasons
    assert not wrong


def test_no_secret_is_told(graded):
    """Not in a notebook, a page, the gradebook or the CSV."""
    written = [path for path in graded.out.rglob("*") if path.is_file() and "submitted" not in path.parts]
    assert len(written) > len(notebooks(graded.attacks))
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


def test_nothing_has_left_the_sandbox(graded):
    assert not graded.arrived


def test_nothing_stays(graded):
    """No file and no memory."""
    places = [graded.course.root, graded.home, graded.out, Path("/dev/shm"), Path("/tmp"), Path("/var/tmp")]
    left = [path for place in places if place.is_dir() for path in place.glob("*gotcha*")]
    left += [path for folder in site.getsitepackages() for path in Path(folder).glob("*gotcha*")]
    left += [path for folder in site.getsitepackages() for path in Path(folder).glob("*customize.py")]
    if graded.rung == "uid":  # as SECURITY.md says; and another rung should find nothing of it
        shared = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
        for path in left:
            if path.parent in shared:
                path.unlink(missing_ok=True)
        left = [path for path in left if path.parent not in shared]
    assert not left
    assert {path.name for path in graded.home.iterdir()} == {"secrets.env"}
    assert "gotcha" not in Path(os.__file__).read_text(encoding="utf-8")
    memory = Path("/proc/sysvipc/shm")
    assert not memory.exists() or str(0x676F7463) not in memory.read_text(encoding="ascii")


def test_reasons_are_short_and_points_whole(graded):
    for student in notebooks(graded.attacks):
        for several in load(graded.out, student, LESSON).verdicts.values():
            assert all(len(verdict.reason) < 600 and verdict.earned in (0, verdict.points) for verdict in several)


@pytest.mark.skipif(not OFFERED, reason="no sandbox works here")
def test_pages_show_text_and_run_nothing(graded_on):
    """What a student made the grader say is text on the feedback page."""
    attack = next(each for each in ALL if each.name == "HTML in an error")
    out = graded_on(OFFERED[0], ALL, True).out
    page = (out / "feedback" / student_of(attack, ALL) / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "KeyboardInterrupt" in page
    assert "<script>alert(1)" not in page and "<img src=x" not in page


HARMLESS = (
    *("the hidden tests", "the solutions", "another's submission", "the whole disk", "other processes"),
    *("TCP", "UDP", "a Unix socket", "an abstract socket"),
)


def test_the_attacks_can_bite(graded_on, monkeypatch):
    """Without a sandbox those that do no harm succeed: so it is the sandbox that stops them."""
    attacks = [each for each in ALL if each.name in HARMLESS]
    assert len(attacks) == len(HARMLESS)
    monkeypatch.setattr(classroom, "QUIET", len(attacks))  # each in a notebook of its own
    graded = graded_on("none", attacks, False)
    toothless = [each.name for each in attacks if graded.scores[student_of(each, attacks)] == MAXIMUM]
    assert not toothless and graded.arrived
