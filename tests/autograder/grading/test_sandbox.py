"""What code in a worker can see and do, on each rung of the ladder that this machine offers."""

import marshal
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import autograder
from autograder.remote.channel import Ended
from autograder.remote.see import observed
from autograder.remote.session import Session
from autograder.sandbox import RUNGS, Worker, chosen, offered, rungs, scratch
from gradlab.errors import GradlabError

OFFERED = [name for name in RUNGS if not offered(name).problem]
on_each_rung = pytest.mark.parametrize("rung", OFFERED)
on_each_rung_and_none = pytest.mark.parametrize("rung", [*OFFERED, "none"])
in_rooms = pytest.mark.parametrize("rung", [name for name in OFFERED if offered(name).isolation.rooms])


def asked(worker, base, cpu=5.0, wall=20.0):
    """How `toy.answer()` ends in a session of its own."""
    try:
        with Session(worker.open(base, "toy", {}), "toy") as session:
            session.channel.allow(cpu, wall)
            return {"end": "done", "saw": observed(session, session.package().answer())}
    except Ended as end:
        return {"end": end.end}
    except Exception as error:
        return {"end": "raised", "type": type(error).__name__}


@pytest.fixture
def folder():
    """A submission's."""
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        yield Path(name)


@pytest.fixture
def ask(folder):
    """What `answer()` of a package gives inside a worker; a list of replies for a list of bodies."""

    def run(*bodies, rung="none", where=folder, **limits):
        replies = []
        with Worker(where, offered(rung).isolation) as worker:
            for number, body in enumerate(bodies):
                package = where / f"e{number}" / "toy"
                package.mkdir(parents=True)
                code = "import os, sys, time\ndef answer():\n    " + body.strip().replace("\n", "\n    ")
                (package / "__init__.py").write_text(code, encoding="utf-8")
                replies.append(asked(worker, package.parent, **limits))
        return [reply["saw"] if reply["end"] == "done" else reply for reply in replies]

    return run


def errno_of(*lines):
    """A body that gives the number of the error that the last line raises."""
    *before, last = lines
    return "\n".join([*before, "try:", f"    {last}", "except OSError as error:", "    return error.errno"])


@on_each_rung_and_none
def test_each_request_begins_anew(ask, rung):
    """Nothing that one leaves behind reaches the next: not a module, not a file descriptor, not a process."""
    bodies = [
        "import numpy; numpy.sum = None; sys.modules['json'] = None; return 1",
        "import numpy, json; return numpy.sum([1, 2]).item()",
        "os._exit(3)",
        "return 4",
    ]
    first, second, third, fourth = ask(*bodies, rung=rung)
    assert (first, second, fourth) == (1, 3, 4) and third["end"] == "died"


@on_each_rung_and_none
def test_limits(ask, rung):
    bodies = ["while True: pass", "time.sleep(60)", "return len(bytearray(8 << 30))", "return 1"]
    loop, sleep, memory, last = ask(*bodies, rung=rung, cpu=1, wall=2)
    assert loop["end"] == "time" and sleep["end"] == "time" and last == 1
    assert memory["end"] == "raised" and memory["type"] == "MemoryError"


def test_a_worker_that_is_killed_is_started_again(ask):
    """Without a sandbox a submission can kill its worker."""
    kill = "import signal\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)"
    killed, after = ask(kill, "return 2")
    assert killed["end"] == "died" and after == 2


def test_a_worker_that_somebody_kills_costs_no_session(folder):
    (folder / "toy").mkdir()
    (folder / "toy" / "__init__.py").write_text("def answer():\n    return 1\n", encoding="utf-8")
    with Worker(folder, offered("none").isolation) as worker:
        assert asked(worker, folder)["saw"] == 1
        os.kill(worker._process._process.pid, signal.SIGKILL)
        assert asked(worker, folder)["saw"] == 1


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


