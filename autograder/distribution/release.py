"""A release to students, from the sources to a folder or a branch that has been searched for leaks."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.catchup import catchup_files
from autograder.distribution import history
from autograder.distribution.contents import contents
from autograder.distribution.writing import Plan, plan, put_in_place, stage
from autograder.leaks.search import Searcher
from gradlab.catchup import FOLDER
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError

SHOWN = 5  # leaks


@dataclass(frozen=True)
class Released:
    """What a release has done. commit: the id of what it committed; None when there was nothing new to commit."""

    plan: Plan
    commit: str | None


def planned(
    course: Course,
    lessons: Sequence[Lesson],
    to: Path,
    github: str = "",
    branch: str | None = None,
    force: bool = False,
    lent: Sequence[Lesson] = (),
) -> Plan:
    """What a release would do; nothing is written. Raises GradlabError for all that would stop it before.

    lent: lessons whose known-good modules students may borrow.
    """
    if branch is not None:
        history.check_branch(branch)
    return plan(to, contents(course, lessons, github) | catchup_files(course, lent), force)


def release_to(course: Course, lessons: Sequence[Lesson], the_plan: Plan, branch: str | None = None) -> Released:
    """Write the planned folder, and commit it to `branch` when one is given.

    Nothing is in place before it has been searched for leaks, an older history in the folder included. Raises
    GradlabError then, and the folder is as it was.
    """
    lent = [data for name, data in the_plan.files.items() if name.startswith(f"{FOLDER}/")]
    searcher, to = Searcher.of(course, lent), the_plan.to
    staged = stage(the_plan)
    try:
        refuse_leaks(searcher, staged)
        if (to / ".git").is_dir():
            refuse_leaks(searcher, to / ".git")
        if the_plan.is_none:
            shutil.rmtree(staged)
        else:
            put_in_place(staged, to)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    commit = history.commit(to, branch, _message(lessons)) if branch is not None else None
    refuse_leaks(searcher, to)
    return Released(the_plan, commit)


def refuse_leaks(searcher: Searcher, target: Path) -> None:
    """Raises GradlabError that lists what `target` gives away."""
    problems = searcher.problems(target)
    if problems:
        more = [f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        listed = "\n".join(f"  {each}" for each in [*problems[:SHOWN], *more])
        raise GradlabError(f"not released, because students would get what is kept from them:\n{listed}")


def _message(lessons: Sequence[Lesson]) -> str:
    if len(lessons) == 1:
        return f"Lesson {lessons[0].number}: {lessons[0].title}"
    return f"Lessons {lessons[0].number} to {lessons[-1].number}"
