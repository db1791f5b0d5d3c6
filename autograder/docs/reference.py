"""Pages about what `mytorch` and `gradlab` offer, from their signatures and docstrings.

A docstring here is plain text with `code` in it, so it is shown as that: nothing else in it is markup.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import autograder.cli
import gradlab.cli
from gradlab.command_line import Command
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

_MARKUP = re.compile(r"([\\*_{}\[\]<>#|$~^`:+=-])")


@dataclass(frozen=True)
class Section:
    """A heading, and below it the public names of a module or the methods of a class (`module:Class`)."""

    title: str
    where: str
    names: tuple[str, ...] = ()


#: Modules whose public names are those that `import mytorch` offers.
AT_THE_TOP = ("mytorch.creation", "mytorch.random", "mytorch.functions", "mytorch.grad_mode")
MYTORCH = (
    Section("Tensors out of nothing", "mytorch.creation"),
    Section("Random numbers", "mytorch.random"),
    Section("Tensor: what it is, and its gradient", "mytorch.tensor:Tensor"),
    Section("Tensor: entry by entry", "mytorch.methods.pointwise:Pointwise"),
    Section("Tensor: reductions", "mytorch.methods.reducing:Reducing"),
    Section("Tensor: products", "mytorch.methods.products:Products"),
    Section("Tensor: shapes and views", "mytorch.methods.shape:Shaping"),
    Section("Tensor: indexing and choosing", "mytorch.methods.selecting:Selecting"),
    Section("Tensor: other types", "mytorch.methods.converting:Converting"),
    Section("Tensor: in place", "mytorch.methods.inplace:Inplace"),
    Section("Functions of several tensors", "mytorch.functions"),
    Section("The graph", "mytorch.graph"),
    Section("Gradients on request", "mytorch.differentiate", ("backward", "grad")),
    Section("The walk", "mytorch.engine"),
    Section("Accumulating and freeing", "mytorch.accumulate"),
    Section("Hooks", "mytorch.hooks"),
    Section("Training", "mytorch.training"),
    Section("Grad modes", "mytorch.grad_mode"),
    Section("Versions", "mytorch.versions"),
    Section("Functions of your own", "mytorch.custom"),
    Section("Checking gradients", "mytorch.gradcheck"),
    Section("Derivatives as functions", "mytorch.autograd.functional"),
    Section("Saved tensors", "mytorch.autograd.graph"),
    Section("Finding what went wrong", "mytorch.autograd.anomaly_mode"),
    Section("Profiling", "mytorch.autograd.profiler"),
    Section("Checkpoints", "mytorch.utils.checkpoint"),
    Section("Layers and activations", "mytorch.nn.functional"),
    Section("Losses", "mytorch.nn.losses"),
    Section("Modules", "mytorch.nn.module"),
    Section("Optimizers", "mytorch.optim"),
    Section("Examples in batches", "mytorch.utils.data"),
)
GRADLAB = (
    Section("Drawing graphs", "gradlab.draw"),
    Section("Explaining a gradient", "gradlab.explain"),
    Section("The movie of a backward pass", "gradlab.movie", ("backward_movie", "Movie")),
    Section("Comparing two graphs", "gradlab.diff"),
    Section("Plots", "gradlab.plots"),
    Section("In a lesson", "gradlab.lesson", ("activate", "expect_error")),
    Section("Speed", "gradlab", ("bench",)),
    Section("Checks and progress", "gradlab.checks", ("run_checks", "CheckResult")),
    Section("Errors", "gradlab.errors"),
)


def page(title: str, lead: str, sections: tuple[Section, ...]) -> str:
    """The page as MyST Markdown. Imports what it describes."""
    parts = [f"# {title}\n\n{lead}\n"]
    for section in sections:
        entries = list(_entries(section))
        if not entries:
            raise GradlabError(f"{section.where} has nothing public: take it out of autograder/docs/reference.py.")
        parts.append(f"\n## {section.title}\n\nIn `{section.where.replace(':', '.')}`.\n")
        parts += [f"\n{entry}" for entry in entries]
    return "".join(parts)


def _entries(section: Section) -> Iterator[str]:
    """The entries of a section; those that follow each other without a description share one."""
    bare: list[tuple[str, str]] = []
    for kind, signature, text in _members(section):
        if not text:
            if bare and bare[0][0] != kind:
                yield _shared(bare)
                bare = []
            bare.append((kind, signature))
            continue
        if bare:
            yield _shared(bare)
            bare = []
        yield f"````{{py:{kind}}} {signature}\n{plain(text)}\n````\n"
    if bare:
        yield _shared(bare)


def _shared(bare: list[tuple[str, str]]) -> str:
    """Signatures below each other. Only reStructuredText has a directive that takes several."""
    kind = bare[0][0]
    signatures = f"\n{' ' * (len(kind) + 8)}".join(signature for _, signature in bare)
    return f"````{{eval-rst}}\n.. py:{kind}:: {signatures}\n````\n"


def _members(section: Section) -> Iterator[tuple[str, str, str]]:
    """(kind, name with signature, docstring) of what is public."""
    module, _, name = section.where.partition(":")
    owner = importlib.import_module(module)
    if name:
        owner, prefix, kind = getattr(owner, name), "Tensor", "method"
        members = {key: value for key, value in vars(owner).items() if inspect.isfunction(value)}
    else:
        package = importlib.import_module(module.partition(".")[0])
        top = module in AT_THE_TOP
        prefix, kind = (package.__name__ if top else module), "function"
        members = {
            key: value
            for key, value in vars(owner).items()
            if (inspect.isfunction(value) or inspect.isclass(value))
            and (_is_offered(value, package, key, module) if top else _is_own(value, module, section.names))
            and not (value.__doc__ or "").startswith("torch.")
        }
    for key, value in members.items():
        if key.startswith("_") or (section.names and key not in section.names):
            continue
        # A class that says nothing itself would be given the docstring of its base.
        text = inspect.cleandoc(value.__doc__) if value.__doc__ else ""
        yield "class" if inspect.isclass(value) else kind, f"{prefix}.{key}{_signature(value, kind)}", text


def _is_offered(value, package, key: str, module: str) -> bool:
    """`package.key` is this very thing, and comes from the module."""
    return getattr(package, key, None) is value and value.__module__ == module


def _is_own(value, module: str, names: tuple[str, ...]) -> bool:
    """A function or class that this module, or for a package a part of it, defines, and says something about."""
    if not getattr(value, "__doc__", None):
        return False
    home = getattr(value, "__module__", None) or ""
    return home == module or bool(names) or (module == "mytorch.optim" and home.startswith(module))


class _Unquoted(str):
    """An annotation that is a string, shown without its quotes."""

    __repr__ = str.__str__


def _signature(value, kind: str) -> str:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    given = [p.replace(annotation=_unquoted(p.annotation)) for p in found.parameters.values()]
    found = found.replace(parameters=given, return_annotation=_unquoted(found.return_annotation))
    signature = re.sub(r" at 0x[0-9a-f]+", "", str(found))
    return re.sub(r"^\(self(, )?", "(", signature) if kind == "method" else signature


def _unquoted(annotation):
    return _Unquoted(annotation) if isinstance(annotation, str) else annotation


def plain(text: str) -> str:
    """Text as Markdown that shows it as it stands: paragraphs, `code`, and blocks that are indented."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text):
        if all(line.startswith("    ") for line in paragraph.split("\n")):
            parts.append(f"```text\n{textwrap.dedent(paragraph)}\n```")
        else:
            pieces = re.split(r"(`[^`\n]+`)", paragraph)
            parts.append("".join(p if p.startswith("`") else _MARKUP.sub(r"\\\1", p) for p in pieces))
    return "\n\n".join(parts)


def commands_page(commands: Sequence[Command]) -> str:
    """What `--help` says, of the commands and of each of their verbs."""
    parts = ["# Commands\n\nWhat `--help` says in a terminal.\n"]
    for command in commands:
        parts.append(f"\n## {command.name}\n\n```text\n{command.help().strip()}\n```\n")
        for verb in command.verbs:
            parts.append(f"\n### {command.name} {verb}\n\n```text\n{_help(command, verb)}\n```\n")
    return "".join(parts)


def _help(command: Command, verb: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        command.run([verb, "--help"])
    return said.getvalue().strip()


def main() -> None:
    """Write the pages to the folder that is named."""
    folder = Path(sys.argv[1])
    lead = (
        "What the finished package offers: PyTorch's names with PyTorch's meanings. Most methods of a tensor are "
        "functions too: `torch.exp(x)` is `x.exp()`."
    )
    write_atomic(folder / "mytorch.md", page("mytorch", lead, MYTORCH))
    lead = "What the lessons use to draw, explain and check."
    write_atomic(folder / "gradlab.md", page("gradlab", lead, GRADLAB))
    write_atomic(folder / "commands.md", commands_page((gradlab.cli.COMMAND, autograder.cli.COMMAND)))


if __name__ == "__main__":
    main()
