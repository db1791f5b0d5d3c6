"""Where a student stands: lessons, skills, experience and what is borrowed; shown in a terminal or a notebook.

standing(load_course(), engine_dir())       # a value that a notebook shows as a picture
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gradlab.course import Course
from gradlab.experience import Experience, experience
from gradlab.progress import LessonStatus, overview
from gradlab.skills import EARNED, OPEN, SkillStatus, skill_map


@dataclass(frozen=True)
class Standing:
    course: Course
    lessons: tuple[LessonStatus, ...]
    skills: tuple[SkillStatus, ...]
    experience: Experience

    @property
    def earned(self) -> float:
        return sum(status.earned for status in self.lessons)

    @property
    def visible(self) -> float:
        return sum(status.visible for status in self.lessons)

    @property
    def hidden(self) -> float:
        return sum(status.hidden for status in self.lessons)

    def skills_in(self, state: str) -> list[SkillStatus]:
        return [skill for skill in self.skills if skill.state == state]

    @property
    def alt(self) -> str:
        """What the picture shows, in sentences."""
        ready = ", ".join(skill.name for skill in self.skills_in(OPEN)) or "none"
        return (
            f"Skill map of {self.course.title}: {len(self.skills_in(EARNED))} of {len(self.skills)} skills earned. "
            f"Open now: {ready}. {self.experience}"
        )

    def __repr__(self) -> str:
        from gradlab.status_text import course_lines

        return "\n".join(course_lines(self))

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        from gradlab.embedded import picture_html
        from gradlab.skill_picture import skill_svg

        svg = skill_svg(self)
        return {"text/html": picture_html(svg, self.alt), "image/svg+xml": svg, "text/plain": repr(self)}


def standing(course: Course, engine: Path) -> Standing:
    """From what is on disk; nothing is run."""
    lessons = tuple(overview(course, engine))
    return Standing(course, lessons, tuple(skill_map(course, lessons)), experience(engine))
