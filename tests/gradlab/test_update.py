"""A newer release merged into work in progress: nothing that the student wrote is lost or moved."""

from __future__ import annotations

import copy
import json

import pytest

from gradlab.cli import main
from gradlab.merge import fingerprint, merge
from gradlab.notebooks import read_notebook

STUBS = {"square": "#| export ops.square\ndef square(x):\n    raise NotImplementedError('multiply')"}


def released(make, *cells, fingerprints=True, **stubs):
    """A notebook as a release writes it."""
    raw = make.notebook(list(cells), stubs={**STUBS, **stubs})
    if fingerprints:
        raw["metadata"]["gradlab"]["released"] = {cell["id"]: fingerprint(cell["source"]) for cell in cells}
    return raw


def text(make, source, name):
    return {**make.prose(source), "id": name, "metadata": {"gradlab": {"role": "prose"}}}


def example(make, source, name):
    return {**make.code(source, "demo"), "id": name}


def lesson(make, **options):
    """Version 1: text, exercise, check, an example."""
    return released(
        make,
        text(make, "# Squares", "squares"),
        make.exercise("square", STUBS["square"]),
        make.check("square", "assert tinytorch.ops.square(3) == 6, 'six'"),
        example(make, "print(1)", "demo-print"),
        **options,
    )


def fixed(make, **options):
    """Version 2: the check is right, there is new text, the example is another."""
    return released(
        make,
        text(make, "# Squares", "squares"),
        text(make, "Three times three is nine.", "three-times"),
        make.exercise("square", STUBS["square"]),
        make.check("square", make.SQUARE_CHECK, points=2),
        example(make, "print(2)", "demo-print"),
        **options,
    )


def worked(make, raw, **sources):
    """What a student made of a release: an answer, notes in three places."""
    raw = copy.deepcopy(raw)
    for cell in raw["cells"]:
        if cell["id"] in sources:
            cell["source"] = sources[cell["id"]]
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "mine\n"}]
    note = {"cell_type": "markdown", "metadata": {}, "source": "my note"}
    raw["cells"].insert(0, {**note, "id": "n0", "source": "first of all"})
    raw["cells"].insert(3, {**note, "id": "n1"})
    raw["cells"].append({"cell_type": "code", "metadata": {}, "id": "n2", "source": "2 + 2", "outputs": []})
    return raw


def sources(raw):
    return {cell["id"]: cell["source"] for cell in raw["cells"]}


def test_answers_and_own_cells_stay(make):
    mine = worked(make, lesson(make), square=make.SQUARE)
    merged = merge(mine, fixed(make))
    assert [cell["id"] for cell in merged.raw["cells"]] == [
        "n0", "squares", "three-times", "square", "n1", "square-check", "demo-print", "n2",
    ]  # fmt: skip
    after = sources(merged.raw)
    assert after["square"] == make.SQUARE and after["square-check"] == make.SQUARE_CHECK
    assert after["demo-print"] == "print(2)" and after["n1"] == "my note"
    answer = merged.raw["cells"][3]
    assert answer["outputs"], "and what it printed"
    assert merged.raw["cells"][5]["metadata"]["nbgrader"]["points"] == 2
    assert {(c.kind, c.cell) for c in merged.changes} == {
        ("new", "three-times"), ("changed", "square-check"), ("changed", "demo-print"),
    }  # fmt: skip
    assert merged.kept == ["square"] and merged.own == 3
    again = merge(copy.deepcopy(merged.raw), fixed(make))
    assert again.raw == merged.raw and not again.changes, "twice is as good as once"


def test_an_unwritten_exercise_gets_the_new_stub(make):
    new = {"square": STUBS["square"].replace("multiply", "x times x")}
    theirs = released(make, make.exercise("square", new["square"]), **new)
    merged = merge(worked(make, lesson(make)), theirs)
    assert sources(merged.raw)["square"] == new["square"]
    assert merged.raw["metadata"]["gradlab"]["stubs"]["square"] == new["square"], "what `gradlab reset` puts back"
    merged = merge(worked(make, lesson(make), square=make.SQUARE), theirs)
    assert sources(merged.raw)["square"] == make.SQUARE
    assert any(c.kind == "kept" and "your answer is as it was" in c.note for c in merged.changes)


def test_what_the_student_changed(make):
    play = worked(make, lesson(make), **{"demo-print": "print('played')", "square-check": "pass", "squares": "# Mine"})
    merged = merge(play, fixed(make))
    after = [(cell["id"], cell["source"]) for cell in merged.raw["cells"]]
    assert ("demo-print", "print(2)") in after and ("own-1", "print('played')") in after
    assert after.index(("own-1", "print('played')")) == after.index(("demo-print", "print(2)")) + 1
    assert ("square-check", make.SQUARE_CHECK) in after and ("square-check", "pass") not in after
    assert ("squares", "# Mine") in after, "the release says the same of it as before"
    assert any(c.cell == "square-check" and "you had changed it" in c.note for c in merged.changes)


def test_deleted_and_removed_cells(make):
    mine = worked(make, lesson(make), square=make.SQUARE)
    mine["cells"] = [cell for cell in mine["cells"] if cell["id"] not in ("square-check", "squares")]
    merged = merge(mine, fixed(make))
    assert "squares" not in sources(merged.raw), "text that was deleted and says nothing new"
    assert any((c.kind, c.cell) == ("put back", "square-check") for c in merged.changes)

    theirs = released(make, text(make, "# Squares", "squares"))
    merged = merge(worked(make, lesson(make), square=make.SQUARE), theirs)
    kept = [cell for cell in merged.raw["cells"] if "x * x * FACTOR" in cell["source"]]
    assert len(kept) == 1 and kept[0]["metadata"] == {} and not kept[0]["source"].startswith("#|"), (
        "as a cell of their own"
    )
    assert {c.cell for c in merged.of_kind("removed")} == {"square-check", "demo-print"}


