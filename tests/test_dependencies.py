"""One list of dependencies: what pyproject.toml, conda and Binder say agrees, and covers what the packages import."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

# Packages that are imported under another name than they are installed, or that come with one that is listed.
COMES_WITH = {
    "yaml": "pyyaml",
    "IPython": "jupyterlab",
    "ipykernel": "jupyterlab",
    "jupyter_client": "jupyterlab",
    "jupyter_core": "jupyterlab",
    "traitlets": "jupyterlab",
    "nbclient": "nbgrader",
    "nbconvert": "nbgrader",
    "alembic": "nbgrader",
    "sqlalchemy": "nbgrader",
}
OURS = {"mytorch", "gradlab", "autograder"}


@pytest.fixture(scope="module")
def project() -> dict:
    root = Path(__file__).resolve().parent.parent
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wanted(project) -> dict[str, str]:
    """{name: requirement} of pyproject.toml."""
    return {name_of(each): each for each in project["dependencies"]}


def name_of(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower()


def test_binder_installs_a_part_of_the_same_list(repo, wanted):
    lines = (repo / "binder/requirements.in").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or line in wanted.values(), f"binder/requirements.in and pyproject.toml: {line}"
    assert not {"pytest", "nbgrader", "jupytext", "ruff", "torch"} & {name_of(each) for each in lines if each[0] != "#"}


def test_the_lock_pins_everything_and_fits_the_list(repo):
    lines = (repo / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert all(re.fullmatch(r"[\w.+!-]+", version) for version in pinned.values())
    assert not {"pytest", "nbgrader", "jupytext", "ruff", "torch"} & set(pinned)
    listed = (repo / "binder/requirements.in").read_text(encoding="utf-8").splitlines()
    for wish in (Requirement(line) for line in listed if not line.startswith("#")):
        assert wish.specifier.contains(pinned[wish.name]), f"{wish}: write the lock anew: python -m autograder.lock"


def test_conda_brings_python_and_graphviz_and_leaves_the_rest_to_pyproject(repo, project):
    environment = yaml.safe_load((repo / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["--requirement binder/requirements.txt", "--editable ."]}
    assert {"graphviz", "pip"} <= set(conda)
    version = next(each for each in conda if each.startswith("python")).removeprefix("python=")
    assert (repo / "binder/runtime.txt").read_text(encoding="utf-8").strip() == f"python-{version}"
    assert "graphviz" in (repo / "binder/apt.txt").read_text(encoding="utf-8").split()
    assert tuple(map(int, version.split("."))) >= tuple(
        map(int, project["requires-python"].removeprefix(">=").split("."))
    )


@pytest.mark.parametrize("package", ["mytorch", "gradlab", "autograder"])
def test_what_a_package_imports_is_listed(repo, project, wanted, package):
    listed = set(wanted)
    if package == "autograder":  # what instructors may install besides, such as dask for a cluster
        listed |= {name_of(each) for extra in project["optional-dependencies"].values() for each in extra}
    for file, name in imports(repo / package):
        assert COMES_WITH.get(name, name).lower() in listed, f"{file} imports {name}: list it in pyproject.toml"


def test_what_students_packages_import_is_on_binder(repo):
    lines = (repo / "binder/requirements.in").read_text(encoding="utf-8").splitlines()
    installed = {name_of(line) for line in lines if line and line[0] != "#"}
    for file, name in [*imports(repo / "mytorch"), *imports(repo / "gradlab")]:
        assert COMES_WITH.get(name, name).lower() in installed, (
            f"{file} imports {name}: add it to binder/requirements.in"
        )


def test_imports_point_one_way(repo):
    for file, name in imports(repo / "mytorch"):
        assert name == "numpy", f"{file} imports {name}; mytorch imports NumPy alone"
    for package, forbidden in {"mytorch": OURS - {"mytorch"}, "gradlab": {"autograder"}}.items():
        for file, name in imports(repo / package, ours=True):
            assert name not in forbidden, f"{file} imports {name}"


def test_the_oracle_is_pinned_and_never_required(project, wanted):
    assert "torch" not in wanted
    (oracle,) = project["optional-dependencies"]["oracle"]
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", oracle), "a bare torch pulls gigabytes"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_scripts_parse_and_can_be_run(repo):
    for script in (".ci/run", "binder/postBuild"):
        subprocess.run(["bash", "-n", script], cwd=repo, check=True)
        assert os.access(repo / script, os.X_OK), f"{script} is not executable"


def imports(folder: Path, ours: bool = False) -> list[tuple[str, str]]:
    """(file, top-level package) of what the sources in `folder` import, the standard library left out."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            else:
                continue
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names:
                beside = (file.parent / f"{name}.py").exists()  # a folder that is run as a script imports its own files
                if (name in OURS) == ours and not beside:
                    found.append((str(file.relative_to(folder.parent)), name))
    return found
