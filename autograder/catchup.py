"""Known-good modules for students who are stuck: what a release may lend, and when.

These files *are* answers. So no release holds them but the one that asks for them, `release --to DIR --with-catchup`,
and that one only of lessons which course.yml lends at that moment (`policies.catchup`: never, after_due or always).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from autograder.build import exported_modules
from autograder.source import read_source
from gradlab.borrowed import digest
from gradlab.catchup import FOLDER, MANIFEST, refusal
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError

FORMAT = 1


def lendable(course: Course, lessons: Iterable[Lesson], now: dt.datetime) -> list[Lesson]:
    """Those of `lessons` that a later one builds on and that the policy lends at `now` (with a time zone).

    Raises GradlabError when the policy is never: then nobody should have asked.
    """
    if course.policies.catchup == "never":
        raise GradlabError(
            "policies.catchup in course.yml is never, so no answer leaves this repository. "
            "To lend modules to students who are stuck: catchup: after_due (or always)."
        )
    needed = {name for lesson in course.lessons for name in lesson.prerequisites}
    return [lesson for lesson in lessons if lesson.id in needed and not refusal(course, lesson, now)]


def catchup_files(course: Course, lessons: Iterable[Lesson]) -> dict[str, bytes]:
    """{path below the course's root: content} of the known-good modules of `lessons`, each with a manifest."""
    files = {}
    for lesson in lessons:
        source = read_source(course, lesson)
        texts = {module: source.module_text(module) for module in exported_modules(source)}
        sums = {module: digest(text) for module, text in texts.items()}
        manifest = json.dumps({"format": FORMAT, "lesson": lesson.id, "modules": sums}, indent=1) + "\n"
        files[f"{FOLDER}/{lesson.id}/{MANIFEST}"] = manifest.encode("utf-8")
        files |= {f"{FOLDER}/{lesson.id}/{module}.py": text.encode("utf-8") for module, text in texts.items()}
    return files
