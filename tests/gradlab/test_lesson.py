"""`import gradlab.lesson`, in scripts and in a real kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gradlab
from gradlab.errors import GradlabError
from gradlab.lesson import expect_error, script_root
from gradlab.notices import bundle

GRADLAB = str(Path(gradlab.__file__).parent.parent)


def python(*args, **options):
    return subprocess.run([sys.executable, *args], capture_output=True, encoding="utf-8", check=False, **options)


# ---- expect_error -----------------------------------------------------------------------------------------------


def test_expected_errors_are_printed(capsys):
    with expect_error(ZeroDivisionError, ValueError):
        1 / 0  # noqa: B018
    with expect_error():
        raise KeyError("a")
    with expect_error(ValueError):
        raise ValueError
    assert capsys.readouterr().out == "ZeroDivisionError: division by zero\nKeyError: 'a'\nValueError\n"


def test_what_is_not_built_yet_is_printed(capsys):
    with expect_error(ValueError):
        raise NotImplementedError("`walk` is what you build in lesson 3.")
    assert "lesson 3" in capsys.readouterr().out


def test_long_messages_are_broken_between_words(capsys):
    with expect_error(ValueError):
        raise ValueError("first\n\n" + "word " * 40 + "x" * 120)
    said = capsys.readouterr().out.split("\n")
    assert said[:2] == ["ValueError: first", ""] and said[-2] == "x" * 120
    assert all(len(line) <= 100 and line.endswith("word") for line in said[2:-2])


def test_no_error_is_an_error():
    with pytest.raises(AssertionError, match="meant to raise ValueError or TypeError, and nothing was raised"):
        with expect_error(ValueError, TypeError):
            pass
    with pytest.raises(KeyError):
        with expect_error(ValueError):
            raise KeyError("real")


# ---- as a script ------------------------------------------------------------------------------------------------


@pytest.fixture
def script(place):
    path = place.root / "solutions" / "01_first" / "lesson.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"import sys; sys.path.append({GRADLAB!r})\nimport gradlab.lesson, mytorch\n"
        "print(mytorch.WHO, 'IPython' in sys.modules)",
        encoding="utf-8",
    )
    return path


def test_a_lesson_runs_as_a_script(place, script):
    done = python(str(script), cwd=place.root.parent)
    assert "there is no reference engine" in done.stderr and "autograder build" in done.stderr
    package = place.root / ".build" / "reference" / "mytorch"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("WHO = 'reference'", encoding="utf-8")
    done = python(str(script), cwd=place.root.parent)
    assert done.stdout.strip() == "reference False", done.stderr


def test_which_scripts_are_sources(place, script):
    assert script_root(str(script)) == place.root
    assert script_root(None) is None
    assert script_root(str(place.root / "solutions" / "lesson.py")) is None
    assert script_root(str(place.root / "elsewhere" / "01_first" / "lesson.py")) is None
    assert script_root("lesson.py") is None


def test_elsewhere_it_does_nothing(tmp_path):
    code = f"import sys; sys.path.append({GRADLAB!r}); p = list(sys.path); import gradlab.lesson; print(sys.path == p)"
    assert python("-c", code, cwd=tmp_path).stdout.strip() == "True"


# ---- in a shell -------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(place):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    yield shell
    gradlab.unload_ipython_extension(shell)
    InteractiveShell.clear_instance()


def run(shell, capsys, source):
    result = shell.run_cell(source)
    return result, capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:To exit")
def test_in_a_shell(shell, place, make, capsys):
    before = len(shell.events.callbacks["post_run_cell"])
    gradlab.load_ipython_extension(shell)
    gradlab.load_ipython_extension(shell)
    assert len(shell.events.callbacks["post_run_cell"]) == before + 1
    run(shell, capsys, make.IMPORTS)
    _, said = run(shell, capsys, make.SQUARE)
    assert said == "✓ square → tinytorch/ops.py\n"
    result, said = run(shell, capsys, "import tinytorch; tinytorch.square(12)")
    assert result.result == 144
    _, said = run(shell, capsys, "#| export ops.square\ndef square(x:\n  return")
    assert "✗ square was not exported: line 2: SyntaxError" in said
    _, said = run(shell, capsys, "#| export ops.square\nraise SystemExit")
    assert "✗ square was not exported: SystemExit.\ntinytorch keeps your last good version." in said
    place.root.joinpath("course.yml").write_text("title: [", encoding="utf-8")
    _, said = run(shell, capsys, make.SQUARE)
    assert "✗ not exported: " in said and "course.yml" in said


@pytest.mark.filterwarnings("ignore:To exit")
def test_what_is_not_written_needs_no_traceback(shell, place, make, capsys):
    gradlab.load_ipython_extension(shell)
    for source in (make.IMPORTS, "import tinytorch"):
        run(shell, capsys, source)
    _, said = run(shell, capsys, make.SQUARE_STUB)
    assert said == "○ square is not written yet. tinytorch is unchanged.\n"
    kind = "class NotBuilt(NotImplementedError): pass\nclass Lesson:\n  def walk(self): raise NotBuilt('lesson 3')"
    _, said = run(shell, capsys, f"{kind}\nLesson().walk()")
    assert "NotBuilt" in said and said.endswith(": lesson 3\nIn this cell, line 4: Lesson().walk()\n")
    result, said = run(shell, capsys, "1\nsquare(3)")
    assert "`square` is not written yet: multiply x by itself\nIn this cell, line 2: square(3)" in said
    assert isinstance(result.error_in_exec, NotImplementedError)
    _, said = run(shell, capsys, "raise NotImplementedError('put a number here')")
    assert said.strip().endswith("put a number here") and said.count("\n") <= 1
    _, said = run(shell, capsys, "import codecs\ncodecs.IncrementalEncoder().encode('')")
    assert "Traceback" in said, "not ours"
    gradlab.unload_ipython_extension(shell)
    assert shell.custom_exceptions == ()


def test_a_check_says_that_it_passed(shell, place, make, capsys, monkeypatch):
    monkeypatch.chdir(place.path().parent)
    gradlab.load_ipython_extension(shell)
    run(shell, capsys, "import tinytorch")
    _, said = run(shell, capsys, "assert tinytorch.walk.walk(2) == [0, 1]")
    assert "AttributeError" in said and "check of walk" not in said
    for source in (make.IMPORTS, make.SQUARE, make.WALK):
        run(shell, capsys, source)
    assert run(shell, capsys, make.SQUARE_CHECK)[1] == "✓ check of square passed\n"
    run(shell, capsys, "del tinytorch")
    _, said = run(shell, capsys, make.SQUARE_CHECK)
    assert "○ `tinytorch` is not there yet. Complete the exercise above" in said


def test_outside_a_course(shell, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    with pytest.raises(GradlabError, match=r"no course\.yml"):
        gradlab.load_ipython_extension(shell)


def test_a_package_from_elsewhere_gives_way(shell, place, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    (other / "tinytorch.py").write_text("x = 1", encoding="utf-8")
    monkeypatch.syspath_prepend(str(other))
    import tinytorch

    assert tinytorch.x == 1
    gradlab.load_ipython_extension(shell)
    assert "tinytorch" not in sys.modules and sys.path[0] == str(place.root)


def test_messages_for_everyone():
    both = bundle("✓ a<b → c", "it's a note")
    assert both["text/plain"] == "✓ a<b → c\nit's a note"
    assert 'aria-label="done"' in both["text/html"] and "a&lt;b" in both["text/html"]
    assert "<code>import x</code><br>then" in bundle("✗ `import x`\nthen")["text/html"]
    assert bundle("plain")["text/html"].endswith("plain</div>")


# ---- in a real kernel -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_in_a_real_kernel(place, make):
    """nbclient and ipykernel; no cell ids, no metadata: the text of the cells decides."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    new = nbformat.v4.new_code_cell
    cells = [
        f"import sys; sys.path.append({GRADLAB!r})",
        "import gradlab.lesson",
        "import tinytorch as torch\nx = torch.Number(2)",
        make.IMPORTS,
        make.SQUARE,
        "#| export walk.walk\nimport numpy\ndef walk(n):\n    raise NotImplementedError('count')",
        "print(torch.square(3), square.__module__, (x + torch.Number(1)).value)",
    ]
    book = nbformat.v4.new_notebook(cells=[new(source) for source in cells])
    nbclient.NotebookClient(book, timeout=60, resources={"metadata": {"path": str(place.path().parent)}}).execute()
    texts = ["".join(o.get("text", "") or o["data"]["text/plain"] for o in cell.outputs) for cell in book.cells]
    assert texts[4:] == [
        "✓ square → tinytorch/ops.py",
        "○ walk is not written yet. tinytorch is unchanged.",
        "9 tinytorch.ops 3\n",
    ]
    assert not [o for cell in book.cells for o in cell.outputs if o.get("name") == "stderr"]
