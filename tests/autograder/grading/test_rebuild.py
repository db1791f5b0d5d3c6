"""Whatever happened to the cells of a notebook: the answers are found, and what was done is told."""

import copy
import json

import pytest

from autograder.rebuild import rebuild

DOUBLE = "#| export numbers.double\ndef double(x):\n    return 2.0 * x"
STUB = "#| export numbers.double\ndef double(x):\n    raise NotImplementedError"


def place(notebook, name):
    return next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == name)


def cell_of(notebook, name):
    return notebook["cells"][place(notebook, name)]


def own(source, **more):
    """A cell that the student made."""
    return {"cell_type": "code", "id": "0a1b", "metadata": {}, "source": source, "outputs": [], **more}


@pytest.fixture
def rebuilt(answered, blueprint):
    def run(change=lambda notebook: None, **instead):
        notebook = answered(**instead)
        notebook = change(notebook) or notebook
        return rebuild(json.dumps(notebook).encode(), blueprint)

    return run


def told(result):
    return [f"{repair.exercise}: {repair.text}" if repair.exercise else repair.text for repair in result.repairs]


def test_nothing_to_repair(rebuilt, blueprint):
    result = rebuilt(double=DOUBLE)
    assert (result.problem, result.repairs) == ("", []) and set(result.sources) == set(blueprint.exercises)
    assert result.sources["double"] == DOUBLE


def test_a_deleted_exercise_and_a_deleted_check(rebuilt):
    def delete(notebook):
        for name in ("double", "triple-check"):
            del notebook["cells"][place(notebook, name)]

    result = rebuilt(delete)
    assert "double" not in result.sources and "triple" in result.sources
    assert told(result) == [
        "double: the exercise's cell was missing",
        "triple: the cell triple-check was missing; it was put back",
    ]


def test_a_deleted_exercise_that_another_cell_defines(rebuilt):
    def rewrite(notebook):
        notebook["cells"][place(notebook, "double")] = own("def double(x):\n    return x + x")

    result = rebuilt(rewrite)
    assert result.sources["double"] == "def double(x):\n    return x + x"
    assert told(result) == ["double: the exercise's cell was missing; another cell that defines it was graded"]


def test_two_that_define_it_are_not_guessed_between(rebuilt):
    def rewrite(notebook):
        notebook["cells"][place(notebook, "double")] = own("def double(x):\n    return x + x")
        notebook["cells"].append(own("def double(x):\n    return 2"))

    assert "double" not in rebuilt(rewrite).sources


@pytest.mark.parametrize(
    ("second", "chosen", "words"),
    [
        (DOUBLE, DOUBLE, "the cell was there 2 times, always the same"),
        (STUB, DOUBLE, "the cell was there 2 times; the one that is written was graded"),
        (DOUBLE + "  # new", DOUBLE + "  # new", "the cell was there 2 times; the last that is written was graded"),
    ],
)
def test_a_pasted_copy(rebuilt, second, chosen, words):
    def paste(notebook):
        pasted = copy.deepcopy(cell_of(notebook, "double"))
        notebook["cells"].append({**pasted, "source": second})

    result = rebuilt(paste, double=DOUBLE)
    assert result.sources["double"] == chosen and told(result) == [f"double: {words}"]


def test_a_pasted_copy_without_metadata(rebuilt):
    """The stub is still there; the answer stands in a new cell, known by its `#| export` line."""
    result = rebuilt(lambda notebook: notebook["cells"].append(own(DOUBLE)), double=STUB)
    assert result.sources["double"] == DOUBLE
    assert told(result) == ["double: the cell was there 2 times; the one that is written was graded"]


def test_a_split_cell_is_joined(rebuilt):
    head, tail = DOUBLE.rsplit("\n", 1)

    def split(notebook):
        first = cell_of(notebook, "double")
        first["source"] = head
        notebook["cells"].insert(place(notebook, "double") + 1, {**copy.deepcopy(first), "source": tail})

    result = rebuilt(split)
    assert result.sources["double"] == DOUBLE and told(result) == [
        "double: the cell was split into 2; they were joined"
    ]


def test_reordered_cells(rebuilt, blueprint):
    result = rebuilt(lambda notebook: notebook["cells"].reverse())
    assert set(result.sources) == set(blueprint.exercises)
    assert told(result) == ["its cells were out of order; they were put back"]


def test_changed_and_copied_locked_cells(rebuilt):
    def change(notebook):
        cell_of(notebook, "double-check")["source"] = "assert True"
        notebook["cells"].append(copy.deepcopy(cell_of(notebook, "triple-check")))
        cell_of(notebook, "given-price")["source"] = "price = 0"

    assert sorted(told(rebuilt(change))) == [
        "double: the cell double-check was changed; the original was used",
        "the cell given-price was changed; the original was used",
        "triple: the cell triple-check was there 2 times; it was run once",
    ]


