"""A submission looks for the hidden tests everywhere that its process can look, and for ways to say that it passed."""

import pytest

from autograder.pretend import right_answers
from autograder.run import Run
from autograder.sandbox import RUNGS, isolation, offered

LOOK = '''#| export numbers.double
import gc, sys

HALVES = {needles!r}  # never whole in this process, but where something else has put it


def places():
    """Everything that the garbage collector knows, every frame, and this process's memory where it can be read."""
    for each in gc.get_objects():
        try:
            yield repr(each).encode() if isinstance(each, (str, dict, list, tuple)) and len(each) < 5000 else b""
        except Exception:
            pass
    for frame in sys._current_frames().values():
        while frame:
            yield repr(frame.f_locals)[:100000].encode()
            frame = frame.f_back
    try:
        with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
            for line in maps:
                span, rights, *_ = line.split()
                if "rw" in rights and "[v" not in line:
                    start, end = (int(each, 16) for each in span.split("-"))
                    memory.seek(start)
                    try:
                        yield memory.read(end - start)
                    except OSError:
                        pass
    except OSError:
        pass


def holds(place, first, second):
    at = place.find(first)
    while at >= 0:
        if place.startswith(second, at + len(first)):
            return True
        at = place.find(first, at + 1)
    return False


def double(x):
    found = any(holds(place, *halves[::-1]) for place in places() for halves in HALVES)
    return {then}
'''
THERE = ["doubles_a_drawn_number", "a number that is drawn is doubled", "see(torch.double(rng", "zero stays zero"]
CHECKED = ["twice three is six", "twice nothing is nothing"]


def halves(text):
    """The second comes first: a message of the worker's may hold them one after the other."""
    return text[len(text) // 2 :].encode(), text[: len(text) // 2].encode()


@pytest.fixture
def reasons(blueprint, desk):
    def run(source, isolated):
        answers, inputs = right_answers(blueprint) | {"double": source}, desk.inputs()
        verdicts = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, isolated).verdicts()["double"]
        return {verdict.name: verdict.reason for verdict in verdicts}

    return run


@pytest.mark.parametrize("rung", ["none", "best"])
def test_no_sentence_of_the_tests_is_in_its_memory(reasons, rung):
    isolated = isolation() if rung == "best" else offered("none").isolation
    needles = [halves(each) for each in THERE + CHECKED]
    assert not any(reasons(LOOK.format(needles=needles, then="x * 2.0 if not found else None"), isolated).values())
    seen = LOOK.format(needles=[halves("double")], then="x * 2.0 if found else None")  # what is there is found
    assert not any(reasons(seen, isolated).values())


FORGERIES = [
    "class Equal(float):\n    def __eq__(self, other): return True\n    __hash__ = None\n\n"
    "def double(x):\n    return Equal(7)",
    "class Equal:\n    def __eq__(self, other): return True\n    def __bool__(self): return True\n"
    "    def __array__(self, *_, **__): return self\n\ndef double(x):\n    return Equal()",
    "import numpy as np, builtins\nnp.allclose = np.array_equal = lambda *a, **k: True\n"
    "builtins.AssertionError = Warning\n"
    "def double(x):\n    return 7.0",
    "import sys\n\ndef double(x):\n    for frame in sys._current_frames().values():\n        while frame:\n"
    "            if 'reply' in frame.f_locals: frame.f_locals['reply'] = ['r', 1, 6]\n"
    "            frame = frame.f_back\n"
    "    return 7.0",
    "import os\n\ndef double(x):\n    for number in range(3, 20):\n"
    "        try: os.write(number, b'\\0' * 7 + b'\\5' + b'[[],[]]')\n"
    "        except OSError: pass\n    return 7.0",
    "def double(x):\n    import terms\n"
    "    terms.Terms.message = lambda *a: b'\\0\\0\\0\\x11[[],[],\"r\",999,6]'\n    return 7.0",
]


@pytest.mark.parametrize("source", FORGERIES, ids=range(len(FORGERIES)))
def test_points_cannot_be_forged(reasons, source):
    assert all(reasons("#| export numbers.double\n" + source, isolation()).values())


# ---- the reference's answers to the other exercises -----------------------------------------------------------------

