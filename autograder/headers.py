"""From what jupytext read in a cell's header to the fields of a Cell. solutions/README.md is the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradlab.errors import did_you_mean

# What a header can make of a code cell, and the keys that may stand beside it.
ROLES = {
    "setup": (),
    "given": (),
    "exercise": ("points",),
    "hints": (),
    "check": ("points", "part"),
    "predict": (),
    "error": (),
}
MARKDOWN_KEYS = ("fold",)
KEYS = tuple(dict.fromkeys([*ROLES, *MARKDOWN_KEYS, *(key for keys in ROLES.values() for key in keys)]))
# What jupytext notes about the layout of the file; nothing that an author wrote.
_LAYOUT = {"lines_to_next_cell", "cell_marker", "lines_to_end_of_cell_marker"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def read(cell_type: str, metadata: Mapping) -> tuple[dict, list[str]]:
    """The fields of a Cell that its header gives (`role` at least), and what is wrong with it, in sentences."""
    keys = {key: value for key, value in metadata.items() if key not in _LAYOUT}
    wrong = _unreadable(cell_type, keys)
    if wrong:
        return {"role": "demo" if cell_type == "code" else "prose"}, wrong
    unknown = [key for key in keys if key not in KEYS]
    wrong = [f'unknown key "{key}" in the header.{did_you_mean(key, KEYS) or _known()}' for key in unknown]
    keys = {key: value for key, value in keys.items() if key in KEYS}
    if cell_type == "markdown" and "hints" not in keys:
        return _markdown(keys, wrong)
    return _code(keys, wrong)


def _unreadable(cell_type: str, keys: dict) -> list[str]:
    broken = keys.get("incorrectly_encoded_metadata")
    if broken and "[markdown]" in broken:
        return ['write [markdown] first: # %% [markdown] fold="…"']
    if broken:
        return [f'the header cannot be read: {broken}. Write key="text" or key=1, with spaces between them.']
    if cell_type not in ("code", "markdown"):
        return [f"a cell is code or [markdown], not [{cell_type}]."]
    if "title" in keys or "cell_depth" in keys:
        text = keys.get("title", "%")
        return [f'"{text}" in the header belongs to no key. Write key="text", for instance # %% given="{text}".']
    return []


def _markdown(keys: dict, wrong: list[str]) -> tuple[dict, list[str]]:
    extra = [key for key in keys if key not in MARKDOWN_KEYS]
    wrong += [f'a [markdown] cell takes no "{key}", only fold="title".' for key in extra]
    title = keys.get("fold", "")
    if "fold" in keys and not (isinstance(title, str) and title.strip()):
        wrong.append('fold needs a title: # %% [markdown] fold="Answer"')
    return {"role": "prose", "title": str(title)}, wrong


def _code(keys: dict, wrong: list[str]) -> tuple[dict, list[str]]:
    if "fold" in keys:
        wrong.append('fold is for Markdown: # %% [markdown] fold="…"')
    roles = [key for key in keys if key in ROLES]
    if len(roles) > 1:
        wrong.append(f"a cell is one of {' and '.join(roles)}, not both.")
    role = roles[0] if roles else "demo"
    for key in ("points", "part"):
        if key in keys and key not in ROLES.get(role, ()):
            at = " or ".join(name for name, allowed in ROLES.items() if key in allowed)
            wrong.append(f'"{key}" belongs to the header of an {at}, not of {role}.')
    fields: dict = {"role": role}
    if role == "error":
        fields = {"role": "demo", "raises": str(keys["error"])}
    elif role == "setup" and keys["setup"] is not True:
        wrong.append("write setup=true")
    elif role not in ("demo", "setup"):
        fields["name"] = _name(role, keys[role], wrong)
    if "points" in ROLES.get(role, ()):
        fields["points"] = _points(role, keys, wrong)
    if role == "check" and "part" in keys:
        fields["part"] = str(keys["part"])
        if not re.fullmatch(r"[A-Za-z0-9_-]+", fields["part"]):
            wrong.append(f'part="{fields["part"]}" becomes part of an id: use letters, digits, _ and -.')
    return fields, wrong


def _name(role: str, value: object, wrong: list[str]) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        wrong.append(f'{role}="{value}" is no name: use letters, digits, _ and -, and begin with a letter.')
    elif len(value) > 40:
        wrong.append(f"{role}={value!r} is too long for a cell's id; 40 letters are enough.")
    return str(value)


def _points(role: str, keys: dict, wrong: list[str]) -> float:
    value = keys.get("points")
    if value is None:
        if role == "check":
            wrong.append("a check has points: points=1 (0 for one that does not count).")
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
        wrong.append(f"points={value!r} should be a number that is not negative, without quotes.")
        return 0
    return value


def _known() -> str:
    return f" Known keys: {', '.join(KEYS)}."
