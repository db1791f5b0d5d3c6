"""modules/, and what is expected of the graphs in its checks, is what a release would write, byte for byte."""

from __future__ import annotations

from autograder import places
from autograder.diagnose.graphs import FOLDER, stale
from autograder.verify.job import Job
from gradlab.course import Course


def problems(job: Job) -> list[str]:
    file = places.released_notebook(job.course, job.lesson)
    name = job.lesson.notebook.as_posix()
    release = f"autograder release {job.lesson.number}"
    if not file.is_file():
        return [f"{name} does not exist. Make it: {release}"]
    if file.read_bytes() != job.released.encode("utf-8"):
        return [f"{name} is not what a release gives now. See what differs: {release} --dry-run. Renew it: {release}"]
    if (job.course.root / FOLDER).is_dir() and stale(job.course, job.lesson):
        return [f"{(FOLDER / job.lesson.id).as_posix()}.json is not what its checks record now. Renew it: {release}"]
    return []


def strangers(course: Course) -> list[str]:
    """Files in modules/ that no lesson put there. A student would get them too."""
    top = course.root / places.MODULES
    known = {course.root / lesson.notebook for lesson in course.lessons}
    found = sorted(
        path
        for path in top.rglob("*")
        if path.is_file() and path not in known and ".ipynb_checkpoints" not in path.parts
    )
    return [f"{path.relative_to(course.root).as_posix()} belongs to no lesson; remove it." for path in found]
