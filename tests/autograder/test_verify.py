"""`autograder verify`: it holds for the toy course, and each thing that can go wrong is found by its proof."""

import pytest

from autograder.build import build
from autograder.cli import main
from autograder.release import apply, plan_release
from autograder.verify.runner import CHECKS, FIRST, verify

FAST = [check.name for check in (*FIRST, *CHECKS) if not check.slow]


def release(course):
    apply(course, plan_release(course, course.lessons), force=True)


def failed(course, *names, lesson=None):
    """{lesson: {check: problems}} of what does not hold."""
    lessons = [course.lesson(lesson)] if lesson else course.lessons
    results = verify(course, lessons, names or FAST)
    return {r.lesson.id: {name: found for name, found in r.problems.items() if found} for r in results if not r.ok}


def test_the_toy_course_holds(toy, monkeypatch, capsys):
    release(toy)
    monkeypatch.chdir(toy.root)
    assert main(["verify"]) == 0
    out = capsys.readouterr().out
    assert "✓ 01_numbers: holds" in out and "All holds for 2 lessons." in out
    assert "✗" not in out


@pytest.mark.slow
def test_notebooks_run_in_a_real_kernel(toy, edit):
    assert failed(toy, "notebook") == {}
    edit("print(mytorch.double(21))", "print(mytorch.dubble(21))")
    found = failed(toy, "notebook", lesson="1")["01_numbers"]["notebook"]
    assert len(found) == 1 and "AttributeError" in found[0]


