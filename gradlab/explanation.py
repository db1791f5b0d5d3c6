"""What the explanations of a gradient are made of."""

from __future__ import annotations

from dataclasses import dataclass

from gradlab.lines import Place
from gradlab.wrapping import wrapped


@dataclass(frozen=True)
class Explanation:
    """reason: one word for it ("detached", "not_leaf", "accumulated", …). text: sentences. place: the line."""

    reason: str
    text: str
    place: Place | None = None

    def __repr__(self) -> str:
        return wrapped(self.text)


@dataclass(frozen=True)
class Called:
    """What the caller calls the two tensors."""

    tensor: str
    loss: str


def at(place: Place | None) -> str:
    return "" if place is None else f" in {place}"


def behind(root) -> list:
    order, seen = [root], {id(root)}
    for node in order:
        for earlier in node.next:
            if earlier is not None and id(earlier) not in seen:
                seen.add(id(earlier))
                order.append(earlier)
    return order
