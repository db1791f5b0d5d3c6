"""Known-wrong answers, read from their file without running it."""

import pytest

from autograder.pretend import forgetful
from autograder.wrong import load_wrong_answers, replaced, wrong
from gradlab.errors import GradlabError

FILE = '''\
"""Mistakes."""

from autograder.wrong import wrong


@wrong("double", because="You added one.", ask="What is twice 0?")
def double(x):
    return x + 1  # not twice


@wrong(
    "triple",
    because="A rule, " "not a number.",
    ask="?",
)
@undefined_decorator
class triple(Undefined):
    """Not run, so its names may be unknown."""

    @staticmethod
    def forward(ctx, x):
        return x


def helper():
    pass
'''


@pytest.fixture
def wrong_answers(toy):
    def load(text=FILE):
        (toy.root / "solutions" / "01_numbers" / "wrong_answers.py").write_text(text, encoding="utf-8")
        return load_wrong_answers(toy, toy.lesson("1"))

    return load


def test_what_is_read(wrong_answers):
    first, second = wrong_answers()
    assert (first.exercise, first.because, first.ask) == ("double", "You added one.", "What is twice 0?")
    assert first.source == "def double(x):\n    return x + 1  # not twice"
    assert second.because == "A rule, not a number."
    assert (
        second.source.startswith("@undefined_decorator\nclass triple(Undefined):\n") and "@wrong" not in second.source
    )


def test_a_lesson_without_the_file(toy):
    assert load_wrong_answers(toy, toy.lesson("2")) == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("@wrong('double')\ndef double(x): ...", r"wrong_answers.py:1: write @wrong"),
        ("@wrong('double', because=why, ask='?')\ndef double(x): ...", "must be written out"),
        ("@wrong('double', because='', ask='?')\ndef double(x): ...", "takes three texts"),
        ("def double(x:", r"wrong_answers.py:1"),
    ],
)
def test_mistakes_in_the_file(wrong_answers, line, words):
    with pytest.raises(GradlabError, match=words):
        wrong_answers(line)


def test_a_wrong_answer_takes_the_place_of_the_right_one(wrong_answers):
    mistake = wrong_answers()[0]
    head, tail = "#| export numbers.double\nimport math\n\n", "\n\nTWO = 2"
    body = "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    right = f"{head}@cache\ndef double(x):\n{body}{tail}"
    assert replaced(right, mistake) == f"{head}def double(x):\n    return x + 1  # not twice{tail}"
    assert replaced("answer = 3", mistake) == mistake.source


def test_the_decorator_changes_nothing():
    assert wrong("double", because="b", ask="a")(len) is len


def test_forgetting():
    head = "#| export m.f\n"
    assert forgetful(head + "def f(x):\n    return x + 1") == head + "def f(x):\n    x + 1"
    assert forgetful("answer = 2 * price") == "answer = None"
