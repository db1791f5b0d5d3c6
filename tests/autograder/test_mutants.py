"""`autograder mutants`: changes of answers, what becomes of them, and what is said of wrong answers that are none."""

import ast

import pytest

from autograder.build import build
from autograder.mutants import page
from autograder.mutants.alike import alike
from autograder.mutants.mutate import changes
from autograder.mutants.score import BY_HAND, MECHANICAL, RIGHT, score
from autograder.verify.known_answers import problems
from gradlab.course import load_course
from gradlab.errors import GradlabError

ANSWER = '''#| export numbers.f
def f(x, y=1):
    """Text - stays."""
    if y < 0:
        raise ValueError("a - b")
    ### BEGIN SOLUTION compute
    total = 0
    for each in x:
        total += each * 2
    return max(total, y)
    ### END SOLUTION
'''
WRONG = """from autograder.wrong import wrong


@wrong("double", because="You added one.", ask="What is twice 0?")
def double(x):
    return x + 1.0
"""


@pytest.fixture
def answers(toy):
    """Writes a file of answers of the first lesson, builds, and gives what verify says of it."""

    def write(text, file="wrong_answers.py"):
        (toy.root / "solutions" / "01_numbers" / file).write_text(text, encoding="utf-8")
        assert not build(toy, toy.lessons).errors
        return problems(_Job(toy, toy.lesson("1")))

    return write


class _Job:
    """As much of a verify job as known answers need."""

    def __init__(self, course, lesson):
        from autograder.source import read_source

        self.course, self.lesson = course, lesson
        self.exercises = tuple(c.name for c in read_source(course, lesson).of_role("exercise"))


def test_changes_are_small_different_and_inside_the_solution():
    found = changes(ANSWER)
    whats = {each.what for each in found}
    assert {"* becomes /", "+= becomes =", "line deleted", "returns None", "2 becomes 3", "0 becomes 1"} <= whats
    assert len({ast.dump(ast.parse(each.source)) for each in found}) == len(found)
    for each in found:
        assert each.source.startswith("#| export numbers.f\n")
        assert "if y < 0" in each.source and "a - b" in each.source and "Text - stays." in each.source


def test_a_lesson_is_scored_once_and_remembered(toy, answers):
    assert answers(WRONG) == []
    tried = []
    first = score(toy, toy.lesson("1"), start=tried.append)
    assert tried == [first.tally(MECHANICAL).total] and first.tally(BY_HAND).check == 1
    assert score(toy, toy.lesson("1"), start=tried.append).outcomes == first.outcomes
    assert tried[1] == 0


def test_published_figures_say_which_lessons_they_are_about(toy, answers):
    answers(WRONG)
    (toy.root / "README.md").write_text(f"{page.BEGIN}\n{page.END}\n", encoding="utf-8")
    assert page.changed(toy) == list(toy.lessons)
    scores = [score(toy, lesson) for lesson in toy.lessons]
    assert {path.name for path in page.publish(toy, scores)} == {"mutants.json", "mutants.md", "README.md"}
    assert page.changed(toy) == [] and page.out_of_date(toy) == [] and page.publish(toy, scores) == []
    assert "Of 1 wrong answers written by hand the tests catch 1 (100 %)" in (toy.root / "README.md").read_text()
    answers(WRONG.replace("one", "1"))
    assert page.changed(toy) == [toy.lesson("1")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WRONG.replace('"double"', '"duoble"'), "there is no exercise `duoble`. Did you mean"),
        (WRONG.replace("return x + 1.0", "return 2.0 * x"), "no check and no hidden test tells it from the right"),
        (WRONG + WRONG.split("\n\n\n")[1].replace("+ 1.0", "+  1.0  # twice"), "this is the same answer as"),
        (
            WRONG.replace("return x + 1.0", "parts = np.array([x, x], dtype=float)\n    return float(parts.sum())"),
            "this is the right answer to double",
        ),
        (WRONG.replace("return x + 1.0", "while True: pass"), "it loops"),
    ],
)
def test_wrong_answers_that_are_none_are_named(answers, text, words):
    assert any(words in problem for problem in answers(text)), answers(text)


def test_right_answers_lose_nothing_and_there_are_enough(toy, answers):
    one = '@right("double", because="It multiplies.")\ndef double(x):\n    return 2.0 * x\n\n\n'
    assert answers(one * 5, "right_answers.py") == []
    assert score(toy, toy.lesson("1"), (RIGHT,)).accused == []
    assert any("write 5 or none" in problem for problem in answers(one * 4, "right_answers.py"))
    found = answers(one * 4 + one.replace("2.0", "3.0"), "right_answers.py")
    assert any("it is right, and" in problem for problem in found)


def test_equivalents_are_held_to_what_they_say(toy, answers):
    file = toy.root / "solutions" / "01_numbers" / "equivalents.toml"
    file.write_text('[[equivalent]]\nexercise = "double"\nchange = "x"\nline = "y"\nreason = "z"\n', encoding="utf-8")
    answers(WRONG)
    assert "there is no such mutant any more" in score(toy, toy.lesson("1")).stale[0]
    file.write_text("[[equivalent]]\nexercise = 1\n", encoding="utf-8")
    with pytest.raises(GradlabError, match="entry 1 should have"):
        score(toy, toy.lesson("1"))


def test_names_and_comments_make_no_other_answer():
    assert alike("def f(x):\n    a = x\n    return a", 'def f(x):\n    """Doc."""\n    b = x  # why\n    return b')
    assert not alike("def f(x):\n    return x", "def f(x):\n    return -x")


def test_the_course_publishes_what_it_counted():
    assert page.out_of_date(load_course()) == []