# name: (check that finds it, lesson, file, old, new, words)
LESSON1, LESSON2 = "solutions/01_numbers/lesson.py", "solutions/02_sums/lesson.py"
FAULTS = {
    "a check that a stub passes": (
        "stubs", LESSON2, "assert mytorch.total([1, 2]) == 6,", "assert mytorch.total,",
        "total-check – passes with nothing written",
    ),
    "a check that tests another exercise": (
        "stubs", LESSON1, "assert mytorch.triple(2) == 6,", "assert mytorch.double(3) == 6,",
        "triple-check – passes with its exercise alone unwritten",
    ),
    "a check that fails without words": (
        "stubs", LESSON1, "assert mytorch.triple(2) == 6,", "assert mytorch.nothing(2) == 6,",
        "says nothing a student understands: AttributeError",
    ),
    "an assert without a message": (
        "complete", LESSON1, ', "the opposite of 2 is -2"', "", "lesson.py:69: an assert without a message",
    ),
    "a wrong answer": ("answers", LESSON1, "opposite = 0 - x", "opposite = 1 - x", "negate-check – fails"),
    "a check that warns": (
        "answers", LESSON1, "assert mytorch.triple(2) == 6,",
        'import warnings\n\nwarnings.warn("old", stacklevel=1)\nassert mytorch.triple(2) == 6,',
        "triple-check – writes to stderr, for which nbgrader gives 0 points: UserWarning: old",
    ),
    "a check that needs a later lesson": (
        "alone", LESSON1, "assert mytorch.negate(2) == -2,", "assert mytorch.total([-1]) == mytorch.negate(2),",
        "negate-check – fails with no module of a later lesson: `total` is what you build in lesson 2",
    ),
    "a check that needs an exercise below it": (
        "order", LESSON1, "assert mytorch.double(0) == 0,", "assert mytorch.triple(0) == mytorch.double(0),",
        "double-check-zero – fails with nothing written below it: `triple` is what you build in lesson 1",
    ),
    "a check that needs a module not yet begun": (
        "order", LESSON1, "assert mytorch.triple(2) == 6,", "import mytorch.signs\n\nassert mytorch.triple(2) == 6,",
        "triple-check – fails with nothing written below it",
    ),
    "a hidden test that the reference fails": (
        "hidden", "solutions/01_numbers/hidden_tests.py", "see(torch.triple(", "see(torch.tripel(",
        "triples_a_drawn_number is no test, on the reference it raises AttributeError",
    ),
    "a hidden test that a stub passes": (
        "hidden", "solutions/01_numbers/hidden_tests.py", "see(torch.triple(rng.normal()))", "see(torch.double(1))",
        "triple: a stub earns the 1 points of triples_a_drawn_number",
    ),
    "a script that raises": (
        "script", LESSON1, "print(mytorch.double(21))", "print(mytorch.dubble(21))", "no attribute 'dubble'",
    ),
    "a module that ruff would change": ("style", LESSON1, "opposite = 0 - x", "opposite = 0-x", "ruff format"),
    "an unused import": ("style", LESSON1, "import numpy as np\n", "import os\n\nimport numpy as np\n", "F401"),
    "points that do not add up": ("complete", "course.yml", "points: 9", "points: 10", "course.yml says 10"),
    "an answer in a cell": (
        "leaks", LESSON1, "print(mytorch.double(21))",
        "def twice(x):\n    halves = np.array([x, x], dtype=float)\n    return float(halves.sum())",
        "holds the answer of double",
    ),
    "an answer in a hint": (
        "leaks", LESSON1, "# Adding it to **itself**.", "#     halves = np.array([x, x], dtype=float)",
        "cell double-hints holds the answer of double",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("check", "file", "old", "new", "words"), FAULTS.values(), ids=FAULTS)
def test_what_does_not_hold_is_found(toy, edit, check, file, old, new, words):
    from gradlab.course import load_course

    edit(old, new, file=file)
    course = load_course(toy.root)
    lesson = "2" if file == LESSON2 else "1"
    problems = failed(course, check, lesson=lesson)[course.lesson(lesson).id][check]
    assert any(words in problem for problem in problems), problems


ANSWER = "result = 0.0\nfor number in numbers:\n    result = result + double(number)\n"
LEAKS = {
    "an answer in the shell": ("mytorch/extra.py", ANSWER, "holds the answer of total"),
    "an answer with other spaces": ("mytorch/extra.py", ANSWER.replace(" = ", "=").replace("    ", "\t"), "of total"),
    "an answer in the tools": ("gradlab/extra.py", ANSWER, "gradlab/extra.py holds the answer of total"),
    "an answer beside a notebook": ("modules/02_sums/notes.md", ANSWER, "modules/02_sums/notes.md holds the answer"),
    "a hidden test": ("modules/02_sums/notes.md", "see(torch.total(list(rng.normal(size=4))))", "sums_drawn_numbers"),
    "a marker": ("modules/02_sums/notes.md", "### END SOLUTION", 'holds the words "END SOLUTION"'),
}


@pytest.mark.parametrize(("file", "text", "words"), LEAKS.values(), ids=LEAKS)
def test_a_planted_secret_is_found(toy, file, text, words):
    (toy.root / file).parent.mkdir(parents=True, exist_ok=True)
    (toy.root / file).write_text(text, encoding="utf-8")
    problems = failed(toy, "leaks", lesson="2")["02_sums"]["leaks"]
    assert any(words in problem for problem in problems), problems


def test_an_answer_in_a_released_notebook_is_found(toy):
    release(toy)
    file = toy.root / "modules/02_sums/02_sums.ipynb"
    text = file.read_text(encoding="utf-8")
    stub = 'raise NotImplementedError(\\"add up the doubles\\")"\n'
    assert stub in text
    answer = 'result = 0.0\\n    for number in numbers:\\n        result = result + double(number)"\n'
    file.write_text(text.replace(stub, answer, 1), encoding="utf-8")
    found = failed(toy, "leaks", "released", lesson="2")["02_sums"]
    assert "cell total holds the answer of total" in found["leaks"][0]
    assert "autograder release 2" in found["released"][0]


def test_modules_that_are_behind_or_hold_strangers(toy, edit):
    assert "does not exist" in failed(toy, "released")["02_sums"]["released"][0]
    release(toy)
    assert failed(toy, "released") == {}
    (toy.root / "modules/02_sums/data.csv").write_text("1", encoding="utf-8")
    assert failed(toy, "released") == {
        "02_sums": {"released": ["modules/02_sums/data.csv belongs to no lesson; remove it."]}
    }


def test_a_lesson_that_does_not_build_does_not_stop_the_others(toy, edit, monkeypatch, capsys):
    build(toy)
    edit('# %% given="price"', '# %% giben="price"')
    monkeypatch.chdir(toy.root)
    assert main(["verify", "--only", "answers"]) == 1
    out = capsys.readouterr().out
    assert "✗ 01_numbers" in out and "✓ 02_sums" in out and "giben" in out


def test_an_unknown_check(toy, monkeypatch, capsys):
    monkeypatch.chdir(toy.root)
    assert main(["verify", "--only", "leeks"]) == 2
    assert 'Did you mean "leaks"?' in capsys.readouterr().err
