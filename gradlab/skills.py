"""Which skills are earned, which are open and which wait for others. From the status of the lessons; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradlab.course import Course, Lesson, Skill
from gradlab.progress import LessonStatus

EARNED, OPEN, LOCKED = "earned", "open", "locked"
SIGNS = {EARNED: "✓", OPEN: "○", LOCKED: "·"}


@dataclass(frozen=True)
class SkillStatus:
    """state: earned, open or locked. done, total: its exercises. waits_for: the skills that it still needs."""

    skill: Skill
    lesson: Lesson
    state: str
    done: int
    total: int
    waits_for: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.skill.name

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


def skill_map(course: Course, lessons: Sequence[LessonStatus]) -> list[SkillStatus]:
    """Every skill of the course, in order.

    Earned: each of its exercises is written, exported and passes its checks. Open: what it needs is earned, and its
    lesson is here. A skill that was earned before its turn is earned all the same.
    """
    earned: set[str] = set()
    found = []
    for status in lessons:
        done = {exercise.name for exercise in status.exercises if exercise.done}
        everything = tuple(exercise.name for exercise in status.exercises)
        for skill in status.lesson.skills:
            wanted = skill.exercises or everything
            have = sum(name in done for name in wanted)
            waits_for = tuple(name for name in skill.needs if name not in earned)
            if wanted and have == len(wanted):
                earned.add(skill.name)
                state = EARNED
            else:
                state = LOCKED if waits_for or status.absent else OPEN
            found.append(SkillStatus(skill, status.lesson, state, have, len(wanted), waits_for))
    return found