FIND = '''#| export numbers.double
import sys


def found():
    """The reference's answer to `triple`, where it is in this process."""
    texts = [text for each in sys.meta_path for text, _ in getattr(each, "texts", {{}}).values()]
    whole = "".join(texts)
    start = whole.find("np.s" + "um([x")
    return whole[start:][:30] if start >= 0 else "not here"


def double(x):
    {then}
'''
TELL = {
    "what it returns": "return found()",
    "a number": "return int.from_bytes(found().encode(), 'big')",
    "an error": "raise ValueError(found())",
    "an error of the check's kind": "raise AssertionError(found())",
    "an error without words": 'exec(compile("\\n" * 8 + "raise AssertionError()", "<exercise triple>", "exec"))',
    "an error from another cell": 'exec(compile("\\n" * 8 + "raise ValueError()", "<exercise triple>", "exec"))',
    "a name": 'raise type("E" + found().encode().hex(), (Exception,), {})()',
    "what is not written": "raise NotImplementedError(found())",
}


@pytest.mark.slow
@pytest.mark.parametrize("how", TELL)
def test_the_references_other_answers_are_not_told(blueprint, desk, how):
    """Alone, an answer is tried among them, and its code can read them."""
    answers, inputs = right_answers(blueprint), desk.inputs()
    answers |= {"triple": "#| export numbers.triple\ndef triple(x):\n    return 3 * x"}
    answers |= {"double": FIND.format(then=TELL[how])}
    run = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, isolation())
    verdicts = [each for several in run.verdicts().values() for each in several]
    said = "\n".join(each.reason for each in verdicts)
    secret = "np.sum([x, x, x])"
    assert said and "np.sum" not in said and secret.encode().hex()[:20] not in said
    assert str(int.from_bytes((secret + ")" * 99)[:30].encode(), "big"))[:12] not in said


NOTES = '''
import os
import sys

PLACES = [os.getcwd(), "/desk", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")]


def reference():
    """What this process holds of the reference's answers, on paper for a later one."""
    texts = [text for each in sys.meta_path for text, _ in getattr(each, "texts", {}).values()]
    whole = "".join(texts)
    start = whole.find("return float(np.s" + "um([x")
    for place in PLACES if start >= 0 else ():
        try:
            with open(f"{place}/gradlab-note-{os.getuid()}", "w") as file:
                file.write(whole[start:].splitlines()[0].removeprefix("return "))
        except OSError:
            pass
    return start >= 0


def note():
    for place in PLACES:
        try:
            with open(f"{place}/gradlab-note-{os.getuid()}") as file:
                return file.read()
        except OSError:
            pass
    return "None"
'''


@pytest.mark.parametrize("at", ["call", "import"])
@pytest.mark.parametrize("rung", RUNGS[:3])
def test_what_one_exercise_reads_does_not_reach_another(blueprint, desk, rung, at):
    """`double` fails at first, so it is tried alone, among the reference's answers: it copies them for `triple`."""
    if offered(rung).problem:
        pytest.skip(offered(rung).problem)
    answers, inputs = right_answers(blueprint), desk.inputs()
    first = "HELD = reference()\nif not HELD: raise ValueError" if at == "import" else "HELD = None"
    answers["double"] = (
        f"#| export numbers.double\n{NOTES}\n{first}\n"
        "def double(x):\n    return 2.0 * x if HELD or reference() else None"
    )
    body = "import numpy as np\n\ndef triple(x):\n    return eval(note(), {'np': np, 'x': x})"
    answers["triple"] = f"#| export numbers.triple\n{NOTES}\n{body}"
    run = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, offered(rung).isolation)
    assert all(verdict.reason for verdict in run.verdicts()["triple"])


@pytest.mark.parametrize("rung", ["none", "best"])
def test_what_one_exercise_was_tried_among_is_not_in_the_memory_of_another(blueprint, desk, rung):
    """One worker serves them all: `double` finds the reference's answer to `triple` beside it, `triple` must not."""
    isolated = isolation() if rung == "best" else offered("none").isolation
    answers, inputs = right_answers(blueprint), desk.inputs()
    look = LOOK.format(needles=[halves("return float(np.sum([x, x, x]))")], then="{times} * x if found else None")
    answers["double"] = look.replace("{times}", "2.0")
    answers["triple"] = look.replace("{times}", "3.0").replace("double", "triple")
    verdicts = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, isolated).verdicts()
    assert not any(verdict.reason for verdict in verdicts["double"])
    assert all(verdict.reason for verdict in verdicts["triple"])
