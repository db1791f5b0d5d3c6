"""lesson.py to cells, and what authors hear when something is wrong with it."""

import pytest

from autograder.source import SourceError, read_source


def read(course):
    return read_source(course, course.lessons[0])


def test_every_kind_of_cell(toy):
    source = read(toy)
    roles = [cell.role for cell in source.cells]
    assert {"prose", "setup", "predict", "given", "exercise", "hints", "check", "demo"} == set(roles)
    double = source.of_role("exercise")[0]
    assert (double.name, double.points, double.module) == ("double", 2, "numbers")
    assert source.points == 9
    assert source.of_role("prose")[-1].title == "Why `double`? A < B"
    hints = source.of_role("hints")[0].hints
    assert hints == ("Which operation gives twice a number?", "Adding it to **itself**.\n\n- or multiplying")
    assert [cell.part for cell in source.of_role("check") if cell.name == "double"] == ["", "zero"]
    assert [cell.raises for cell in source.cells if cell.raises] == ["ZeroDivisionError"]


def test_lines_are_those_of_the_headers(toy):
    source = read(toy)
    rows = source.file.read_text(encoding="utf-8").split("\n")
    assert all(rows[cell.line - 1].startswith("# %%") for cell in source.cells)
    assert rows[source.of_role("exercise")[-1].line - 1] == '# %% exercise="quiz-price" points=1'


def test_module_text_without_an_exercise(toy):
    source = read(toy)
    assert "def double" in source.module_text("numbers")
    without = source.module_text("numbers", without=["double"])
    assert "def double" not in without and "def triple" in without


def test_crlf_and_a_percent_sign_in_a_docstring(toy, write):
    write('# %%\ntext = """\n# %% exercise="no"\n"""\n\n# %% given="later"\nlater = 1\n')
    file = toy.root / "solutions" / "01_numbers" / "lesson.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    source = read(toy)
    assert [cell.name for cell in source.cells if cell.name] == ["head", "later"]
    assert source.cells[-1].line == 13


GOOD = "#| export numbers.f\ndef f():\n    ### BEGIN SOLUTION do it\n    return 1\n    ### END SOLUTION\n"
EXERCISE = f'# %% exercise="f"\n{GOOD}'

