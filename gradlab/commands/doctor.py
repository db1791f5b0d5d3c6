"""gradlab doctor: what is wrong here, and what to type next."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gradlab.doctor import environment, folder, work
from gradlab.doctor.findings import PROBLEM, SIGNS, Finding, Patient, examine

NAME = "doctor"
HELP = "find out what is broken here, and what to type next"
EXAMPLE = """\
gradlab doctor           look at Python, libraries, kernel, folder, notebooks and exercises
gradlab doctor --quick   start no kernel and run no checks: an answer in a second or two

Exits with 0 when nothing is broken, else with 1; the last line is the next thing to do.
"""
# In the order in which one thing builds on another: the first problem is the one to mend first.
PROBES = (
    environment.python,
    environment.libraries,
    folder.course_file,
    folder.installed_gradlab,
    folder.shadows,
    folder.writing,
    folder.conflicts,
    folder.cut_off_writes,
    work.notebooks,
    work.exports,
    work.borrowed,
    environment.kernel,
    environment.drawing,
    work.exercises,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = run.__doc__
    parser.add_argument("--quick", action="store_true", help="start no kernel and run no checks")


def run(args: argparse.Namespace) -> int:
    """Look for what is broken, from Python up to your exercises, and name the first thing to mend. Changes nothing."""
    problems: list[Finding] = []
    for finding in examine(patient(args.quick), PROBES):
        print(f"{SIGNS[finding.state]} {finding.what}", flush=True)
        if finding.next:
            print(f"    {finding.next}")
        if finding.state == PROBLEM:
            problems.append(finding)
    print()
    if not problems:
        print("Nothing is broken. Next: gradlab status")
        return 0
    further = f" ({len(problems) - 1} more above; this one first)" if len(problems) > 1 else ""
    print(f"Next: {problems[0].next or 'ask for help, and show what stands above'}{further}")
    return 1


def patient(quick: bool) -> Patient:
    """The course around the working folder, as far as it can be read."""
    try:
        from gradlab.course import load_course

        course = load_course()
    except Exception:  # course.yml, or PyYAML: a probe tells which
        course = None
    root = course.root if course else Path.cwd().resolve()
    given = os.environ.get("GRADLAB_ENGINE")
    return Patient(course, root, Path(given).resolve() if given else root, quick)
