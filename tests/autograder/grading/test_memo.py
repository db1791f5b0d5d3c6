"""What came of an answer that was tried alone is not found out twice; alone, each trial finds the package new."""

import pytest

from autograder.memo import Memo, Outcome
from autograder.pretend import right_answers
from autograder.rounds import Rounds
from autograder.run import Run
from autograder.sandbox import isolation
from autograder.trial import trials_of

HALF = "#| export numbers.double\ndef double(x):\n    return 2.0 * x if x < 3 else 0.0"
COUNTS = """#| export numbers.double
CALLS = []

def double(x):
    CALLS.append(x)
    return 2.0 * x if len(CALLS) == 1 else None
"""


@pytest.fixture
def tried(blueprint, desk, monkeypatch):
    """Grades `double`: its verdicts, and the names of what was tried of it alone."""
    names, tried = [], Rounds._tried

    def noting(self, engine, trial, how, own):
        if how == "alone" and trial.exercise == "double":
            names.append(trial.name)
        return tried(self, engine, trial, how, own)

    monkeypatch.setattr(Rounds, "_tried", noting)

    def run(source, memo, **others):
        names.clear()
        answers, inputs = right_answers(blueprint) | others | {"double": source}, desk.inputs()
        run = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, isolation(), memo=memo)
        return run.verdicts()["double"], list(names)

    return run


def test_the_same_answer_is_tried_once(tried):
    memo = Memo()
    first, names = tried(HALF, memo)
    assert names and any(each.reason for each in first) and not all(each.reason for each in first)
    laid_out = HALF.replace("\n    return", "  # half\n\n    return")
    again, names = tried(laid_out, memo, triple="#| export numbers.triple\n1")
    assert again == first and not names, "comments and layout, and other answers, do not count"
    _, names = tried(HALF.replace("0.0", "1.0"), memo)
    assert names


def test_another_seed_draws_anew_and_a_check_does_not(blueprint):
    memo, trials = Memo(), trials_of(blueprint, "double")
    for trial in trials:
        memo.keep(trial, 1, HALF, Outcome("no"))
    assert all(memo.of(trial, 1, HALF) == Outcome("no") for trial in trials)
    assert [memo.of(trial, 2, HALF) is not None for trial in trials] == [trial.cell is not None for trial in trials]


@pytest.mark.parametrize("end", ["time", "over", "died", "size"])
def test_what_may_have_been_the_machine_is_not_kept(blueprint, end):
    memo, trial = Memo(), trials_of(blueprint, "double")[0]
    memo.keep(trial, 1, HALF, Outcome("took too long", end=end))
    assert memo.of(trial, 1, HALF) is None


def test_it_does_not_grow_without_end(blueprint, monkeypatch):
    monkeypatch.setattr("autograder.memo.MOST", 5)
    memo, trial = Memo(), trials_of(blueprint, "double")[0]
    for number in range(6):
        memo.keep(trial, 1, f"x = {number}", Outcome("no"))
    kept = [memo.of(trial, 1, f"x = {number}") is not None for number in (0, 1, 5)]
    assert kept == [False, True, True]


def test_processes_share_it_by_a_folder(blueprint, tmp_path):
    one, other = (Memo(tmp_path / "memo") for _ in range(2))
    trial = trials_of(blueprint, "double")[0]
    one.keep(trial, 1, HALF, Outcome("double(4) is 0.0, not 8: “twice”", said=True))
    assert other.of(trial, 1, HALF) == one.of(trial, 1, HALF) == Outcome("double(4) is 0.0, not 8: “twice”", said=True)
    assert other.of(trial, 1, COUNTS) is None and Memo().of(trial, 1, HALF) is None


def test_alone_each_trial_finds_the_package_as_it_was_imported(tried):
    """The first call after an import is right, whichever it is: what earlier trials left behind is gone."""
    verdicts, names = tried(COUNTS, Memo())
    assert len(names) > 1 and not any(each.reason for each in verdicts)


@pytest.mark.parametrize("threads", [False, True], ids=["imported anew", "another process"])
def test_where_threads_are_used_up_each_trial_alone_has_a_process(tried, blueprint, monkeypatch, threads):
    """What is outside of the package stays, unless the process is another."""
    monkeypatch.setitem(vars(blueprint), "wants_threads", threads)
    outside = COUNTS.replace("CALLS = []", "import numpy as np\n\nCALLS = np.__dict__.setdefault('calls', [])")
    verdicts, names = tried(outside, Memo())
    assert len(names) > 1 and any(each.reason for each in verdicts) is not threads