FORBIDDEN = """
import fcntl, signal, socket, subprocess, threading
def refused(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return error.errno
def start_a_thread():
    try:
        threading.Thread(target=print).start()
    except RuntimeError:
        raise PermissionError(1, "no thread")
return [refused(*each) for each in (
    (os.kill, os.getppid(), 9), (os.kill, -1, 9), (os.kill, 0, 9), (os.killpg, 0, 9), (os.kill, 2**31 - 1, 0),
    (os.fork,), (subprocess.run, ["/bin/true"]), (os.execv, "/bin/true", ["true"]), (start_a_thread,),
    (os.memfd_create, "x"), (socket.socket,), (socket.socketpair,), (os.chmod, "/tmp", 0), (os.mkfifo, "/tmp/x"),
    (os.setpriority, 0, 0, 1), (os.symlink, "x", "/tmp/x"), (os.chroot, "/"), (os.pidfd_open, os.getpid()),
    (fcntl.fcntl, 0, fcntl.F_SETOWN, os.getppid()), (fcntl.fcntl, 0, fcntl.F_SETSIG, 9),
)]
"""


@on_each_rung
def test_nothing_but_computing(ask, rung):
    [errors] = ask(FORBIDDEN, rung=rung)
    assert errors == [1] * len(errors)


@on_each_rung
def test_files_of_others(ask, folder, rung):
    """A neighbour's, this process's memory and environment, and what lies around the program."""
    with tempfile.TemporaryDirectory(dir=scratch()) as other:
        secret = Path(other, "secret.txt")
        secret.write_text("x", encoding="utf-8")
        closed = [str(secret), f"/proc/{os.getpid()}/mem", f"/proc/{os.getpid()}/environ", other]
        if rung != "uid":  # which closes what permissions close
            closed += ["/etc/passwd", "/dev/shm", "/sys/fs/cgroup", autograder.__file__, "/proc/version"]
        body = f"""
def looks(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else open(path).read(1)
    except OSError:
        return None
return [looks(path) for path in {[*closed, scratch()]!r}]"""
        [[*found, neighbours]] = ask(body, rung=rung)
    assert not [path for path, what in zip(closed, found, strict=True) if what]
    assert neighbours in (None, [folder.name])


@in_rooms
def test_a_room_is_empty_and_small(ask, rung):
    fill = "[open(f'{i}', 'wb').write(b'x' * (1 << 20)) for i in range(20)]"
    look = "[sorted(os.listdir('/proc')) if os.path.exists('/proc') else [], sorted(os.listdir('/dev'))]"
    bodies = [errno_of(fill), errno_of("open(os.__file__, 'a')"), f"return {look}", "return os.getcwd()"]
    full, read_only, (proc, dev), cwd = ask(*bodies, rung=rung)
    assert (full, cwd) == (28, "/desk") and read_only in (13, 30)
    assert proc == [] and dev == ["full", "null", "random", "urandom", "zero"]


@on_each_rung
def test_what_one_leaves_behind_no_other_finds(ask, rung):
    if rung == "uid":
        pytest.skip("/tmp is everybody's there, as SECURITY.md says")
    body = (
        "import tempfile\n" + errno_of("open(os.path.join(tempfile.gettempdir(), 'left'), 'x').close()") + "\nreturn 0"
    )
    first = ask(body, rung=rung)
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        assert ask(body, rung=rung, where=Path(name)) == first
    assert not os.path.exists("/tmp/left")


@in_rooms
def test_a_room_that_is_cleared_is_as_a_new_one(folder, rung):
    body = "return [os.listdir('.'), os.stat('.').st_ctime, [open('left', 'x').close(), os.stat('left').st_ino]]"
    (folder / "toy").mkdir()
    (folder / "toy" / "__init__.py").write_text(f"import os\ndef answer():\n    {body}\n", encoding="utf-8")
    with Worker(folder, offered(rung).isolation) as worker:
        first = asked(worker, folder)["saw"]
        process = worker._process
        worker.clear()
        second = asked(worker, folder)["saw"]
        assert worker._process is process, "a new worker would be no wonder"
    (found, made, inode), (found_then, made_then, inode_then) = first, second
    assert found == found_then == [] and made_then > made
    assert inode_then == inode, "files are counted from the beginning"


