"""Results of checks in few words: those that fail for one reason, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable


def together(failures: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences from (name of a check, what it does): `a and 3 others – fails …` instead of four alike."""
    names: dict[str, list[str]] = {}
    for name, does in failures:
        if name not in names.setdefault(does, []):
            names[does].append(name)
    return [f"{_listed(found)} {does}" for does, found in names.items()]


def _listed(names: list[str]) -> str:
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"
