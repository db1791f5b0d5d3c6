"""An answer, planted where answers have been found in other courses, and where nobody would look."""

from __future__ import annotations

import base64
import io
import json
import py_compile
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.leaks import secrets
from autograder.wrong import load_wrong_answers

NOTEBOOK = "modules/03_backward_pass/03_backward_pass.ipynb"


def edited(repository: Path, change) -> None:
    """Let `change` do something to the notebook of lesson 3."""
    file = repository / NOTEBOOK
    notebook = json.loads(file.read_text(encoding="utf-8"))
    change(notebook)
    file.write_text(json.dumps(notebook), encoding="utf-8")


def exercise(notebook: dict) -> dict:
    return next(cell for cell in notebook["cells"] if cell["id"] == "walk")


def in_a_cell(repository, answer):
    edited(repository, lambda notebook: exercise(notebook).update(source=answer.splitlines(keepends=True)))


def in_an_output(repository, answer):
    output = {"output_type": "stream", "name": "stdout", "text": answer.splitlines(keepends=True)}
    edited(repository, lambda notebook: exercise(notebook).update(outputs=[output]))


def in_the_metadata(repository, answer):
    edited(repository, lambda notebook: notebook["metadata"].update(kept={"of": [{"walk": answer}]}))


def in_an_attachment(repository, answer):
    encoded = base64.b64encode(answer.encode()).decode()
    attachment = {"attachments": {"image.png": {"image/png": encoded}}}
    edited(repository, lambda notebook: notebook["cells"][0].update(attachment))


def in_a_comment(repository, answer):
    file = repository / "gradlab" / "draw.py"
    text = file.read_text(encoding="utf-8") + "".join(f"# {line}\n" for line in answer.splitlines())
    file.write_text(text, encoding="utf-8")


def in_the_readme(repository, answer):
    with (repository / "README.md").open("a", encoding="utf-8") as stream:
        stream.write("\n".join(f"> {line}" for line in answer.replace("<", "&lt;").splitlines()))


def in_a_wheel(repository, answer):
    with zipfile.ZipFile(repository / "gradlab-0.1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("mytorch/engine.py", answer)


def in_a_compressed_blob(repository, answer):
    blob = base64.urlsafe_b64encode(zlib.compress(answer.encode())).decode()
    edited(repository, lambda notebook: exercise(notebook)["metadata"].update(state=f"v1/{blob}"))


def in_an_object_that_no_branch_reaches(repository, answer):
    store = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repository, input=answer.encode(), capture_output=True, check=True
    )
    assert store.stdout


def in_a_checkpoint(repository, answer):
    folder = repository / "modules" / "03_backward_pass" / ".ipynb_checkpoints"
    folder.mkdir()
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": answer}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "03_backward_pass-checkpoint.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def in_bytecode(repository, answer):
    source = repository.parent / "engine.py"
    source.write_text(answer, encoding="utf-8")
    py_compile.compile(str(source), cfile=str(repository / "mytorch" / "engine.pyc"), doraise=True)


def in_a_zip_in_a_tarball(repository, answer):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", answer.encode("utf-16"))
    with tarfile.open(repository / "gradlab-0.1.0.tar.gz", "w:gz") as sdist:
        info = tarfile.TarInfo("gradlab-0.1.0/data.bin")
        info.size = len(inner.getvalue())
        sdist.addfile(info, io.BytesIO(inner.getvalue()))


def in_a_string_of_code(repository, answer):
    with (repository / "gradlab" / "files.py").open("a", encoding="utf-8") as stream:
        stream.write(f"\n_TEXT = {answer!r}\n")


def in_a_commit_message(repository, answer):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "--quiet", "-m", answer]
    subprocess.run(command, cwd=repository, check=True)


PLANTS = [value for name, value in list(globals().items()) if name.startswith("in_")]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_an_answer_is_found_wherever_it_is_planted(searcher, repository, answer, plant):
    plant(repository, answer)
    problems = searcher.problems(repository)
    assert any("the answer of walk" in problem for problem in problems), problems


def test_what_is_released_gives_nothing_away(searcher, released):
    assert searcher.problems(released) == []


@pytest.mark.parametrize("file", ["hidden_tests.py", "wrong_answers.py", "right_answers.py", "lesson.py"])
def test_every_secret_of_a_lesson_is_known(searcher, tmp_path, file):
    """The author's own file, under another name: every hidden test, wrong answer and exercise in it is named."""
    for source in searcher.sources:
        path = searcher.course.root / "solutions" / source.lesson.id / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        (tmp_path / "notes.md").write_text(text, encoding="utf-8")
        said = "\n".join(searcher.problems(tmp_path))
        for what in expected(searcher, source, file):
            assert f"holds {what}, such as" in said


def expected(searcher, source, file: str) -> set[str]:
    if file == "hidden_tests.py":
        return {secret.what for secret in secrets.hidden_tests(searcher.course, source)}
    if file == "wrong_answers.py":
        return {f"a wrong answer to {wrong.exercise}" for wrong in load_wrong_answers(searcher.course, source.lesson)}
    if file == "right_answers.py":
        found = secrets.right_answers(searcher.course, source)
        return {each.what for each in found if any(len(line) > 28 for line in each.lines)}
    # An answer of one line that calculus has everywhere cannot be told.
    return {each.what for each in secrets.answers(source) if any(len(line) > 28 for line in each.lines - each.given)}


@pytest.mark.parametrize("kind", ["encrypted zip", "other Python"])
def test_what_nobody_can_look_into_is_no_part_of_a_release(searcher, tmp_path, kind):
    if kind == "other Python":
        (tmp_path / "engine.pyc").write_bytes(b"\x6f\x0d\r\n" + bytes(12) + b"\xe3 not ours to read")
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.txt", "x")
        data = bytearray(packed.getvalue())
        data[6] |= 1  # "encrypted", in the member's own header and in the list at the end
        data[data.index(b"PK\x01\x02") + 8] |= 1
        (tmp_path / "a.zip").write_bytes(data)
    (problem,) = searcher.problems(tmp_path)
    assert problem.endswith("Take it out.")


def test_the_command_says_where_and_fails(toy, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(toy.root)
    assert main(["leaks", "course.yml", "mytorch"]) == 0
    assert "✓ mytorch: no answer, no hidden test, no wrong answer." in capsys.readouterr().out
    text = (toy.root / "solutions" / "01_numbers" / "hidden_tests.py").read_text(encoding="utf-8")
    (toy.root / "mytorch" / "data" / "note.txt").write_text(text, encoding="utf-8")
    assert main(["leaks", "mytorch"]) == 1
    assert "✗ mytorch: data/note.txt holds the hidden test" in capsys.readouterr().out
    assert main(["leaks", "nothing"]) == 2
    assert "nothing does not exist" in capsys.readouterr().err
