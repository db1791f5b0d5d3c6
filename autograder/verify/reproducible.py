"""A build in another process, with another hash seed, gives the same bytes; so does a release."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.build import planned_files
from autograder.notebook import notebook_text, source_notebook
from autograder.source import LessonSource, read_source
from gradlab.course import Course, Lesson, load_course

PACKAGES = Path(__file__).resolve().parents[2]


def problems(course: Course, sources: Iterable[LessonSource], released: dict[str, str]) -> dict[str, list[str]]:
    """{lesson id: what differs}. `released` are the notebooks of a release in this process."""
    sources = list(sources)
    here = {each.lesson.id: digests(course, each, released[each.lesson.id]) for each in sources}
    there = _in_another_process(course, [each.lesson for each in sources])
    found = {}
    for lesson, files in here.items():
        other = there.get(lesson, {})
        names = [name for name in files if files[name] != other.get(name)]
        found[lesson] = [f"{name} is not the same in a second build." for name in names]
        found[lesson] += [f"{name} is not what is on disk." for name in _stale(course, files) if name not in names]
    return found


def digests(course: Course, source: LessonSource, released: str) -> dict[str, str]:
    files = {**planned_files(course, source), "the released notebook": released.encode("utf-8")}
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def _stale(course: Course, files: dict[str, str]) -> list[str]:
    built = {name: course.root / name for name in files if (course.root / name).is_file()}
    return [name for name, path in built.items() if hashlib.sha256(path.read_bytes()).hexdigest() != files[name]]


def _in_another_process(course: Course, lessons: list[Lesson]) -> dict[str, dict[str, str]]:
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    paths = os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
    code = f"from autograder.startup import quicken; quicken(); from {__name__} import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", f"import sys; {code}", str(course.root), *(lesson.id for lesson in lessons)]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"the second build failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main(root: str, *lessons: str) -> None:
    from autograder.generate import generate

    course = load_course(root)
    sources = [read_source(course, course.lesson(lesson)) for lesson in lessons]
    released = generate({each.lesson.id: notebook_text(source_notebook(course, each)) for each in sources})
    print(json.dumps({each.lesson.id: digests(course, each, released[each.lesson.id]) for each in sources}))
