"""Python, the libraries, the kernel that notebooks use, and what draws graphs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from gradlab.doctor.findings import Finding, Patient, note, ok, problem

OLDEST, NEWEST = (3, 11), (3, 13)
#: Modules that everything needs, with what pip calls them; each is imported in a process of its own.
MODULES = {"numpy": "numpy", "yaml": "pyyaml", "rich": "rich", "IPython": "ipython", "matplotlib": "matplotlib"}
SECONDS = 60
PIP = "python -m pip install"


def python(patient: Patient) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return (
            yield problem(f"Python {version} is too old: gradlab needs {wanted}.", "https://www.python.org/downloads/")
        )
    yield ok(f"Python {version}, {sys.executable}")
    if sys.version_info[:2] > NEWEST:
        yield note(
            f"gradlab is tested on Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}; this one is newer."
        )
    command = shutil.which("gradlab")
    if command and not _same_folder(Path(command), Path(sys.executable)):
        yield note(
            f"the command `gradlab` on your PATH is {command}, which belongs to another Python.",
            "source .venv/bin/activate   (on Windows: .venv\\Scripts\\activate)",
        )


def libraries(patient: Patient) -> Iterator[Finding]:
    """Versions, from what pip wrote down; then whether they can be imported at all."""
    wrong = list(_outdated())
    yield from wrong
    named = {re.match(r"[\w.-]+", each.what)[0].lower() for each in wrong}
    imported = []
    for module, package in MODULES.items():
        if package in named:
            continue
        failed = _import_fails(module)
        if failed:
            then = f'{PIP} --force-reinstall --no-cache-dir "{package}"'
            yield problem(f"`import {module}` fails: {failed}", then)
        else:
            imported.append(f"{package} {_version(package)}")
    imported += [f"{name} {version}" for name in ("jupyterlab", "ipykernel", "nbgrader") if (version := _version(name))]
    if imported:
        yield ok(f"libraries: {', '.join(imported)}")


def _outdated() -> Iterator[Finding]:
    """Requirements of gradlab that are missing or too old."""
    try:
        wanted = metadata.requires("gradlab") or []
    except metadata.PackageNotFoundError:
        yield note("gradlab itself is not installed in this Python; it runs from the folder.", f"{PIP} -e .")
        return
    for line in wanted:
        found = re.match(r"([\w.-]+)\s*(.*)", line.partition(";")[0])
        if found is None or "extra ==" in line:
            continue
        name, least = found[1], re.search(r">=\s*([\d.]+)", found[2])
        have = _version(name)
        if not have:
            yield problem(f"{name} is not installed.", f'{PIP} "{name}{found[2].strip()}"')
        elif least and _numbers(have) < _numbers(least[1]):
            yield problem(
                f"{name} is {have}; gradlab needs {least[1]} or newer.", f'{PIP} -U "{name}{found[2].strip()}"'
            )


def _import_fails(module: str) -> str:
    """What a fresh Python says to `import module`; "" when it goes well. Not from the working folder: -P."""
    try:
        done = _run(["-c", f"import {module}"])
    except subprocess.TimeoutExpired:
        return f"it takes longer than {SECONDS} seconds."
    said = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else said[-1] if said else f"Python ended with code {done.returncode}"


# ---- the kernel -------------------------------------------------------------------------------------------------

# Runs in a process that starts the kernel. What the kernel tells comes behind a mark, for notebooks print too.
_START = """
import json, sys
from jupyter_client.manager import start_new_kernel
folder, code = sys.argv[1:]
manager, client = start_new_kernel(kernel_name="python3", startup_timeout=50, cwd=folder)
try:
    said = []
    def hook(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            said.append(content["text"])
        elif message["msg_type"] == "error":
            said.append("MARK" + json.dumps({"error": content["ename"] + ": " + content["evalue"]}) + "\\n")
    client.execute_interactive(code, timeout=50, output_hook=hook)
    print("".join(said))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""
_TELL = """
import json, sys
{imports}
files = {{name: getattr(sys.modules[name], "__file__", "") for name in {names}}}
print("MARK" + json.dumps({{"prefix": sys.prefix, **files}}))
"""


def kernel(patient: Patient) -> Iterator[Finding]:
    """Start the kernel `python3`, which every lesson names, where a lesson lies, and let it import what lessons do."""
    if patient.quick:
        return
    names = ["numpy"]
    if patient.course:
        names = ["gradlab.lesson", patient.course.package, "numpy"]
    code = _TELL.format(imports="\n".join(f"import {name}" for name in names), names=names)
    told, failed = _ask_kernel(_lesson_folder(patient), code)
    if told is None:
        then = f"{PIP} -U ipykernel jupyter_client"
        if "No such kernel" in failed or "NoSuchKernel" in failed:
            then = "python -m ipykernel install --sys-prefix"
        return (yield problem(f"the notebooks' kernel does not start: {failed}", then))
    if "error" in told:
        return (yield problem(f"in a notebook, `import {names[0]}` and what follows fails: {told['error']}"))
    yield from _judge_kernel(patient, told)


def _judge_kernel(patient: Patient, told: dict) -> Iterator[Finding]:
    if os.path.realpath(told["prefix"]) != os.path.realpath(sys.prefix):
        yield problem(
            f"notebooks run on another Python, in {told['prefix']}, not in {sys.prefix}.",
            "python -m ipykernel install --sys-prefix",
        )
    numpy = Path(told["numpy"] or "")
    if numpy.is_relative_to(patient.root) and "site-packages" not in numpy.parts:
        yield problem(f"in a notebook, `import numpy` finds {numpy}.", f"mv {numpy} {numpy.with_name('my_numpy.py')}")
    if patient.course:
        package = patient.course.package
        found = Path(told[package]).resolve()
        if not found.is_relative_to(patient.engine):
            yield problem(
                f"in a notebook, `import {package}` finds {found}, not the one of this folder.",
                f"{PIP} --uninstall {package}" if "site-packages" in found.parts else "unset GRADLAB_ENGINE",
            )
    places = {name.partition(".")[0]: Path(file).parent for name, file in told.items() if name != "prefix" and file}
    yield ok(f"the notebooks' kernel starts; it imports {', '.join(f'{name} from {p}' for name, p in places.items())}")


def _ask_kernel(folder: Path, code: str) -> tuple[dict | None, str]:
    """What the kernel told, or None and why not."""
    try:
        done = _run(["-c", _START, str(folder), code])
    except subprocess.TimeoutExpired:
        return None, f"no answer in {SECONDS} seconds."
    told = re.findall(r"MARK(\{.*\})", done.stdout)
    if told:
        return json.loads(told[-1]), ""
    said = [line for line in done.stderr.strip().splitlines() if line.strip()]
    return None, said[-1] if said else "it said nothing."


def _lesson_folder(patient: Patient) -> Path:
    lessons = patient.course.lessons if patient.course else ()
    folders = [patient.root / lesson.notebook.parent for lesson in lessons]
    return next((folder for folder in folders if folder.is_dir()), Path(tempfile.gettempdir()))


# ---- pictures ---------------------------------------------------------------------------------------------------


def drawing(patient: Patient) -> Iterator[Finding]:
    from gradlab.render import advice, renderer

    draw = renderer()
    if draw is None:
        return (yield note("no Graphviz, so graphs are shown as text.", advice().rpartition(": ")[2]))
    code = "from gradlab.render import renderer; assert b'<svg' in renderer()('digraph { a -> b }', 'svg')"
    done = _run(["-c", f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); {code}"])
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return (yield note(f"Graphviz is here, but does not draw: {said}", "dot -c"))
    yield ok("Graphviz draws graphs" if shutil.which("dot") else "pygraphviz draws graphs")


# ---- helpers ----------------------------------------------------------------------------------------------------


def _run(args: list[str]) -> subprocess.CompletedProcess:
    command = [sys.executable, "-P", "-X", "utf8", *args]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _same_folder(one: Path, other: Path) -> bool:
    return os.path.realpath(one.parent) == os.path.realpath(other.parent) or one.parent.resolve() == other.parent
