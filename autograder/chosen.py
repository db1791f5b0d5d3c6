"""Which lessons somebody means who writes `3`, `03_backward_pass`, `1-3` or `1,4-6`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError


def chosen(course: Course, texts: Iterable[str]) -> tuple[Lesson, ...]:
    """The lessons, in the order of the course; all when there is no text. Raises GradlabError for what is none."""
    wanted: set[str] = set()
    for text in (part.strip() for each in texts for part in each.split(",")):
        found = re.fullmatch(r"(\d+)\s*-\s*(\d+)", text)
        if found:
            first, last = (course.lesson(number) for number in found.groups())
            between = [each for each in course.lessons if first.number <= each.number <= last.number]
            if not between:
                raise GradlabError(f"{text} is no range of lessons: write the smaller number first.")
            wanted |= {each.id for each in between}
        else:
            wanted.add(course.lesson(text).id)
    return tuple(each for each in course.lessons if each.id in wanted or not wanted)