def test_a_release_that_left_no_fingerprints(make):
    mine = worked(make, lesson(make, fingerprints=False), square=make.SQUARE)
    after = sources(merge(mine, fixed(make)).raw)
    assert after["square"] == make.SQUARE and after["square-check"] == make.SQUARE_CHECK and after["n2"] == "2 + 2"


def test_copies_and_ids(make):
    """A copied cell, cells without ids, an id used twice: each ends up with one of its own."""
    mine = worked(make, lesson(make), square=make.SQUARE)
    first = copy.deepcopy(next(cell for cell in mine["cells"] if cell["id"] == "square"))
    mine["cells"].insert(2, {**first, "id": "x1", "source": "#| export ops.square\nsquare = 1"})
    mine["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": name} for name in ("a", "b")]
    mine["cells"].append({"cell_type": "markdown", "metadata": {}, "id": "n0", "source": "c"})
    raw = merge(mine, fixed(make)).raw
    ids = [cell["id"] for cell in raw["cells"]]
    assert len(set(ids)) == len(ids)
    found = [cell["source"] for cell in raw["cells"]]
    assert {"a", "b", "c", "first of all", make.SQUARE, "#| export ops.square\nsquare = 1"} <= set(found)


# ---- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(place, make, tmp_path_factory):
    """Lesson 1 as somebody works in it, and the fixed one that came by mail."""
    place.write(worked(make, lesson(make), square=make.SQUARE))
    file = tmp_path_factory.mktemp("mail") / "01_first (1).ipynb"
    file.write_text(json.dumps(fixed(make)), encoding="utf-8")
    return place, file


def test_command(sent, capsys):
    place, file = sent
    before = place.path().read_bytes()
    assert main(["update", str(file), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "01_first: 2 changed, 1 new; 1 answer and 3 cells of your own stay." in said
    assert "changed   square-check (a check)" in said and "Nothing was written." in said
    assert place.path().read_bytes() == before
    assert main(["update", str(file)]) == 0
    said = capsys.readouterr().out
    assert "Next: gradlab export 1 && gradlab check 1" in said
    kept = list((place.root / ".gradlab" / "backups" / "01_first").glob("*.ipynb"))
    assert len(kept) == 1 and kept[0].read_bytes() == before
    assert read_notebook(place.path()).exercises["square"].source.endswith("* FACTOR")
    assert main(["update", str(file)]) == 0
    assert "01_first: up to date." in capsys.readouterr().out


def test_a_folder_with_a_new_lesson(sent, make, capsys):
    place, file = sent
    second = released(make, make.exercise("more", "raise NotImplementedError"))
    second["metadata"]["gradlab"]["lesson"] = "02_second"
    (file.parent / "modules").mkdir()
    (file.parent / "modules" / "02_second.ipynb").write_text(json.dumps(second), encoding="utf-8")
    assert main(["update", str(file.parent)]) == 0
    assert "02_second: new, modules/02_second/02_second.ipynb" in capsys.readouterr().out
    assert read_notebook(place.path("02_second")).exercises["more"]


def test_a_whole_release_brings_its_course(sent, make, capsys):
    place, file = sent
    ours = (place.root / "course.yml").read_text(encoding="utf-8")
    third = "  - {id: 03_third, title: Third, modules: [third], points: 10, minutes: 10}\n"
    (file.parent / "course.yml").write_text(ours + third, encoding="utf-8")
    raw = released(make, make.exercise("last", "raise NotImplementedError"))
    raw["metadata"]["gradlab"]["lesson"] = "03_third"
    (file.parent / "03_third.ipynb").write_text(json.dumps(raw), encoding="utf-8")
    assert main(["update", str(file.parent), "--dry-run"]) == 0
    assert (place.root / "course.yml").read_text(encoding="utf-8") == ours
    assert main(["update", str(file.parent)]) == 0
    assert "course.yml: the release's takes the place" in capsys.readouterr().out
    assert place.course.lesson("3").title == "Third" and place.path("03_third").is_file()
    (file.parent / "course.yml").write_text(ours.replace("tinytorch", "othertorch"), encoding="utf-8")
    assert main(["update", str(file.parent)]) == 2
    assert "is another course, of the package othertorch" in capsys.readouterr().err


def test_what_is_no_release(sent, make, capsys):
    place, file = sent
    before = place.path().read_bytes()

    def refused(source, said):
        assert main(["update", str(source)]) == 2
        assert said in capsys.readouterr().err and place.path().read_bytes() == before

    refused(file.with_name("gone.ipynb"), "does not exist")
    refused(place.path(), "is your own notebook")
    refused(place.root / "tinytorch", "holds no released lesson")
    twice = file.with_name("01_first (2).ipynb")
    twice.write_bytes(file.read_bytes())
    refused(file.parent, "has lesson 01_first twice")
    twice.unlink()
    other = fixed(make)
    other["metadata"]["gradlab"]["lesson"] = "09_other"
    file.write_text(json.dumps(other), encoding="utf-8")
    refused(file, "course.yml does not have")
    file.write_text(json.dumps(make.notebook([])), encoding="utf-8")
    refused(file, "is no released lesson")
    file.write_text("{", encoding="utf-8")
    refused(file, "this is no notebook")