# (cells below a head of 7 lines, line, words of the message)
MISTAKES = {
    "unknown key": ('# %% excercise="f"\npass\n', 8, 'unknown key "excercise" in the header. Did you mean "exercise"?'),
    "unknown key, none near": ('# %% zzzzz="f"\npass\n', 8, "Known keys: setup, given"),
    "text in the header": ("# %% a title\npass\n", 8, '"a title" in the header belongs to no key'),
    "unreadable header": ("# %% points=a b='c\npass\n", 8, "header cannot be read"),
    "markdown after keys": ('# %% fold="A" [markdown]\n# yes\n', 8, "write [markdown] first"),
    "fold of code": ('# %% fold="A"\npass\n', 8, "fold is for Markdown"),
    "key of another role": ("# %% points=3\npass\n", 8, '"points" belongs to the header of an exercise or check'),
    "part of an exercise": ('# %% exercise="f" part="2"\n' + GOOD, 8, '"part" belongs'),
    "two roles": ('# %% given="f" predict="g"\npass\n', 8, "one of given and predict, not both"),
    "points as text": ('# %% exercise="f" points="2"\n' + GOOD, 8, "points='2' should be a number"),
    "negative points": ('# %% exercise="f" points=-2\n' + GOOD, 8, "not negative"),
    "check without points": (EXERCISE + '\n# %% check="f"\nassert f()\n', 15, "points=1"),
    "bad name": ('# %% given="a b"\npass\n', 8, '"a b" is no name'),
    "raw cell": ("# %% [raw]\n# x\n", 8, "not [raw]"),
    "duplicate names": (EXERCISE + '\n# %% given="f"\nx = 1\n', 15, 'given "f" is already on line 8'),
    "duplicate checks": (
        EXERCISE + '\n# %% check="f" points=1\nassert f()\n\n# %% check="f" points=1\nassert f()\n',
        18,
        "Name its parts",
    ),
    "check without exercise": ('# %% check="walc" points=1\nassert 1\n', 8, "no exercise of that name"),
    "check of a misspelt exercise": (
        EXERCISE.replace('"f"', '"walk"').replace("numbers.f", "numbers.walk") + '\n# %% check="walc" points=1\n1\n',
        15,
        'Did you mean "walk"?',
    ),
    "check above its exercise": ('# %% check="f" points=1\nassert 1\n\n' + EXERCISE, 8, "above its exercise"),
    "empty hint": (EXERCISE + '\n# %% hints="f"\n# a\n# ---\n', 15, "a step is empty"),
    "export to another lesson's module": (EXERCISE.replace("numbers.f", "sums.f"), 9, "It belongs to 02_sums."),
    "export to a misspelt module": (EXERCISE.replace("numbers.f", "numbrs.f"), 9, 'Did you mean "numbers"?'),
    "export under another name": (EXERCISE.replace("numbers.f", "numbers.g"), 9, '"#| export numbers.f"'),
    "export of nothing": (EXERCISE.replace("numbers.f", ""), 9, "should name a module and the cell"),
    "no solution": ('# %% exercise="f"\ndef f(): ...\n', 8, "has no solution"),
    "solution without end": (EXERCISE.replace("    ### END SOLUTION\n", ""), 11, "without an ### END SOLUTION"),
    "end without solution": (EXERCISE.replace("    ### BEGIN SOLUTION do it\n", ""), 12, "without a ### BEGIN"),
    "nested solutions": (EXERCISE.replace("    return 1\n", "    ### BEGIN SOLUTION x\n    return 1\n"), 12, "again"),
    "misspelt marker": (EXERCISE.replace("### END", "# END"), 13, "is no marker"),
    "solution that says nothing": (EXERCISE.replace(" do it", ""), 11, "say what to build"),
    "empty solution": (EXERCISE.replace("    return 1\n", ""), 11, "the solution is empty"),
    "solution in given code": (EXERCISE.replace("exercise", "given"), 8, "students would see it"),
    "solution in prose": ("# %% [markdown]\n# ### BEGIN SOLUTION\n", 8, "students would see it"),
    "hidden tests in a cell": ("# %%\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n", 9, "hidden_tests.py"),
    "syntax error": ("# %%\nx = 1\ndef f(:\n", 10, "SyntaxError"),
    "magic": ("# %%\n%matplotlib inline\n", 9, "SyntaxError"),
    "answer that is a stub": (EXERCISE.replace("return 1", "raise NotImplementedError"), 8, "counts as a stub"),
    "stub that is no Python": (
        '# %% exercise="f"\n### BEGIN SOLUTION do it\nif True:\n### END SOLUTION\n    x = 1\n',
        8,
        "without the answer the stub is no Python",
    ),
    "from __future__": ("# %%\nfrom __future__ import annotations\n", 9, "cannot stand in a lesson"),
    "second setup": ("# %% setup=true\nimport gradlab.lesson\n", 8, "a lesson has one"),
    "other setup": ("# %% setup=true\nimport os\n", 8, "this line alone: import gradlab.lesson"),
    "module that does not compile": (EXERCISE.replace("return 1", "return 1\nreturn 2"), 4, "is no Python"),
}


@pytest.mark.parametrize(("cells", "line", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_with_their_line(toy, write, cells, line, words):
    write(cells)
    with pytest.raises(SourceError) as caught:
        read(toy)
    told = str(caught.value).split("\n")
    assert any(said.startswith(f"solutions/01_numbers/lesson.py:{line}: ") and words in said for said in told), told


def test_all_mistakes_are_told_at_once(toy, write):
    write('# %% excercise="f"\npass\n\n# %% points=3\npass\n\n# %% check="g" points=1\npass\n')
    with pytest.raises(SourceError) as caught:
        read(toy)
    assert [said.split(":")[1] for said in str(caught.value).split("\n")] == ["8", "11", "14"]


def test_setup_must_come_first(toy, edit):
    edit("# %% setup=true\nimport gradlab.lesson\n", "# %%\nx = 1\n")
    with pytest.raises(SourceError, match=r"lesson.py:7: the first code cell"):
        read(toy)


def test_code_above_the_first_cell(toy, edit):
    edit("# The first lesson", "x = 1\n# The first lesson")
    with pytest.raises(SourceError, match=r"lesson.py:1: only comments"):
        read(toy)


def test_a_lesson_that_is_not_written(toy):
    (toy.root / "solutions/01_numbers/lesson.py").unlink()
    with pytest.raises(SourceError, match="does not exist"):
        read(toy)
