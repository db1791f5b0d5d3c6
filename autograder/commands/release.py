"""`autograder release`: the lessons to modules/, or everything that students get to a folder of its own."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from autograder.startup import quicken

NAME = "release"
HELP = "write what students open, without the answers"
EXAMPLE = """
autograder release               # every lesson, to modules/
autograder release 1 2           # these two; the others stay as they are
autograder release --dry-run     # say what would change
autograder release --patch 3     # lesson 3 is fixed: also write patches/, which students merge into their work

autograder release --to ../course                            # the whole student repository, to a folder
autograder release --to ../course --lessons 1-3 --git main   # three lessons, committed to a history of its own
autograder release --to ../course --with-catchup              # with the modules that students may borrow today
git -C ../course push https://example.org/course.git main    # publish that
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a number, an id, or 1-3; none means all")
    parser.add_argument("-n", "--dry-run", action="store_true", help="change nothing, say what would change")
    parser.add_argument("--force", action="store_true", help="overwrite somebody's work in what was released before")
    parser.add_argument(
        "--patch", metavar="LESSON", action="append", help="a lesson that students work in: write what they merge, too"
    )
    parser.add_argument("--no-db", action="store_true", help="do not note the lessons in nbgrader's gradebook.db")
    student = parser.add_argument_group("a repository for students")
    student.add_argument(
        "--to", type=Path, metavar="DIR", help="write lessons, package, tools and README to DIR, all or nothing"
    )
    student.add_argument("--lessons", dest="range", metavar="1-3", action="append", help="these lessons only")
    student.add_argument(
        "--with-catchup",
        action="store_true",
        help="and the modules that students may borrow today; policies.catchup says which",
    )
    student.add_argument("--git", metavar="BRANCH", help="commit DIR to this branch of a repository of its own")
    student.add_argument("--github", metavar="OWNER/NAME", default="", help="where it goes: adds a Binder badge")


def run(args: argparse.Namespace) -> int:
    quicken()
    from autograder.chosen import chosen
    from gradlab.course import load_course
    from gradlab.errors import GradlabError

    course = load_course()
    if args.patch:
        return _patch(args, course, chosen(course, args.patch))
    lessons = chosen(course, [*args.lessons, *(args.range or ())])
    if args.to:
        return _to_folder(args, course, lessons)
    if args.git or args.github or args.with_catchup:
        raise GradlabError("--git, --github and --with-catchup are for a student repository: say where with --to DIR.")
    return _to_modules(args, course, lessons)


def _to_modules(args: argparse.Namespace, course, lessons) -> int:
    from autograder.build import build
    from autograder.diagnose.graphs import write_graphs
    from autograder.release import apply, plan_release
    from gradlab.errors import GradlabError

    if not args.dry_run:
        report = build(course, lessons)
        if report.errors:
            raise GradlabError("\n".join(report.errors))
    changes = plan_release(course, lessons, record=not (args.dry_run or args.no_db))
    if not args.dry_run:
        apply(course, changes, args.force)
        for path in write_graphs(course, lessons):
            print(f"wrote {path.as_posix()}")
    for change in changes:
        print(change)
    changed = sum(not change.is_none for change in changes)
    if args.dry_run:
        print(f"{changed} of {len(changes)} lessons would change. Nothing was written.")
        return 0
    print(f"{changed} of {len(changes)} lessons changed in modules/. Next: autograder verify")
    return 0


def _patch(args: argparse.Namespace, course, lessons) -> int:
    """The lessons to modules/, and each as a notebook that students merge into their work."""
    from autograder.build import build
    from autograder.diagnose.graphs import write_graphs
    from autograder.patch import FOLDER, plan_patches, write_patches
    from autograder.release import apply, plan_release
    from gradlab.errors import GradlabError
    from gradlab.update import details, told

    if args.lessons or args.range or args.git or args.github or args.with_catchup:
        raise GradlabError("--patch LESSON goes with --to DIR, --dry-run and --force alone.")
    if not args.dry_run and (errors := build(course, lessons).errors):
        raise GradlabError("\n".join(errors))
    changes = plan_release(course, lessons, record=not (args.dry_run or args.no_db))
    patches = plan_patches(course, changes)
    for patch in patches:
        if patch.merged is None:
            print(patch.change)
        else:
            print("\n".join([f"{patch.change.lesson.id}: {told(patch.merged)}", *details(patch.merged)]))
    if args.dry_run:
        print("Nothing was written.")
        return 0
    files = write_patches(course, patches, args.to or course.root / FOLDER)
    apply(course, changes, args.force)
    write_graphs(course, lessons)
    for file in files:
        print(f"Give students {file}. They type: gradlab update {file.name}")
    return 0


def _to_folder(args: argparse.Namespace, course, lessons) -> int:
    from autograder.catchup import lendable
    from autograder.distribution.release import planned, release_to

    lent = lendable(course, lessons, dt.datetime.now(dt.UTC)) if args.with_catchup else []
    plan = planned(course, lessons, args.to, args.github, args.git, args.force, lent)
    would = "would be " if args.dry_run else ""
    print(f"{args.to}: {len(plan.new)} files {would}new, {len(plan.changed)} changed, {len(plan.gone)} removed.")
    for word, names in (("changed", plan.changed), ("removed", plan.gone)):
        for name in names:
            print(f"  {word} {name}")
    if args.dry_run:
        print("Nothing was written.")
        return 0
    released = release_to(course, lessons, plan, args.git)
    if args.with_catchup:
        print(f"lent to students who are stuck: {', '.join(lesson.id for lesson in lent) or 'nothing yet'}.")
    elsewhere = " elsewhere" if lent else ""
    print(f"✓ searched every file and git object: no answer, no hidden test, no wrong answer{elsewhere}.")
    if released.commit:
        print(f"Committed to {args.git}: {released.commit[:12]}. Next: git -C {args.to} push URL {args.git}")
    elif args.git:
        print(f"{args.git} says this already; nothing to commit.")
    else:
        print(f"Next: try it as a student: cd {args.to} && make lab")
    return 0
