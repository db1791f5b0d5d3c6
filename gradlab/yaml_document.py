"""Typed reading of a YAML document whose every error names file and line.

The document is composed into nodes, not loaded into values: a node knows the line it stands on. A reader method takes
a node and returns a Python value of one type, or raises CourseError.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NoReturn

import yaml

from gradlab.errors import CourseError, GradlabError, did_you_mean
from gradlab.files import read_text

# What YAML takes a scalar for, in words for someone who did not mean that.
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "a truth value",
    "null": "empty",
    "timestamp": "a date",
    "seq": "a list",
    "map": "a mapping of keys to values",
}


class Document:
    """One YAML file: its root node, and readers for the nodes in it."""

    def __init__(self, file: Path, shown_as: Path):
        self.file = shown_as
        try:
            text = read_text(file)
        except GradlabError as error:
            raise CourseError(str(error)) from None
        try:
            node = yaml.compose(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            told = " ".join(part for part in (error.context, error.problem) if part)
            hint = " Indent with spaces, not tabs." if "\\t" in told else ""
            raise CourseError(f"not valid YAML: {told}.{hint}", self.file, mark and mark.line + 1) from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise CourseError(f"a character that YAML does not allow: {error.character!r}.", self.file, line) from None
        except RecursionError:
            raise CourseError("not valid YAML: nested too deeply.", self.file) from None
        if node is None:
            raise CourseError("the file is empty. A course needs a title, a package and lessons.", self.file)
        self.root = node

    def error(self, node: yaml.Node, message: str) -> NoReturn:
        """Raise CourseError at the line of `node`."""
        raise CourseError(message, self.file, node.start_mark.line + 1)

    # ---- readers -----------------------------------------------------------------------------------------------

    def mapping(
        self, node: yaml.Node, what: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """A mapping with these keys, as {key: node of its value}. A key unknown, repeated or missing is an error."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, what, "a mapping of keys to values")
        known = [*required, *optional]
        values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                hint = did_you_mean(name, known) or f" Known keys: {', '.join(known)}."
                self.error(key, f'unknown key "{name}" in {what}.{hint}')
            if name in values:
                self.error(key, f'the key "{name}" stands twice in {what}.')
            values[name] = value
        for name in required:
            if name not in values:
                self.error(node, f'{what} has no "{name}".')
        return values

    def text(self, node: yaml.Node, what: str) -> str:
        """A scalar that YAML takes for text, not blank."""
        value = self._scalar(node, what, "text", "str")
        if not value.strip():
            self.error(node, f"{what} is empty.")
        return value

    def integer(self, node: yaml.Node, what: str, least: int) -> int:
        value = self._scalar(node, what, "a whole number", "int")
        if value < least:
            self.error(node, f"{what} is {value}; it must be at least {least}.")
        return value

    def number(self, node: yaml.Node, what: str, least: float, most: float) -> float:
        value = float(self._scalar(node, what, "a number", "int", "float"))
        if not least <= value <= most:
            self.error(node, f"{what} is {value:g}; it must be from {least:g} to {most:g}.")
        return value

    def choice(self, node: yaml.Node, what: str, known: Collection[str]) -> str:
        value = self.text(node, what)
        if value not in known:
            self.error(node, f'{what} is "{value}"; known: {", ".join(known)}.{did_you_mean(value, known)}')
        return value

    def moment(self, node: yaml.Node, what: str, day_time: dt.time) -> dt.datetime:
        """A date, which means `day_time` of that day, or a date with a time. UTC unless an offset is written."""
        value = self._scalar(node, what, "a date such as 2026-09-14 or 2026-09-14T23:59:00", "timestamp")
        if not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, day_time)
        try:
            return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
        except OverflowError:  # the first or last day of the calendar, moved by its offset
            self.error(node, f'{what}: "{node.value}" is outside the calendar.')

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, what, "a list")
        return node.value

    def texts(
        self, node: yaml.Node, what: str, check: Callable[[yaml.Node, str], None] | None = None
    ) -> tuple[str, ...]:
        """A list of different texts; `check(node, text)` may refuse one."""
        seen: list[str] = []
        for item in self.items(node, what):
            value = self.text(item, f"an entry of {what}")
            if value in seen:
                self.error(item, f'"{value}" stands twice in {what}.')
            if check:
                check(item, value)
            seen.append(value)
        return tuple(seen)

    # ---- what they share ---------------------------------------------------------------------------------------

    def wrong(self, node: yaml.Node, what: str, expected: str) -> NoReturn:
        """Raise: `what` should be `expected`, but YAML took the node for something else."""
        kind = _KINDS.get(node.tag.rpartition(":")[2], "of a kind unknown here")
        shown = f' ("{node.value}")' if isinstance(node, yaml.ScalarNode) and node.value else ""
        remedy = " Put it in quotes." if expected == "text" and shown else ""
        self.error(node, f"{what} should be {expected}, but is {kind}{shown}.{remedy}")

    def _scalar(self, node: yaml.Node, what: str, expected: str, *tags: str):
        if not isinstance(node, yaml.ScalarNode) or node.tag.rpartition(":")[2] not in tags:
            self.wrong(node, what, expected)
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (ValueError, OverflowError):  # 2026-02-30 looks like a date and is none
            self.error(node, f'{what} should be {expected}; "{node.value}" does not exist.')
