"""Nothing that a student gets holds an answer, a hidden test, or a marker of either.

`autograder leaks` looks further: into archives, encoded texts and git objects, and for known-wrong answers too.
"""

from __future__ import annotations

from autograder.leaks.matching import Keeper, markers
from autograder.leaks.reading import text_pages
from autograder.leaks.secrets import answers, hidden_tests
from autograder.verify.job import Job
from autograder.verify.pages import course_pages


def problems(job: Job) -> list[str]:
    """What the lesson's secrets are found in: the notebook to be released, and everything else a student gets."""
    pages = [*text_pages(job.released, job.lesson.notebook.as_posix()), *course_pages(job.course)]
    keeper = Keeper((*answers(job.source), *hidden_tests(job.course, job.source)))
    found = [said for page in pages for said in keeper.problems(page)]
    found += [said for page in pages if page.is_lesson for said in markers(page)]
    return list(dict.fromkeys(found))
