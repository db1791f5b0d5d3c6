"""Tapes confirm what answers as the reference does, byte for byte; what goes out together tells no answer."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest

from autograder.pretend import right_answers
from autograder.programs import Program
from autograder.remote import tapes
from autograder.remote.scrambled import scrambled
from autograder.remote.session import Session
from autograder.remote.trials import program, whole
from autograder.run import Run
from autograder.sandbox import Worker, scratch
from autograder.taping import taped
from autograder.trial import Trial
from autograder.worker import orders, wire

ENGINE = """
def double(x):
    return {double}

def twice(f, x):
    return f(f(x))

class Mode:
    def __enter__(self):
        return self
    def __exit__(self, *_):
        return None
"""


@pytest.fixture(scope="module")
def worker():
    with tempfile.TemporaryDirectory(dir=scratch()) as name, Worker(Path(name)) as made:
        (Path(name) / "toy").mkdir()
        (Path(name) / "toy" / "__init__.py").write_text("", encoding="utf-8")
        yield made


def session(worker, double="2 * x"):
    return Session(worker.open(worker.folder, "toy", {"engine": ENGINE.format(double=double)}), "toy")


def tape_of(worker, run):
    test = Program("a_test", "double", 1.0, "it doubles", run)
    talk = session(worker)
    reply, tape = tapes.recorded(talk, lambda session: program(session, None, test, 1), "")
    assert reply["end"] == "done"
    return tape


def asks(sent):
    """What is asked for in one frame."""
    if not orders.is_order(sent):
        return [json.loads(sent[4 : 4 + int.from_bytes(sent[:4], "big")])]
    return orders.trees(sent)[0]


def three_times(torch, see, rng):
    double = torch.engine.double
    for _ in range(3):
        see(double(rng.normal()))


def again_and_again(torch, see, rng):
    double = torch.engine.double
    x = float(rng.normal())
    for _ in range(3):
        x = double(x) + 1
    see(x)


def of_a_function(torch, see, rng):
    twice = torch.engine.twice
    see(twice(lambda x: x + 1, 3))


def in_a_mode(torch, see, rng):
    Mode = torch.engine.Mode
    double = torch.engine.double
    with Mode():
        see(double(2))


def test_what_does_not_wait_for_an_answer_goes_out_together(worker):
    tape = tape_of(worker, three_times)
    assert sum(len(asks(sent)) for sent, _ in tape.turns) > 4 > len(tape.turns)


def test_what_follows_from_an_answer_waits_for_it(worker):
    """No number in a frame was computed from what comes back for that frame."""
    tape = tape_of(worker, again_and_again)
    calls = [sum("double" in json.dumps(ask) and "method" in ask for ask in asks(sent)) for sent, _ in tape.turns]
    assert sum(calls) == 3 and max(calls) == 1


@pytest.mark.parametrize("run", [three_times, again_and_again, of_a_function, in_a_mode])
def test_only_the_same_answers_are_confirmed(worker, run):
    tape = tape_of(worker, run)
    assert tapes.confirmed(session(worker), tape, [])
    assert tapes.confirmed(session(worker, "x + x"), tape, [])
    if run is not of_a_function:
        for wrong in ("2 * x + 1e-9", "str(2 * x)", "1 / 0", "exit()"):
            assert not _tried(session(worker, wrong), tape), wrong


def _tried(talk, tape):
    try:
        return tapes.confirmed(talk, tape, [])
    except tapes.Ended:
        return False


def test_a_tape_in_which_something_is_entered_or_called_back_says_so(worker):
    assert not tape_of(worker, three_times).nests
    assert tape_of(worker, in_a_mode).nests and tape_of(worker, of_a_function).nests


def test_a_tape_keeps_to_the_budgets_of_its_program(worker):
    def within_a_moment(torch, see, rng):
        double = torch.engine.double
        see(double(1))
        with see.budget(0.5):
            see(double(2))
        see(double(3))

    tape = tape_of(worker, within_a_moment)
    (first, end, seconds), *more = tape.budgets
    assert [asks(sent)[0][4] for sent, _ in tape.turns[first:end]] == ["method"] and (seconds, more) == (0.5, [])
    assert _tried(session(worker), tape)
    assert not _tried(session(worker, "(sum(range(x * 10**8 * (x == 2))), 2 * x)[1]"), tape)
    assert _tried(session(worker, "(sum(range(x * 10**7 * (x == 3))), 2 * x)[1]"), tape)


def message(*parts, buffers=b""):
    text = json.dumps([[], [], "r", 1, *parts]).encode("ascii")
    return len(text).to_bytes(4, "big") + text + buffers


@pytest.mark.parametrize(
    "term",
    [
        1,
        2.5,
        True,
        None,
        "text",
        ["t", 1, 2],
        ["l", 3, 4.5],
        ["d", 0, ["a", 1]],
        ["c", 1.0, 2.0],
        ["D", "<f8"],
        ["T", "int"],
    ],
    ids=str,
)
def test_scrambled_answers_have_other_values(term):
    before, after = message(term), scrambled(message(term))
    values = [json.loads(each[4:])[4] for each in (before, after)]
    assert values[0] != values[1]
    if isinstance(term, list):
        assert values[1][0] == term[0] and len(values[1]) == len(term)


def test_scrambled_arrays_and_observations_keep_their_shape():
    array = np.arange(6.0).reshape(2, 3)
    body = message(["A", "w1", "r", "<f8", [2, 3], True, False], buffers=array.tobytes())
    after = np.frombuffer(scrambled(body)[-48:])
    assert not np.any(after == array.ravel())
    packed = wire.pack({"saw": wire.Array(array), "name": "x"})
    body = scrambled(message(["b", len(packed)], buffers=packed))
    size = json.loads(body[4 : 4 + int.from_bytes(body[:4], "big")])[4][1]
    seen = wire.unpack(body[-size:])
    assert seen["saw"].values.shape == (2, 3) and not np.any(seen["saw"].values == array)


def test_an_exception_becomes_an_answer():
    text = json.dumps([[], [], "x", 1, ["x", ["k", 1, "ValueError", "ValueError", []], "no", [], None]]).encode("ascii")
    body = scrambled(len(text).to_bytes(4, "big") + text)
    assert json.loads(body[4:])[2:] == ["r", 1, None]


def counts(torch, see, rng):
    """Counts on from program to program, in the package."""
    torch.numbers.calls = getattr(torch.numbers, "calls", 0) + 1
    see(torch.numbers.calls)


def counts_elsewhere(torch, see, rng):
    """Counts on where no import begins anew."""
    known = torch.numbers.np.__dict__
    see(known.setdefault("calls", 0))
    known["calls"] = known["calls"] + 1


def test_what_counts_on_has_a_package_of_its_own(desk):
    programs = [Program(run.__name__, "double", 1.0, "it counts", run) for run in (counts, counts_elsewhere)]
    trials = [Trial("double", each.name, each.says, 1.0, program=each) for each in programs]
    seen = {"counts": 1, "counts_elsewhere": 0}
    replies = {name: whole({"end": "done", "events": [{"saw": value, "name": ""}]}) for name, value in seen.items()}
    found = taped(desk.reference, trials, 1, replies)
    assert found["counts"].anew and found["counts_elsewhere"] is None


@pytest.mark.parametrize(
    "instead", ["return 2 * x", "return x + x  # a comment", "return x", "return 2 * x + 1e-9", "exit()"]
)
def test_grades_are_those_without_tapes(desk, instead):
    inputs = desk.inputs()
    assert len(inputs.tapes) > 3
    source = desk.blueprint.stubs["double"].partition("    raise")[0] + f"    {instead}\n"
    answers = {name: f"{right}\nmine = True" for name, right in right_answers(desk.blueprint).items()}
    answers |= {"double": source}
    runs = [
        Run(desk.blueprint, desk.base, answers, inputs.replies, inputs.seed, desk.isolated, tapes=tapes_)
        for tapes_ in (inputs.tapes, {})
    ]
    one, other = (run.verdicts() for run in runs)
    assert one == other


def test_what_is_the_reference_s_own_word_for_word_is_not_run(desk):
    inputs = desk.inputs()
    answers = {name: f"# mine\n{right}" for name, right in right_answers(desk.blueprint).items()}
    more = [{"saw": 1, "name": "what nobody sees"}]  # so no test that is run can pass
    wrong = {name: reply | {"events": reply["events"] + more} for name, reply in inputs.replies.items()}

    def points(tapes_, answers):
        run = Run(desk.blueprint, desk.base, answers, wrong, inputs.seed, desk.isolated, tapes=tapes_)
        return sum(verdict.earned for several in run.verdicts().values() for verdict in several)

    assert points(inputs.tapes, answers) == sum(desk.blueprint.maximum.values())
    own_words = answers | {"double": answers["double"] + "\nmine = True"}
    assert points(dict.fromkeys(inputs.tapes), own_words) < points(inputs.tapes, answers)
