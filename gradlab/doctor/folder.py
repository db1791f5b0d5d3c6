"""The folder of the course: files that stand in the way of Python's own, rights, conflicts, cut-off writes."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gradlab.doctor.findings import Finding, Patient, note, ok, problem

#: Besides Python's own modules: what a notebook imports, so what a file of that name would replace.
LIBRARIES = {
    "numpy", "torch", "matplotlib", "IPython", "ipykernel", "jupyter_client", "traitlets", "tornado", "zmq", "yaml",
    "rich", "nbformat", "nbgrader", "graphviz", "gradlab",
}  # fmt: skip
HARMLESS = {"test", "this", "antigravity", "idlelib", "turtledemo", "turtle"}
_CONFLICT = re.compile(r'^\s*"?(?:<{7}|>{7}) ', re.MULTILINE)
_CUT_OFF = re.compile(r"\.(.+)\.[0-9a-f]{8}\.tmp")


def course_file(patient: Patient) -> Iterator[Finding]:
    from gradlab.course import load_course
    from gradlab.errors import GradlabError

    try:
        course = load_course()
    except GradlabError as error:
        then = "cd to the folder of the course" if "no course.yml" in str(error) else "mend that line of course.yml"
        return (yield problem(str(error), then))
    yield ok(f"{course.title}, in {course.root}")
    if patient.engine != course.root:
        yield note(f"GRADLAB_ENGINE is set: the package is taken from {patient.engine}.", "unset GRADLAB_ENGINE")


def installed_gradlab(patient: Patient) -> Iterator[Finding]:
    """The gradlab that runs is the one of this folder, where the folder has one, or says the same: as on a hub."""
    own, running = patient.root / "gradlab", Path(__file__).resolve().parents[1]
    if (own / "cli.py").is_file() and own.resolve() != running and _code(own) != _code(running):
        yield problem(f"this folder has its own gradlab, but the one in {running} runs.", "python -m pip install -e .")


def _code(package: Path) -> dict[str, bytes]:
    """{path in the package: content} of its Python files."""
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in sorted(package.rglob("*.py"))}


def shadows(patient: Patient) -> Iterator[Finding]:
    """Files and folders that Python would import in the place of its own modules and of libraries."""
    names = (set(sys.stdlib_module_names) | LIBRARIES) - HARMLESS
    package = patient.course.package if patient.course else "mytorch"
    found = False
    for folder in _folders(patient):
        for path in sorted(folder.glob("*")):
            name = path.stem if path.suffix == ".py" else path.name
            own = path.parent == patient.root and name == "gradlab" and path.is_dir()
            if (
                name in names | {package}
                and not own
                and _is_module(path)
                and not _is_package_of(patient, path, package)
            ):
                found = True
                yield problem(
                    f"{_short(path, patient)} is imported in the place of Python's own or a library's `{name}`.",
                    f"mv {_short(path, patient)} {_short(path.with_name(f'my_{path.name}'), patient)}",
                )
    if not found:
        yield ok("no file stands in the way of a library")


def _is_module(path: Path) -> bool:
    """A folder without Python files (`docs/code/`) replaces nothing that is installed."""
    return path.suffix == ".py" if path.is_file() else (path / "__init__.py").is_file()


def _is_package_of(patient: Patient, path: Path, package: str) -> bool:
    return path.is_dir() and path.name == package and path.parent in (patient.root, patient.engine)


def writing(patient: Patient) -> Iterator[Finding]:
    """Whether gradlab can write where it has to."""
    from gradlab.files import write_atomic

    package = patient.course.package if patient.course else "mytorch"
    for folder in dict.fromkeys([patient.engine / ".gradlab", patient.engine / package, *_folders(patient)]):
        if not folder.parent.is_dir() or (folder.name != ".gradlab" and not folder.is_dir()):
            continue
        existed, trial = folder.exists(), folder / f".gradlab-doctor-{time.monotonic_ns()}"
        try:
            write_atomic(trial, "a trial\n")
            trial.unlink()
        except OSError as error:
            return (
                yield problem(
                    f"nothing can be written to {folder}: {error.strerror or error}.",
                    f"chmod u+w {_short(folder, patient)}   (or free some space, or take the folder elsewhere)",
                )
            )
        if not existed:
            folder.rmdir()
    yield ok("the folder can be written to")


def conflicts(patient: Patient) -> Iterator[Finding]:
    """Marks that git leaves where two versions could not be merged."""
    files = [patient.root / "course.yml"]
    if patient.course:
        files += [patient.root / lesson.notebook for lesson in patient.course.lessons]
        files += sorted((patient.engine / patient.course.package).rglob("*.py"))
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if found := _CONFLICT.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield problem(
                f"{_short(file, patient)}:{line}: marks of a merge that git could not finish.",
                f"git checkout --ours -- {_short(file, patient)}   (keeps your version; --theirs takes the other)",
            )


def cut_off_writes(patient: Patient) -> Iterator[Finding]:
    """Files of a write that was interrupted. The file itself is whole, as it was before."""
    package = patient.course.package if patient.course else "mytorch"
    for folder in (patient.engine / ".gradlab", patient.engine / package, patient.root / "modules"):
        for path in sorted(folder.rglob(".*.tmp")):
            if (found := _CUT_OFF.fullmatch(path.name)) and _is_left(path):
                yield note(
                    f"writing {found[1]} was interrupted once; what was written before is whole.",
                    f"rm {_short(path, patient)}",
                )


def _is_left(temporary: Path) -> bool:
    """Not of a write that goes on: that one's is young, or gone by now."""
    try:
        return time.time() - temporary.stat().st_mtime > 60
    except FileNotFoundError:
        return False


def _folders(patient: Patient) -> list[Path]:
    """Where Python may be started: here, the course's folder, and the lessons'."""
    lessons = patient.course.lessons if patient.course else ()
    folders = [Path.cwd(), patient.root, *(patient.root / lesson.notebook.parent for lesson in lessons)]
    return [folder for folder in dict.fromkeys(map(Path.resolve, folders)) if folder.is_dir()]


def _short(path: Path, patient: Patient) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
