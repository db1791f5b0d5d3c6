"""Both commands: help, mistakes, exit codes, and the promise that verbs are imported only when used."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import pytest

import autograder.cli
import gradlab
import gradlab.cli
from gradlab.command_line import Command, Group, help_line
from gradlab.files import write_atomic

COMMANDS = [gradlab.cli.COMMAND, autograder.cli.COMMAND]
VERBS = [(command, verb) for command in COMMANDS for verb in command.verbs]


VERB = """
from gradlab.errors import GradlabError

NAME, EXAMPLE = "try", "demo try --do nothing"
HELP = "try something out"

def add_arguments(parser):
    parser.add_argument("--do", default="nothing")
    parser.add_argument("--points", type=int)

def run(args):
    if args.do == "fail":
        raise GradlabError("that was wrong. Try again.")
    if args.do == "interrupt":
        raise KeyboardInterrupt
    print("· did it")
    return 1 if args.do == "lose" else None
"""


@pytest.fixture
def command(tmp_path, monkeypatch) -> Command:
    """A command with one verb, `try`, that does what its option says."""
    for name, text in {"__init__": "", "commands/__init__": "", "commands/try": VERB}.items():
        write_atomic(tmp_path / "demo" / f"{name}.py", text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "demo"]:
        monkeypatch.delitem(sys.modules, name)
    return Command("demo", "A demo.", "demo", (Group("all", ("try",)),), "demo try")


@pytest.mark.parametrize(
    ("argv", "code"),
    [("", 0), ("--help", 0), ("help", 0), ("--version", 0), ("try", 0), ("try --help", 0), ("help try", 0),
     ("try --do lose", 1), ("try --do fail", 2), ("try --do interrupt", 130), ("tyr", 2), ("try --od x", 2),
     ("try --points x", 2), ("try --points", 2), ("try more", 2), ("--verion", 2)],
)  # fmt: skip
def test_exit_codes(command, capsys, argv, code):
    assert command.run(argv.split()) == code
    told = capsys.readouterr()
    assert bool(told.err) == (code in (2, 130)) and told.err.count("\n") <= 1, told.err
    assert code != 2 or told.err.startswith("error: ")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("tyr", 'error: demo has no command "tyr". Did you mean "try"?'),
        ("zzz", "The commands: try."),
        ("try --od x", 'unknown argument --od x. Did you mean "--do"?'),
        ("try --points x", "error: demo try: argument --points: invalid int value: 'x'. See demo try --help."),
        ("try --do fail", "error: that was wrong. Try again."),
        ("try --do interrupt", "demo: interrupted."),
    ],
)
def test_mistakes_are_one_line(command, capsys, argv, said):
    command.run(argv.split())
    assert said in capsys.readouterr().err


def test_help_of_a_verb_shows_its_example(command, capsys):
    assert "  try  try something out\n" in command.help()
    command.run(["try", "--help"])
    assert "example:\n  demo try --do nothing" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_top_level_help(command, capsys):
    assert command.run(["--help"]) == 0
    told = capsys.readouterr().out
    for group in command.groups:
        assert f"{group.title}:" in told
    for verb in command.verbs:
        assert f"\n  {verb} " in told
    assert command.run(["--version"]) == 0
    assert capsys.readouterr().out == f"{command.name} {gradlab.__version__}\n"


@pytest.mark.parametrize(("command", "verb"), VERBS, ids=lambda value: str(getattr(value, "name", value)))
def test_each_verb_keeps_the_contract(command, verb, capsys):
    module = importlib.import_module(f"{command.package}.commands.{verb}")
    assert verb == module.NAME
    assert help_line(command.package, verb) == module.HELP and 10 < len(module.HELP) < 80 and "\n" not in module.HELP
    assert f"{command.name} {verb}" in module.EXAMPLE
    assert command.run([verb, "--help"]) == 0
    assert module.EXAMPLE.strip().splitlines()[0] in capsys.readouterr().out


@pytest.mark.parametrize("package", ["gradlab", "autograder"])
def test_help_imports_nothing_heavy(package, repo):
    """No verb, and nothing that takes long: counted in modules, because time on a shared machine proves little."""
    heavy = {"numpy", "yaml", "nbformat", "nbgrader", "rich", "IPython", "jupytext", "mytorch", "importlib.metadata"}
    code = f"import sys, {package}.cli as c; c.main(['--help']); print('@', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=repo, capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(done.stdout.split("@")[1].split())
    assert not loaded & heavy
    assert not {name for name in loaded if ".commands." in name}


def test_output_is_utf8_whatever_the_locale(repo):
    done = subprocess.run(
        [sys.executable, "-m", "gradlab", "--help"],
        cwd=repo, capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii", "SYSTEMROOT": "C:\\Windows"},
    )  # fmt: skip
    assert "COMMAND …" in done.stdout.decode("utf-8")