def test_without_any_metadata_the_export_line_and_the_cell_ids_tell(rebuilt, blueprint):
    def strip(notebook):
        notebook["metadata"] = {}
        for cell in notebook["cells"]:
            cell["metadata"] = {}

    result = rebuilt(strip)
    assert not result.problem and set(result.sources) == set(blueprint.exercises) and not result.repairs


def test_an_exercise_turned_into_markdown(rebuilt):
    def turn(notebook):
        cell_of(notebook, "double")["cell_type"] = "markdown"

    result = rebuilt(turn, double=DOUBLE)
    assert result.sources["double"] == DOUBLE
    assert told(result) == ["double: the cell was of type markdown; it was taken as code"]


def test_a_cell_that_says_it_is_another_exercise(rebuilt):
    """As in the student's notebook, the `#| export` line decides."""

    def mix_up(notebook):
        cell_of(notebook, "triple")["source"] = DOUBLE
        cell_of(notebook, "double")["source"] = STUB

    result = rebuilt(mix_up)
    assert result.sources["double"] == DOUBLE and "triple" not in result.sources


def test_guesses_are_kept(rebuilt):
    def guess(notebook):
        cell_of(notebook, "predict-twice")["source"] = "my_guess = 6"

    assert rebuilt(guess).guesses == {"predict-twice": "my_guess = 6"}


def test_lines_as_a_list_line_ends_and_lone_surrogates(rebuilt, blueprint, answered):
    def lines(notebook):
        cell_of(notebook, "double")["source"] = [
            "#| export numbers.double\r\n",
            "def double(x):\r\n",
            "    return 2.0 * x",
        ]
        cell_of(notebook, "triple")["source"] += "\n# \ud800"

    result = rebuilt(lines)
    assert result.sources["double"].strip() == DOUBLE
    result.sources["triple"].encode("utf-8")


def test_damaged_cells_are_passed_over(rebuilt):
    result = rebuilt(lambda n: n["cells"].extend([None, 3, {"cell_type": 5, "metadata": [], "source": {"a": 1}}]))
    assert not result.problem and told(result) == ["2 damaged cells were passed over"]


WHOLE_FILE = [
    (lambda text: text[: len(text) // 2], "cut off in line"),
    (lambda text: text.rstrip()[:-1], "cut off in line"),
    (lambda text: "hello", "this is no notebook: in line 1 it is not JSON"),
    (lambda text: "", "the file is empty"),
    (lambda text: "\0" * 50, "the file is empty"),
    (lambda text: "<!DOCTYPE html><html></html>", "a web page"),
    (lambda text: "[1, 2]", "has no cells"),
    (lambda text: '{"a": 1}', "has no cells"),
    (lambda text: "[" * 100_000, "cannot be read as JSON"),
    (lambda text: text.replace('"nbformat": 4', '"nbformat": 5'), "notebook format 5 is not known"),
    (lambda text: text.replace('"nbformat": 4', '"nbformat": "four"'), 'notebook format "four" is not known'),
    (lambda text: '{"cells": 3, "nbformat": 4}', "notebook format 4 is not known"),
    (lambda text: '{"cells": [], "nbformat": 4}', "no cell of 01_numbers is in it"),
    (lambda text: text.replace("01_numbers", "02_sums"), "this is the notebook of 02_sums, not of 01_numbers"),
    (lambda text: b"PK\x03\x04\xff\xfe", "a zip file"),
    (lambda text: b"%PDF-1.4 \xff", "a PDF"),
    (lambda text: b"\x89\xff\x00\x01", "a binary file"),
]


@pytest.mark.parametrize(("damage", "words"), WHOLE_FILE, ids=[words for _, words in WHOLE_FILE])
def test_files_that_are_no_notebook_of_this_lesson(answered, blueprint, damage, words):
    data = damage(json.dumps(answered(), indent=1))
    result = rebuild(data if isinstance(data, bytes) else data.encode(), blueprint)
    assert words in result.problem and not result.sources


READABLE = [
    (lambda text: b"\xef\xbb\xbf" + text.encode(), "the byte-order mark at its beginning was removed"),
    (lambda text: text.replace("\n", "\r\n").encode(), "its line ends were put right"),
    (lambda text: text.encode("utf-16"), "the file was saved as UTF-16"),
]


@pytest.mark.parametrize(("change", "words"), READABLE, ids=[words for _, words in READABLE])
def test_files_that_are_read_all_the_same(answered, blueprint, change, words):
    result = rebuild(change(json.dumps(answered(), indent=1)), blueprint)
    assert not result.problem and told(result) == [words] and len(result.sources) == 4


def test_the_old_notebook_format(answered, blueprint):
    notebook = answered()
    cells = [{**cell, "input": cell.pop("source")} for cell in notebook["cells"]]
    old = {"nbformat": 3, "metadata": notebook["metadata"], "worksheets": [{"cells": cells}]}
    result = rebuild(json.dumps(old).encode(), blueprint)
    assert len(result.sources) == 4 and told(result) == ["it was saved in the old notebook format 3"]
