"""A class of eight simulated students, and what each would get from somebody who grades by hand."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from autograder.blueprint import Blueprint
from autograder.wrong import load_wrong_answers, replaced
from gradlab.errors import GradlabError
from gradlab.export_format import is_marker, plain_code

ZERO, PART, FULL = "zero", "part", "full"


@dataclass
class Student:
    """cells: {exercise: source} where it is not the right answer. by_hand: {exercise: "zero" | "part"}, else full.

    "part": a known mistake, which loses something and may keep something. tamper: a change to the whole notebook.
    """

    name: str
    story: str
    cells: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    tamper: Callable[[dict], None] | None = None

    def notebook(self, released: str, answers: Mapping[str, str]) -> str:
        """What the student hands in: the released notebook, worked on."""
        notebook = json.loads(released)
        for cell in notebook["cells"]:
            name = cell["metadata"].get("gradlab", {}).get("name")
            if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                cell["source"] = self.cells.get(name, answers[name])
        if self.tamper:
            self.tamper(notebook)
        return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def right_answers(blueprint: Blueprint) -> dict[str, str]:
    """The answers as a student would have them: without the author's markers."""
    return {name: _unmarked(source) for name, source in blueprint.answers.items()}


def pretend_class(blueprint: Blueprint) -> list[Student]:
    """The eight. Their mistakes are the lesson's own wrong answers where it has any."""
    names = [name for name in blueprint.exercises if name in blueprint.maximum]
    exported = [name for name in names if blueprint.exercises[name].module]
    checked = next((name for name in names if blueprint.checks_of(name)), None)
    if not exported or checked is None:
        raise GradlabError(f"{blueprint.lesson.id} has no exported exercise with a check: nothing to demonstrate.")
    stubs, right = blueprint.stubs, right_answers(blueprint)
    undone = names[len(names) // 2 :]
    first, *others = _mistakes(blueprint, names)
    two = (others or [first])[:2]
    typo, leaving = exported[0], exported[-1]
    return [
        Student("ada", "everything right"),
        Student("ben", "handed in the blank notebook", dict(stubs), dict.fromkeys(names, ZERO)),
        Student("cleo", "half done", {name: stubs[name] for name in undone}, dict.fromkeys(undone, ZERO)),
        Student("dan", f"a known mistake in {first[0]}", dict([first]), {first[0]: PART}),
        Student("eve", f"known mistakes in {_and(two)}", dict(two), dict.fromkeys(dict(two), PART)),
        Student("finn", f"deleted the test cell of {checked}", tamper=_without_check(blueprint, checked)),
        Student("gita", f"a syntax error in {typo}", {typo: _with_typo(right[typo])}, {typo: ZERO}),
        Student("hugo", f"{leaving} calls exit()", {leaving: right[leaving] + "\n\nexit()"}, {leaving: ZERO}),
    ]


def _and(mistakes: list[tuple[str, str]]) -> str:
    return " and ".join(name for name, _ in mistakes)


# ---- what they do wrong -----------------------------------------------------------------------------------------


def _mistakes(blueprint: Blueprint, names: list[str]) -> list[tuple[str, str]]:
    """(exercise, source) of mistakes in different exercises: known wrong answers, else a forgotten `return`."""
    found: dict[str, str] = {}
    for mistake in load_wrong_answers(blueprint.course, blueprint.lesson):
        if mistake.exercise in names and mistake.exercise not in found:
            found[mistake.exercise] = replaced(blueprint.answers[mistake.exercise], mistake)
    for name in names:
        if name not in found:
            found[name] = forgetful(_unmarked(blueprint.answers[name]))
    known = {mistake.exercise for mistake in load_wrong_answers(blueprint.course, blueprint.lesson)}
    return sorted(found.items(), key=lambda pair: pair[0] not in known)


def forgetful(source: str) -> str:
    """The cell with every `return` forgotten; where there is none, with None in place of what is assigned."""
    tree = ast.parse(plain_code(source))
    head = source.split("\n", 1)[0] + "\n" if source.lstrip().startswith("#|") else ""
    changed = _Forget().visit(copy.deepcopy(tree))
    if ast.dump(changed) == ast.dump(tree):
        changed = _Empty().visit(changed)
    return head + ast.unparse(ast.fix_missing_locations(changed))


class _Forget(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.stmt:
        return ast.Expr(node.value) if node.value else node


class _Empty(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        node.value = ast.Constant(None)
        return node


def _with_typo(source: str) -> str:
    """The cell with a bracket that is never closed."""
    return source + "\nforgotten = (1,"


def _without_check(blueprint: Blueprint, exercise: str) -> Callable[[dict], None]:
    gone = blueprint.checks_of(exercise)[0].id

    def delete(notebook: dict) -> None:
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != gone]

    return delete


def _unmarked(source: str) -> str:
    return "\n".join(line for line in source.split("\n") if not is_marker(line))
