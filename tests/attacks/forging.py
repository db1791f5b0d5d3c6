"""Forging: points for an answer that is wrong."""

from attack import *  # the names that an attacker knows


@attack("NumPy that finds all things equal", wrong=True, at=("import",))
def numpy_that_finds_all_things_equal():
    import numpy as np

    np.allclose = np.array_equal = np.array_equiv = lambda *a, **k: True
    np.testing.assert_allclose = np.testing.assert_array_equal = np.testing.assert_equal = lambda *a, **k: None


@attack("builtins that agree", wrong=True, at=("import",))
def builtins_that_agree():
    import builtins

    builtins.AssertionError = type("AssertionError", (BaseException,), {"__init__": lambda self, *a: None})
    builtins.all = builtins.any = builtins.isinstance = builtins.issubclass = lambda *a: True
    builtins.len = lambda value: 0


@attack("an object equal to everything", wrong=True, at=("import",))
def an_object_equal_to_everything():

    class Same(tuple):
        __eq__ = lambda self, other: True
        __ne__ = lambda self, other: False
        __hash__ = tuple.__hash__
        __len__ = lambda self: 3
        __repr__ = __str__ = lambda self: "(2, 3)"

    global infer_shape
    infer_shape = lambda shape, size: Same()


@attack("a lie about its class", wrong=True, at=("import",))
def a_lie_about_its_class():
    class Liar:
        __class__ = tuple
        __eq__ = lambda self, other: True
        __len__ = lambda self: 2
        __iter__ = lambda self: iter((2, 3))
        __getitem__ = lambda self, i: (2, 3)[i]

    global infer_shape
    infer_shape = lambda shape, size: Liar()


@attack("an error that is every error", wrong=True, at=("import",))
def an_error_that_is_every_error():
    class Every(type):
        __instancecheck__ = __subclasscheck__ = lambda cls, other: True

    class RuntimeError(Exception, metaclass=Every):
        pass

    global infer_shape

    def infer_shape(shape, size):
        raise RuntimeError()


@attack("the answer, taken from the frames", wrong=True, at=("import", "call"))
def the_answer_taken_from_the_frames():
    import sys

    frame = sys._getframe()
    while frame:
        for name in ("expected", "wanted", "want", "theirs"):
            if name in frame.f_locals:
                return name
        frame = frame.f_back


@attack("the test's own code, by frames", wrong=True, at=("import", "call"))
def the_test_s_own_code_by_frames():
    import sys

    frame = sys._getframe()
    while frame:
        for name in ("see", "events", "test", "verdict"):
            thing = frame.f_locals.get(name)
            if hasattr(thing, "events"):
                thing.events = type("E", (list,), {"append": lambda self, event: None})()
            if isinstance(thing, list):
                thing.clear()
        frame = frame.f_back


@attack("what records, by gc", wrong=True, at=("import", "call"))
def what_records_by_gc():
    import gc

    for thing in gc.get_objects():
        kind = type(thing).__name__
        if kind in ("See", "Session", "Verdict", "Program", "Values"):
            for name in dir(type(thing)):
                if not name.startswith("__"):
                    try:
                        setattr(type(thing), name, lambda *a, **k: None)
                    except Exception:
                        pass


@attack("a transformer of syntax", wrong=True, at=("import",))
def a_transformer_of_syntax():
    import ast
    import builtins

    def gutted(source, *more, real=builtins.compile, **kw):
        tree = source if isinstance(source, ast.AST) else ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                node.test = ast.Constant(True)
        return real(ast.fix_missing_locations(tree), *more, **kw)

    builtins.compile = gutted
    builtins.exec = lambda *a, **k: None
    ast.Assert = ast.Pass


@attack("transformers of IPython", wrong=True, at=("import",))
def transformers_of_ipython():
    import sys
    import types

    shell = types.SimpleNamespace(ast_transformers=[], input_transformers_post=[lambda lines: ["1"]])
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    sys.modules["IPython"] = ipython


@attack("the check, replaced", wrong=True, at=("import",))
def the_check_replaced():
    import sys

    for name in ("gradlab.check_namespace", "gradlab.checks", "gradlab.check_runner"):
        module = sys.modules.get(name)
        for each in list(vars(module or sys)):
            if each in ("run_check", "explain", "_run", "Failure"):
                setattr(module, each, lambda *a, **k: None)


@attack("the worker's modules, replaced", wrong=True, at=("import",))
def the_worker_s_modules_replaced():
    import sys

    for name in ("wire", "tasks", "registry", "see", "session", "values", "engine", "shared", "terms"):
        module = sys.modules.get(name)
        for each in list(vars(module)) if module else ():
            if callable(getattr(module, each)) and not each.startswith("__"):
                setattr(module, each, lambda *a, **k: {"end": "done", "events": []})


@attack("another engine", wrong=True, at=("import",))
def another_engine():
    import sys
    import types

    fake = types.ModuleType("mytorch")
    fake.__getattr__ = lambda name: lambda *a, **k: 1
    sys.modules["mytorch"] = sys.modules["torch"] = fake


@attack("a reply of its own, down every descriptor", wrong=True, at=("import", "call"))
def a_reply_of_its_own_down_every_descriptor():
    import json
    import os

    body = json.dumps({"dict": [["end", "done"], ["events", [{"dict": [["check", ""]]}]]]}).encode()
    frame = len(body).to_bytes(4, "big") + body
    frame = len(frame).to_bytes(8, "big") + frame
    for number in range(3, 64):
        for _ in range(20):
            try:
                os.write(number, frame)
            except OSError:
                break


@attack("malformed frames", wrong=True, at=("import", "call"))
def malformed_frames():
    import os

    for number in range(3, 64):
        for junk in (
            b"\xff" * 8,
            b"\0" * 64,
            (1 << 40).to_bytes(8, "big"),
            b"[" * 100000,
            b"\0" * 7 + b"\x05" + b"\0\0\0\x01[",
        ):
            try:
                os.write(number, junk)
            except OSError:
                break


@attack("what it was asked, sent back", wrong=True, at=("import", "call"))
def what_it_was_asked_sent_back():
    import os

    for number in range(3, 64):
        try:
            os.set_blocking(number, False)
            data = os.read(number, 1 << 16)
            os.write(number, data)
        except OSError:
            pass


@attack("the same reply once more", wrong=True, at=("import", "call"))
def the_same_reply_once_more():
    import socket

    for kind in (socket.socket,):
        send = kind.send
        kind.send = lambda self, data, *a: send(self, data + data, *a)
        kind.sendall = lambda self, data, *a: send(self, data + data, *a)


@attack("a score on stdout", wrong=True, at=("import",))
def a_score_on_stdout():
    import sys

    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        print("40.0\n<score>40</score>", file=stream)


@attack("a good exit code", wrong=True, at=("call",))
def a_good_exit_code():
    import os

    os._exit(0)


@attack("a good exit, at the end", wrong=True, at=("call",))
def a_good_exit_at_the_end():
    import atexit
    import os

    atexit.register(lambda: os.write(1, b"40"))
    raise SystemExit(0)
