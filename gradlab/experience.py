"""Experience points and streaks: from checks that passed for the first time, and on which day. All on this machine.

    XP: 10 for each point of a visible check, once, when it first passes. They are never taken away.
    Streak: days in a row with at least one first pass, up to today or yesterday.

Kept in `.gradlab/passes.json`. Opening, running or re-running something earns nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gradlab.files import write_atomic
from gradlab.notebooks import Cell

XP_PER_POINT = 10
FORMAT = 1


@dataclass(frozen=True)
class Experience:
    """xp: all of it. today: the XP of today. streak: days in a row until now; best: the longest ever."""

    xp: int = 0
    today: int = 0
    streak: int = 0
    best: int = 0

    def __str__(self) -> str:
        if not self.xp:
            return "0 XP: the first check that passes brings some."
        parts = [f"{self.xp} XP"]
        parts += [f"{self.today} of them today"] * bool(self.today)
        if self.streak > 1:
            parts.append(f"{self.streak} days in a row")
        if self.best > max(self.streak, 1):
            parts.append(f"best streak {self.best} days")
        return " · ".join(parts)


def note_passes(engine: Path, lesson: str, checks: Iterable[Cell], now: dt.datetime | None = None) -> int:
    """Remember `checks`, which passed just now, as far as they never did before. Returns the XP that this brings."""
    kept = _load(engine)
    mine = kept.setdefault(lesson, {})
    moment = (now or dt.datetime.now().astimezone()).isoformat(timespec="seconds")
    new = [check for check in checks if check.id not in mine]
    if new:
        mine.update((check.id, {"at": moment, "points": check.points}) for check in new)
        write_atomic(_file(engine), json.dumps({"format": FORMAT, "passes": kept}, indent=1, ensure_ascii=False) + "\n")
    return sum(_xp(check.points) for check in new)


def experience(engine: Path, today: dt.date | None = None) -> Experience:
    """What has been earned until now. `today`: in the student's own time zone."""
    today = today or dt.date.today()
    passes = [each for lesson in _load(engine).values() for each in lesson.values()]
    days = {_day(each) for each in passes}
    return Experience(
        xp=sum(_xp(each["points"]) for each in passes),
        today=sum(_xp(each["points"]) for each in passes if _day(each) == today),
        streak=max(_run_until(days, today), _run_until(days, today - dt.timedelta(days=1))),
        best=max((_run_until(days, day) for day in days), default=0),
    )


def _run_until(days: set[dt.date], last: dt.date) -> int:
    """How many days in a row there are, `last` being the last of them."""
    count = 0
    while last - dt.timedelta(days=count) in days:
        count += 1
    return count


def _xp(points: float) -> int:
    return round(XP_PER_POINT * points)


def _day(passed: dict) -> dt.date:
    """The day on the student's calendar, which is where the clock stood: written with its offset."""
    return dt.datetime.fromisoformat(passed["at"]).date()


def _file(engine: Path) -> Path:
    return engine / ".gradlab" / "passes.json"


def _load(engine: Path) -> dict[str, dict[str, dict]]:
    """{lesson: {check id: {"at", "points"}}}, without what cannot be read."""
    try:
        kept = json.loads(_file(engine).read_text(encoding="utf-8"))["passes"]
        return {
            lesson: {name: each for name, each in passes.items() if _is_pass(each)}
            for lesson, passes in kept.items()
            if isinstance(passes, dict)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_pass(each) -> bool:
    try:
        _day(each)
        return 0 <= each["points"] < 1000
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
