"""Build the edition for the browser out of a student repository.

    python site/lite/build.py --course .build/lite/course --to .build/lite/site [--pyodide DIR]

`make site` does all of it. What is built is the student repository that `autograder release --to` wrote and searched
for leaks, so there is nothing in it that students may not see.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from string import Template

import distribution
import yaml
from bytecode import add_bytecode
from packages import from_npm, write_wheel
from problems import Problem

HERE = Path(__file__).resolve().parent
#: Graphviz in WebAssembly, which draws the graphs.
GRAPHVIZ = "r7zlQdRvcwvIpjHGgs+KNWHeE/P5/Dq7k8ZAKaMCbZqomxCBJV78gVuQYaHzFVca+kB0mX0fMW9UFevCOBG50A=="
GRAPHVIZ_VERSION, GRAPHVIZ_FILE = "3.31.0", "viz-global.js"
#: Modules of gradlab that plot: importing one of them from a cell fetches Matplotlib first, which is large.
PLOTTING = ("gradlab.plots", "gradlab.figure", "gradlab.plot_style")
#: What JupyterLite builds that no browser of today asks for: fonts as SVG, and the sources of its own build.
NEEDLESS = ("build/fa-*.svg", "rspack.config*.js", "package.json", "jupyterlite.schema.v0.json", "jupyter-lite.ipynb")
OWNER = ".gradlab-site"  # how we know a folder as a site that was built here


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--course", type=Path, required=True, help="what `autograder release --to` wrote")
    parser.add_argument("--to", type=Path, required=True, help="where the site goes; an older one is replaced")
    parser.add_argument("--pyodide", type=Path, help=f"a folder with Pyodide {distribution.VERSION}; else downloaded")
    parser.add_argument("--cache", type=Path, default=HERE.parents[1] / ".build" / "downloads")
    args = parser.parse_args()
    try:
        build(args.course.resolve(), args.to.resolve(), args.pyodide and args.pyodide.resolve(), args.cache.resolve())
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


def build(course: Path, to: Path, pyodide: Path | None, cache: Path) -> None:
    """Build the site in a folder of its own, and put it in place of the old one at once: it may be served meanwhile."""
    if not (course / "course.yml").is_file():
        raise Problem(f"{course} is no student repository. Write one: autograder release --to {course}")
    if to.exists() and any(to.iterdir()) and not (to / OWNER).is_file():
        raise Problem(f"{to} holds something else than a site of ours. Nothing was changed.")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=to.parent) as name:
        scratch = Path(name)
        print("Python for the browser ...", flush=True)
        lock = distribution.get(scratch / "lite" / "static" / "pyodide", pyodide, cache)
        add_wheels(lock, course, scratch / "lite" / "static" / "pyodide", graphviz(cache))
        print("Bytecode (a minute, when something has changed) ...", flush=True)
        add_bytecode(scratch / "lite" / "static" / "pyodide", distribution.LOCK, cache)
        copy_course(course, scratch / "lite" / "files")
        settings(scratch / "lite", lock)
        print("JupyterLite ...", flush=True)
        run_jupyterlite(scratch / "lite", scratch / "site")
        dress(scratch / "site", course)
        old = scratch / "old"
        if to.exists():
            os.rename(to, old)
        os.rename(scratch / "site", to)
    files = [file for file in to.rglob("*") if file.is_file()]
    print(f"{to}: {len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


def graphviz(cache: Path) -> bytes:
    """The JavaScript that draws, from npm or the cache."""
    folder = cache / f"viz-{GRAPHVIZ_VERSION}"
    if not (folder / GRAPHVIZ_FILE).is_file():
        from_npm("@viz-js/viz", GRAPHVIZ_VERSION, GRAPHVIZ, [GRAPHVIZ_FILE], folder)
    return (folder / GRAPHVIZ_FILE).read_bytes()


def add_wheels(lock: dict, course: Path, folder: Path, drawing: bytes) -> None:
    """Our own packages beside Pyodide's, in its lock: what a cell imports is then fetched by itself."""
    own = {
        file.relative_to(course).as_posix(): file.read_bytes()
        for file in sorted((course / "gradlab").rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
    own[f"gradlab/{GRAPHVIZ_FILE}"] = drawing
    for file in sorted((course / "mytorch").rglob("*.py")):
        own[f"gradlab/shell/{file.relative_to(course).as_posix()}"] = file.read_bytes()
    pure = {f"yaml/{file.name}": file.read_bytes() for file in sorted(Path(yaml.__file__).parent.glob("*.py"))}
    for name, version, files, depends in (
        ("pyyaml", "6.0.3", pure, []),
        ("gradlab", "0.1.0", own, ["numpy", "pyyaml"]),
    ):
        wheel = write_wheel(folder, name, version, files)
        lock["packages"][name] = {
            "name": name,
            "version": version,
            "file_name": wheel.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": ["yaml"] if name == "pyyaml" else ["gradlab"],
            "depends": depends,
            "unvendored_tests": False,
        }
    lock["packages"]["matplotlib"]["imports"] = [*lock["packages"]["matplotlib"]["imports"], *PLOTTING]
    (folder / distribution.LOCK).write_text(json.dumps(lock, sort_keys=True), encoding="utf-8")


def copy_course(course: Path, to: Path) -> None:
    """What the file browser shows: the lessons, course.yml, and where the student's own modules will be.

    The tools and the given part of the package are in a wheel.
    """
    shutil.copytree(course / "modules", to / "modules", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shutil.copyfile(course / "course.yml", to / "course.yml")
    (to / "mytorch").mkdir()
    shutil.copyfile(HERE / "page" / "mytorch.md", to / "mytorch" / "README.md")


def settings(lite: Path, lock: dict) -> None:
    """How JupyterLite starts: with our Pyodide, and with what every lesson needs already there."""
    config = json.loads((HERE / "jupyter-lite.json").read_text(encoding="utf-8"))
    kernel = config["jupyter-config-data"]["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    kernel["loadPyodideOptions"]["packages"] = [*distribution.AT_START, "gradlab"]
    (lite / "jupyter-lite.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    shutil.copyfile(HERE / "overrides.json", lite / "overrides.json")


def run_jupyterlite(lite: Path, site: Path) -> None:
    command = [
        *(sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", lite, "--contents", lite / "files"),
        *("--output-dir", site, "--apps", "lab", "--no-sourcemaps", "--no-libarchive", "--no-unused-shared-packages"),
    ]
    done = subprocess.run(
        [str(part) for part in command], cwd=lite, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode or not (site / "lab" / "index.html").is_file():
        raise Problem(f"JupyterLite did not build:\n{(done.stderr + done.stdout)[-3000:]}")


def dress(site: Path, course: Path) -> None:
    """Our own first page, and on each page the notice that says where the work is kept."""
    for pattern in NEEDLESS:
        for file in site.glob(pattern):
            file.unlink()
    about = yaml.safe_load((course / "course.yml").read_text(encoding="utf-8"))
    lessons = [f"      <li>{_link(number, lesson)}</li>" for number, lesson in enumerate(about["lessons"], 1)]
    shutil.copytree(HERE / "page", site / "page", ignore=shutil.ignore_patterns("*.md", "index.html"))
    (site / "page" / "hashes.json").write_text(hashes(site), encoding="utf-8")
    words = {
        "title": escape(about["title"]),
        "lessons": "\n".join(lessons),
        "megabytes": round(first_visit(site) / 1e6),
    }
    front = Template((HERE / "page" / "index.html").read_text(encoding="utf-8")).substitute(words)
    (site / "index.html").write_text(front, encoding="utf-8")
    lab = site / "lab" / "index.html"
    text = lab.read_text(encoding="utf-8")
    if "</head>" not in text:
        raise Problem(f"{lab} has no head; this JupyterLite is another than the one that was tried.")
    ours = '<link rel="stylesheet" href="../page/page.css"><script src="../page/checks.js"></script>'
    ours += '<script src="../page/notice.js"></script><script src="../page/whole.js"></script>'
    lab.write_text(text.replace("</head>", f"{ours}</head>", 1), encoding="utf-8")
    (site / OWNER).write_text("A site that site/lite/build.py wrote; the next build replaces it.\n", encoding="utf-8")


def loaded_at_start(site: Path) -> list[Path]:
    """Python and its packages, as far as a first visit loads them."""
    late = ("matplotlib-", "pillow", "fonttools", "contourpy", "kiwisolver", "pyparsing", "cycler", "pytz")
    return [file for file in sorted((site / "static" / "pyodide").iterdir()) if not file.name.startswith(late)]


def first_visit(site: Path) -> int:
    """Their bytes, compressed."""
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in loaded_at_start(site))


def hashes(site: Path) -> str:
    """By which a page in which Python does not start finds the file that is not whole: {path: SHA-256} as JSON."""
    files = loaded_at_start(site)
    return json.dumps(
        {file.relative_to(site).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    )


def _link(number: int, lesson: dict) -> str:
    place = f"modules/{lesson['id']}/{lesson['id']}.ipynb"
    return f'<a href="lab/index.html?path={place}">{number}. {escape(lesson["title"])}</a>'


if __name__ == "__main__":
    sys.exit(main())
