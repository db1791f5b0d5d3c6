"""What a drawing shows when asked: saved tensors, broadcasting, gradients, freed steps, names of every kind, themes."""

from __future__ import annotations

import re

import pytest

from gradlab.draw import draw
from gradlab.errors import GradlabError
from gradlab.graph import GraphEdge, Saved, trace


@pytest.fixture
def spread(torch):
    """loss = mean of exp(x * w), where x and w are both broadcast."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    w = torch.tensor([[1.0], [2.0]], requires_grad=True)
    z = (x * w).exp()
    return {"x": x, "w": w, "z": z, "loss": z.mean()}


def lines(dot: str, pattern: str) -> list[str]:
    return [line.strip() for line in dot.splitlines() if re.search(pattern, line)]


def test_what_is_traced(spread):
    graph = trace(spread["loss"], spread)
    assert [(node.kind, node.name, node.label, node.arity) for node in graph.nodes] == [
        ("result", "Tensor", "loss", 0),
        ("op", "MeanBackward0", "loss", 3),
        ("op", "ExpBackward0", "z", 1),
        ("op", "MulBackward0", "", 2),
        ("leaf", "AccumulateGrad", "x", 0),
        ("leaf", "AccumulateGrad", "w", 0),
    ]
    assert graph.nodes[3].saved == (
        Saved("input 0", "x", (3,), "float32", "[1, 2, 3]", 0),
        Saved("input 1", "w", (2, 1), "float32", "[[1], [2]]", 1),
    )
    assert graph.nodes[2].saved == (Saved("result", "z", (2, 3), "float32"),)
    assert graph.edges[-2:] == (
        GraphEdge(3, 4, 0, 0, True, ((3,), (2, 3))),
        GraphEdge(3, 5, 1, 0, True, ((2, 1), (2, 3))),
    )


def test_broadcasting_is_on_the_edge(spread):
    dot = draw(spread["loss"]).dot
    (first, second) = lines(dot, 'style="bold"')
    assert first.startswith('n4 -> n3 [label="(3,) → (2, 3)", color="#a4457c"')
    assert 'tooltip="broadcast from (2, 1) to (2, 3); its gradient is summed back to (2, 1)"' in second
    ones = spread["x"] * spread["x"]
    assert "→" not in draw(ones.sum()).dot


def test_details(spread):
    loss = spread["loss"]
    brief, normal, full = (draw(loss, spread, detail=detail).dot for detail in ("brief", "normal", "full"))
    assert 'label="x"' in brief and "[1, 2, 3]" not in brief.replace("tooltip", "")
    assert 'label="x | [1, 2, 3]"' in normal and "saved" not in normal
    assert 'label="x | [1, 2, 3] | (3,) float32"' in full
    assert len(lines(full, 'shape="note"')) == 3 and 'label="saved x\\n[1, 2, 3]"' in full
    assert len(lines(full, r"^  s\d+_\d+ -> n\d+ \[style=dotted, arrowhead=none\]")) == 3
    loss.backward()
    after = draw(loss, spread, detail="full").dot
    assert "saved" not in after and len(lines(after, "freed")) == 2 and "grad [" in after


def test_themes_differ_in_colours_alone(spread):
    auto, light, dark = (draw(spread["loss"], theme=theme).dot for theme in ("auto", "light", "dark"))
    assert 'bgcolor="#111111"' in dark and 'fontcolor="#f2f2f2"' in dark and "bgcolor=transparent" in auto
    plain = {re.sub(r'"?(#[0-9a-f]{6}|white|transparent)"?', "", dot) for dot in (auto, light, dark)}
    assert len(plain) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theme": "pink"}, 'theme is "auto", "light" or "dark"'),
        ({"detail": "all"}, 'detail is "brief", "normal" or "full"'),
        ({"max_nodes": 0}, "max_nodes is a whole number from 1 on"),
        ({"names": ["x"]}, "names=locals()"),
    ],
)
def test_what_is_refused(spread, options, said):
    with pytest.raises(GradlabError, match=re.escape(said)):
        draw(spread["loss"], **options)


def test_names_inside_lists_dicts_and_models(torch):
    model = torch.nn.Linear(2, 1)
    parts = [torch.ones(2, requires_grad=True)]
    other = {"scale": torch.tensor(2.0, requires_grad=True)}
    y = model(parts[0] * other["scale"]).sum()
    names = {"model": model, "parts": parts, "other": other, "In": [y], "_": y, "n": 3}
    assert {leaf.label for leaf in trace(y, names).leaves} == {
        "model.weight", "model.bias", "parts[0]", "other['scale']",
    }  # fmt: skip


def test_a_custom_op_of_two_results(torch):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, first, second):
            return first * 2 + second * 3

    x = torch.ones(2, requires_grad=True)
    first, second = Both.apply(x)
    graph = trace((first * second).sum(), {"x": x})
    assert [short for node in graph.ops for short in [node.name]] == ["SumBackward0", "MulBackward0", "BothBackward"]
    assert [edge.output for edge in graph.edges if edge.source == 2] == [0, 1]
    assert "Both" in draw((first * second).sum()).dot


def test_while_a_backward_runs(torch, spread):
    seen = []
    spread["z"].register_hook(lambda grad: seen.append(draw(spread["loss"], spread).dot))
    spread["loss"].backward()
    assert "digraph" in seen[0] and "Mean" in seen[0]


def test_a_leaf_that_is_gone(torch):
    y = torch.tensor(3.0, requires_grad=True) * 2
    assert [leaf.value for leaf in trace(y).leaves] == ["3"]


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ((2, 3), (5, 3, 4), ["(2, 3) → (5, 2, 3)", ""]),
        ((5, 2, 3), (3, 4), ["", "(3, 4) → (5, 3, 4)"]),
        ((4, 1, 2, 3), (5, 3, 2), ["(4, 1, 2, 3) → (4, 5, 2, 3)", "(5, 3, 2) → (4, 5, 3, 2)"]),
        ((3,), (5, 3, 4), ["(3,) → (5, 3)", ""]),
        ((5, 2, 3), (3,), ["", "(3,) → (5, 3)"]),
        ((5, 2, 3), (5, 3, 4), ["", ""]),
        ((2, 3), (3, 4), ["", ""]),
        ((2, 3), (3,), ["", ""]),
        ((3,), (3,), ["", ""]),
    ],
)
def test_broadcasting_in_products_of_matrices(torch, left, right, said):
    x, y = torch.ones(*left, requires_grad=True), torch.ones(*right, requires_grad=True)
    edges = trace(x @ y).edges[1:]
    assert [" → ".join(map(str, edge.shapes)) for edge in edges] == said
    assert [edge.stretched for edge in edges] == [bool(words) for words in said]


def test_a_cycle_is_told(torch):
    y = torch.ones(2, requires_grad=True) * 2
    y.grad_fn.next = [y.grad_fn]
    with pytest.raises(GradlabError, match="this graph has a cycle"):
        draw(y)
