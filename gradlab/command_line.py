"""The frame that both commands share: verbs in groups, one help text each, errors as one line on stderr.

A verb is a module with `NAME`, `HELP` (one line), `EXAMPLE` (shown under its --help), `add_arguments(parser)` and
`run(args) -> exit code`. It is imported only when the verb is used; the list of verbs takes the help lines out of the
sources without running them. So `--help` and a mistyped verb are answered at once, whatever the verbs import.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gradlab.errors import GradlabError, did_you_mean

USAGE_ERROR = 2  # as argparse has it, and as a GradlabError ends
INTERRUPTED = 130  # 128 + SIGINT


@dataclass(frozen=True)
class Group:
    """Verbs that belong together, in the order one uses them."""

    title: str
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """One command: its name, what it is for, the package that holds its verbs, and an example of each common use."""

    name: str
    about: str
    package: str
    groups: tuple[Group, ...]
    examples: str

    @property
    def verbs(self) -> tuple[str, ...]:
        return tuple(verb for group in self.groups for verb in group.verbs)

    def run(self, argv: Sequence[str] | None = None) -> int:
        """Parse `argv` (sys.argv without the program when None), run the verb and return its exit code."""
        try:
            code = self._run(list(sys.argv[1:] if argv is None else argv))
            sys.stdout.flush()
            return code
        except GradlabError as error:
            return self._fail(str(error))
        except KeyboardInterrupt:
            print(f"{self.name}: interrupted.", file=sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:
            # `gradlab status | head`: the reader has had enough. Keep Python from complaining at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0

    def _run(self, argv: list[str]) -> int:
        speak_utf8()
        if not argv or argv[0] in ("-h", "--help", "help"):
            if argv[:1] == ["help"] and len(argv) > 1:  # `gradlab help check`
                return self._run([argv[1], "--help"])
            print(self.help())
            return 0
        if argv[0] in ("-V", "--version"):
            from gradlab import __version__

            print(f"{self.name} {__version__}")
            return 0
        if argv[0] not in self.verbs:
            kind = "option" if argv[0].startswith("-") else "command"
            hint = did_you_mean(argv[0], self.verbs) or f" The commands: {', '.join(self.verbs)}."
            return self._fail(f'{self.name} has no {kind} "{argv[0]}".{hint} See {self.name} --help.')
        return self._verb(argv[0], argv[1:])

    def _verb(self, name: str, rest: list[str]) -> int:
        verb = importlib.import_module(f"{self.package}.commands.{name}")
        parser = Parser(
            prog=f"{self.name} {name}",
            description=verb.HELP[:1].upper() + verb.HELP[1:].rstrip(".") + ".",
            epilog=f"example:\n{_indented(verb.EXAMPLE)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        verb.add_arguments(parser)
        try:
            args = parser.parse_args(rest)
        except SystemExit as done:  # argparse has printed --help
            return done.code or 0
        return verb.run(args) or 0

    def _fail(self, message: str) -> int:
        print(f"error: {message}", file=sys.stderr)
        return USAGE_ERROR

    def help(self) -> str:
        """The text of `--help`: the verbs in their groups, a line each, and examples."""
        width = max(map(len, self.verbs))
        lines = [f"usage: {self.name} COMMAND …", "", self.about]
        for group in self.groups:
            lines += ["", f"{group.title}:"]
            lines += [f"  {verb:<{width}}  {help_line(self.package, verb)}" for verb in group.verbs]
        lines += ["", "examples:", _indented(self.examples), ""]
        lines += [f"{self.name} COMMAND --help tells more about one; {self.name} --version names the version."]
        return "\n".join(lines)


class Parser(argparse.ArgumentParser):
    """argparse whose errors look like ours, and whose mistyped options are guessed."""

    def error(self, message: str) -> NoReturn:
        unknown = message.partition("unrecognized arguments: ")[2]
        if unknown:
            options = [option for action in self._actions for option in action.option_strings]
            message = f"unknown argument {unknown}.{did_you_mean(unknown.split()[0], options)}"
        message = message[:1].lower() + message[1:]
        end = "" if message.endswith((".", "?")) else "."
        raise GradlabError(f"{self.prog}: {message}{end} See {self.prog} --help.")


def help_line(package: str, verb: str) -> str:
    """The `HELP` that stands in the source of a verb."""
    package_file = importlib.util.find_spec(package).origin
    source = Path(package_file).parent / "commands" / f"{verb}.py"
    if not source.is_file():
        return ""
    for statement in ast.parse(source.read_bytes()).body:
        if isinstance(statement, ast.Assign) and any(getattr(name, "id", "") == "HELP" for name in statement.targets):
            return ast.literal_eval(statement.value)
    return ""


def speak_utf8() -> None:
    """Print UTF-8 whatever the locale (Windows, a bare container); never fail at a character that cannot be shown."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip("\n").splitlines())
