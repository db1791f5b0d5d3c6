"""Hidden tests, from their file to verdicts: on the toy course, in real workers."""

import json
import shutil

import pytest

from autograder import hidden
from autograder.blueprint import load_blueprint, load_hidden_tests
from autograder.engines import Workshop
from autograder.hidden import FOUND, grade, run_hidden
from autograder.observe import expected
from autograder.overlay import overlay
from autograder.pretend import right_answers
from autograder.programs import BrokenTests, read_tests
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

HEAD = "from autograder.hidden import tests\n"


def program(body, exercise="double", points=2, head="torch, see, rng"):
    return f'@tests("{exercise}", points={points}, says="it works")\ndef a_test({head}):\n    {body}\n'


def written(engine, tmp_path):
    """A folder with the engine's package in it, whole."""
    folder = tmp_path / f"engine-{len(list(tmp_path.iterdir()))}"
    return overlay(engine.blueprint.course, engine.blueprint.lesson, engine.texts, folder)


@pytest.fixture
def verdicts(built, tmp_path, monkeypatch):
    """The verdicts on one hidden test, for an answer to `double` (None: the right one)."""
    shutil.copytree(built.root, tmp_path / "course")
    root = tmp_path / "course"
    monkeypatch.setenv("GRADLAB_ROOT", str(root))

    def run(body, answer=None, exercise="double", head="torch, see, rng", **options):
        from gradlab.course import load_course

        course = load_course(root)
        lesson = course.lesson("1")
        points = {"double": 2, "triple": 1, "quiz-price": 1}
        others = [name for name in points if name != exercise]
        text = HEAD + program(body, exercise, points[exercise], head)
        for number, name in enumerate(others):  # so that all points are there
            text += program("see(1)", name, points[name]).replace("a_test", f"other_{number}")
        (root / "solutions" / lesson.id / "hidden_tests.py").write_text(text, encoding="utf-8")
        blueprint = load_blueprint(course, lesson)
        workshop = Workshop(blueprint, tmp_path / f"engines-{len(list(tmp_path.iterdir()))}")
        answers = right_answers(blueprint)
        if answer is not None:
            answers[exercise] = answer
        theirs, ours = (written(workshop.engine(each), tmp_path) for each in (answers, right_answers(blueprint)))
        found = run_hidden(lesson.id, exercise, theirs, ours, 1, course=course, **options)
        return {verdict.name: verdict for verdict in found}["a_test"]

    return run


RIGHT = "#| export numbers.double\ndef double(x):\n    return 2.0 * x"


def test_the_right_answer_earns_all(verdicts):
    verdict = verdicts("see(torch.double(rng.normal()))", RIGHT)
    assert verdict.passed and verdict.earned == verdict.points == 2 and verdict.says == "it works"


@pytest.mark.parametrize(
    ("body", "answer", "reason"),
    [
        ("see(torch.double(rng.normal()), 'the double')", "return 3 * x", "a value differs (the double)"),
        ("see(torch.double(2))", "return None", "a value is None, where a number belongs"),
        ("see(torch.double(2))", "raise ValueError('three')", "raised ValueError: three"),
        ("see(torch.double(2))", "raise ValueError(f'got {x}')", "raised ValueError"),
        ("see(torch.double(2))", "return npp.sum(x)", "raised NameError: name 'npp' is not defined"),
        ("see.error(lambda: torch.double('x'))", "return 0", "raised no error, where ValueError belongs"),
        ("see.error(lambda: torch.double('x'))", "raise KeyError(x)", "raised KeyError, where ValueError belongs"),
        ("torch.double('x')", "raise KeyError(x)", "raised KeyError, where ValueError belongs"),
        ("torch.double('x')", "raise ValueError", None),
        ("see(torch.double(2))", "import os; os._exit(0)", "Python stopped in the middle of it"),
        ("see(torch.double(2))", "exit()", "raised SystemExit"),
        ("see(torch.double(2))", "print('x' * 10**7); return 2.0 * x", None),
        ("see(torch.double(2))", "return np.zeros(10**8)", "gave back more data than the grader takes"),
        ("with see.budget(seconds=0.3): see(torch.double(2))", "while True: pass", "took longer than 0.3 s"),
    ],
)
def test_what_goes_wrong_is_told(verdicts, body, answer, reason):
    got = verdicts(body, f"#| export numbers.double\ndef double(x):\n    {answer}").reason
    if "gave back" in str(reason):
        assert got in (reason, "raised WireError")
    else:
        assert got == (reason or "")