@in_rooms
def test_another_lesson_has_another_fork_server(rung, monkeypatch):
    """What one has forgotten of a later lesson may still lie in its memory."""
    monkeypatch.setattr(rungs, "_servers", {})
    monkeypatch.setattr(rungs, "SERVERS", 2)
    here, lessons = offered(rung).isolation, [marshal.dumps({name: ()}) for name in ("first", "second", "third")]
    servers = [rungs.shared_server(here, each) for each in lessons[:2]]
    assert servers[0] is not servers[1] and rungs.shared_server(here, lessons[0]) is servers[0]
    servers.append(rungs.shared_server(here, lessons[2]))
    assert [server.running for server in servers] == [True, False, True]  # the second was not asked for the longest
    for server in servers:
        server.close()


@in_rooms
def test_a_folder_elsewhere(ask, rung, tmp_path):
    """One that does not lie in scratch() gets a fork server of its own."""
    assert ask("return 5", rung=rung, where=tmp_path) == [5]


GRADER = """
import tempfile, threading, time
from pathlib import Path
from autograder.remote.session import Session
from autograder.sandbox import Worker, offered, scratch
def ask(body):
    folder = Path(tempfile.mkdtemp(dir=scratch()))
    (folder / "toy").mkdir()
    (folder / "toy" / "__init__.py").write_text("def answer(): " + body)
    session = Session(Worker(folder, offered("{rung}").isolation).open(folder, "toy", {{}}), "toy")
    session.package().answer()
for body in ("exec('while True: pass')", "__import__('time').sleep(60)"):
    threading.Thread(target=ask, args=(body,), daemon=True).start()
print("busy", flush=True)
time.sleep(60)
"""


@on_each_rung
def test_nothing_is_left_of_a_grader_that_is_killed(rung, tmp_path):
    """Not its fork server, not its workers, of which one is busy and one sleeps."""
    script = tmp_path / "grader.py"
    script.write_text(GRADER.format(rung=rung), encoding="utf-8")
    root = Path(autograder.__file__).parents[1]
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, cwd=root) as grader:
        assert grader.stdout.readline() == b"busy\n"
        _within(30, lambda: len(_below(grader.pid)) >= 7)  # fork server; twice watcher, worker and its child
        started = _below(grader.pid)
        grader.kill()
    _within(20, lambda: not started & _processes().keys())


def _within(seconds, true):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _below(pid: int) -> set[tuple[int, str]]:
    """The processes that this one has started, and those that they have: (number, when it began)."""
    found, parents = set(), {pid}
    while parents:
        new = {key for key, parent in _processes().items() if parent in parents} - found
        found |= new
        parents = {number for number, _ in new}
    return found


def _processes() -> dict[tuple[int, str], int]:
    """{(number, when it began): the number of its parent} of all that run."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            found[int(entry.parent.name), fields[19]] = int(fields[1])
    return found


# ---- probing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def anew(monkeypatch):
    """The ladder is probed again, in the test and after it."""
    for cached in (rungs.isolation, rungs._offered):
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in (rungs.isolation, rungs._offered):
        cached.cache_clear()


def test_without_a_sandbox_nothing_is_run_unless_asked_for(monkeypatch, anew):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rungs, "RUNGS", ("bubblewrap",))
    with pytest.raises(GradlabError, match=r"so it is not run(.|\n)*autograder sandbox(.|\n)*--unsafe"):
        chosen()
    assert chosen("any").name == "none" and "runs as you" in chosen("any").warning
    with pytest.raises(GradlabError, match=r"bubblewrap.* does not work here: .*not installed.*autograder sandbox"):
        chosen("bubblewrap")
    with pytest.raises(GradlabError, match=r'no rung `bubblerap`. Did you mean "bubblewrap"'):
        chosen("bubblerap")


def test_bubblewrap_that_fails_is_noticed(monkeypatch, tmp_path, anew):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert offered("bubblewrap").problem == "setting up uid map: Permission denied"


@pytest.mark.skipif("namespaces" not in OFFERED, reason="it is the one to be spoilt")
def test_a_rung_that_leaks_is_not_taken(monkeypatch, anew):
    """The probe looks for itself: a house that shows everybody's folders to everybody is refused."""
    real = rungs.start

    def leaky(isolated, folder):
        return real(isolated._replace(rooms=False), folder)

    monkeypatch.setattr(rungs, "start", leaky)
    monkeypatch.setattr(rungs, "_variants", lambda name: [rungs.Isolation(name, rooms=True)])
    assert "secret.txt can be read" in offered("namespaces").problem
