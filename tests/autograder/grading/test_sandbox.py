"""What code in a worker can see and do, with bubblewrap and without."""

import os
import shutil
import sys
import time

import pytest

import autograder
from autograder.sandbox import BUBBLEWRAP, Isolation, Worker, isolation

NONE = Isolation("none")
TESTS = """
from autograder.hidden import tests

@tests("walk", points=1, says="it runs")
def a_test(torch, see, rng):
    see(torch.answer())
"""
needs_bubblewrap = pytest.mark.skipif(isolation() != BUBBLEWRAP, reason="bubblewrap does not work here")


@pytest.fixture
def ask(tmp_path):
    """What `answer()` of a package gives inside a worker; a list of replies for a list of bodies."""

    def run(*bodies, isolated=NONE, **limits):
        replies = []
        with Worker(tmp_path, isolated) as worker:
            for number, body in enumerate(bodies):
                package = tmp_path / f"e{number}" / "toy"
                package.mkdir(parents=True)
                code = "import os, sys, time\ndef answer():\n    " + body.replace("\n", "\n    ")
                (package / "__init__.py").write_text(code, encoding="utf-8")
                request = {"do": "program", "engine": str(package.parent), "package": "toy", "seed": 1}
                request |= {"tests": TESTS, "program": "a_test"}
                replies.append(worker.ask(request, **limits))
        return [reply["events"][0]["saw"] if reply["end"] == "done" else reply for reply in replies]

    return run


each_way = pytest.mark.parametrize(
    "isolated", [pytest.param(BUBBLEWRAP, marks=needs_bubblewrap), NONE], ids=lambda i: i.name
)


@each_way
def test_each_request_begins_anew(ask, isolated):
    """Nothing that one leaves behind reaches the next: not a module, not a file descriptor, not a process."""
    bodies = [
        "import numpy; numpy.sum = None; sys.modules['json'] = None; return 1",
        "import numpy, json; return numpy.sum([1, 2]).item()",
        "os._exit(3)",
        "return 4",
    ]
    first, second, third, fourth = ask(*bodies, isolated=isolated)
    assert (first, second, fourth) == (1, 3, 4) and third["end"] == "died"


@each_way
def test_limits(ask, isolated):
    bodies = ["while True: pass", "time.sleep(60)", "return len(bytearray(8 << 30))", "return 1"]
    loop, sleep, memory, last = ask(*bodies, isolated=isolated, cpu=1, wall=3)
    assert loop["end"] == "time" and sleep["end"] == "time" and last == 1
    assert memory["end"] == "raised" and memory["type"] == "MemoryError"


@each_way
def test_a_worker_that_is_killed_is_started_again(ask, isolated):
    killed, after = ask(
        "import signal\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)", "return 2", isolated=isolated
    )
    assert killed["end"] == "died" and after == 2


def test_no_environment_input_or_output(ask, monkeypatch, capfd):
    monkeypatch.setenv("SECRET", "x")
    names, line = ask("return sorted(os.environ)", "print('hello'); sys.stdout.flush(); return sys.stdin.readline()")
    assert "SECRET" not in names and "PYTHONPATH" not in names and line == ""
    assert capfd.readouterr() == ("", "")


def test_what_it_started_dies_with_it(ask, tmp_path):
    mark = tmp_path / "mark"
    body = f"if os.fork() == 0:\n    time.sleep(1); open({str(mark)!r}, 'w').close(); os._exit(0)\nreturn 1"
    assert ask(body) == [1]
    time.sleep(1.5)
    assert not mark.exists()


@needs_bubblewrap
def test_behind_bubblewrap_there_is_nothing_to_see(ask, tmp_path):
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("x", encoding="utf-8")
    here = os.path.dirname(os.path.dirname(autograder.__file__))
    bodies = [
        f"return os.path.exists({str(secret)!r})",
        f"return sorted(os.listdir({here!r}))",
        "import socket\nreturn socket.socket().connect_ex(('127.0.0.1', 22))",
        "try:\n    open(__file__, 'a')\nexcept OSError as e:\n    return e.errno",
        "return len([p for p in os.listdir('/proc') if p.isdigit()]) < 6",
        "open('/tmp/x', 'w').close(); return os.getcwd()",
    ]
    exists, listed, network, errno, few, cwd = ask(*bodies, isolated=BUBBLEWRAP)
    # Python itself is there too, and may live in this very folder (`make` puts it into .venv).
    python = {os.path.relpath(sys.prefix, here).split(os.sep)[0]}
    assert exists is False and set(listed) <= {"gradlab", "autograder"} | python and network != 0
    assert errno == 30 and few is True and cwd == "/tmp"


def test_without_bubblewrap_it_says_so(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    isolation.cache_clear()
    try:
        found = isolation()
    finally:
        isolation.cache_clear()
    assert found.name == "none" and "not installed" in found.warning and "runs as you" in found.warning


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_bubblewrap_that_fails_is_noticed(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    isolation.cache_clear()
    try:
        found = isolation()
    finally:
        isolation.cache_clear()
    assert found.name == "none" and "setting up uid map: Permission denied" in found.warning