def test_a_loop_without_end_is_stopped(verdicts):
    loop = "while True:\n        try: pass\n        except BaseException: pass"
    verdict = verdicts("see(torch.double(2))", f"#| export numbers.double\ndef double(x):\n    {loop}")
    assert verdict.reason == "took longer than 5 s"


def test_nb_holds_the_cells_that_are_not_exported(verdicts):
    head = "torch, see, rng, nb"
    assert verdicts("see(nb.answer)", exercise="quiz-price", head=head).passed
    got = verdicts("see(nb.answer)", exercise="quiz-price", head=head, unwritten=["quiz-price"])
    assert got.reason == "raised NotImplementedError: put the price of two here"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import time; see(time.perf_counter_ns())", "behaves differently from run to run: a value differs"),
        ("see(torch.nothing)", "raises AttributeError"),
        ("assert False", "raises AssertionError"),
        ("torch.double(2)", "observes nothing"),
    ],
)
def test_a_program_that_is_no_test_is_its_authors_error(verdicts, body, words):
    with pytest.raises(GradlabError, match=r"solutions/01_numbers/hidden_tests.py: a_test is no test.*" + words):
        verdicts(body)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:", r"tests.py:1"),
        (HEAD + "\nundefined", r"tests.py:3: NameError"),
        (HEAD + program("pass") * 2, r"there is a a_test already, in line 3"),
        (HEAD + program("pass", head="torch"), r"a_test should take \(torch, see, rng\)"),
        (HEAD + program("pass", points=0), r"points=0 is no number of points"),
        (HEAD + program("pass").replace("it works", ""), r"should say which behaviour"),
    ],
)
def test_mistakes_in_a_file_of_tests(text, words):
    with pytest.raises(BrokenTests, match=words):
        read_tests(text, "tests.py")


def test_the_decorator_leaves_the_function_alone():
    @hidden.tests("double", points=1.5, says="It works.")
    def a_test(torch, see, rng):
        return torch

    assert a_test(1, 2, 3) == 1
    assert a_test.program[:4] == ("a_test", "double", 1.5, "It works")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"double"', '"duoble"', "tests `duoble`, which is no exercise"),
        ("points=1", "points=3", "the programs of `double` are worth 4 points, and its header says 2"),
    ],
)
def test_tests_that_do_not_fit_the_lesson(built, tmp_path, old, new, words):
    shutil.copytree(built.root, tmp_path / "course")
    from gradlab.course import load_course

    course = load_course(tmp_path / "course")
    file = course.root / "solutions" / "01_numbers" / "hidden_tests.py"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GradlabError, match=words):
        load_blueprint(course, course.lesson("1"))


def test_a_lesson_without_hidden_tests(built):
    text, programs = load_hidden_tests(built, built.lesson("2"))
    assert "total" in text and [p.name for p in programs] == ["sums_drawn_numbers"]


def test_reference_observations_are_kept(blueprint, tmp_path, monkeypatch):
    reference = Workshop(blueprint, tmp_path).reference
    first = expected(reference, blueprint.programs, 7)
    monkeypatch.setattr("autograder.observe.Worker", None)  # nothing runs any more
    assert expected(reference, blueprint.programs, 7) == first


def test_grade_prints_reasons_and_returns_points(tmp_path, monkeypatch, capsys):
    """What the graded cell of a notebook calls under stock nbgrader."""
    monkeypatch.setenv("GRADLAB_ENGINE", str(tmp_path))
    write_atomic(
        tmp_path / FOUND, json.dumps({"double": {"points": 1.0, "reasons": ["it is doubled: a value differs"]}})
    )
    assert grade("01_numbers", "double", points=2) == 1.0
    assert capsys.readouterr().out == "✗ it is doubled: a value differs\n"
    with pytest.raises(GradlabError, match=r"nbgrader_config\.py"):
        grade("01_numbers", "triple", points=1)
