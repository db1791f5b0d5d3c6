"""The page about a lesson: its numbers, its silence about what it must not say, and what research gets."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.cli import main
from autograder.graded import Graded, save
from autograder.insight.anonymous import Names, names_in, rows, without_names
from autograder.insight.charts import histogram, stack
from autograder.insight.facts import facts_of, outcome
from autograder.insight.page import Page, html_page
from autograder.judge import Verdict
from autograder.rebuild import Repair
from gradlab.errors import GradlabError


def verdict(name, earned=1.0, reason="", points=1.0, ran=True, says="what it asks"):
    return Verdict(name, says, points, earned, reason, ran)


def grade(student, double=(1.0, ""), hidden=(1.0, ""), **more):
    ran = "is not written yet" not in double[1]
    verdicts = [verdict("double-check", *double, ran=ran), verdict("halves", *hidden, ran=ran, says="halves add up")]
    return Graded(student, "01_numbers", {"double": verdicts}, isolation="bubblewrap", graded_at="2026-03-01", **more)


UNWRITTEN = (0.0, "`double` is not written yet")


@pytest.fixture
def class_():
    return [
        grade("ada"),
        grade("ben", UNWRITTEN, UNWRITTEN),
        grade("cleo", (1.0, ""), (0.0, "a value differs")),
        grade("dan", (0.0, "took longer than 6 s: a loop without end?"), (0.0, "took longer than 2 s")),
        grade("<b>eve</b>", (0.0, "says <script>alert(1)</script>"), (0.0, "raised TypeError")),
        grade("finn", repairs=[Repair("double", "the notebook was called finn_müller.ipynb")]),
        grade("gita", (0.0, "no JSON"), (0.0, "no JSON"), problem="the notebook of Gita is no JSON"),
    ]


@pytest.fixture
def facts(toy, class_):
    return facts_of(toy.lesson("1"), class_)


def page_of(facts, **options):
    return html_page(Page("Toy", facts, [], options.pop("links", lambda student: ""), **options))


@pytest.mark.parametrize(
    "what, reason, ran",
    [
        ("passed", "", True),
        ("wrong", "a value differs", True),
        ("error", "raised TypeError", True),
        ("error", "Python stopped in the middle of it", True),
        ("timeout", "took longer than 2 s", True),
        ("timeout", "not tried: the tests of `walk` before it took too long", True),
        ("timeout", "`walk` was left out: importing it takes longer than 5 s", False),
        ("unwritten", "the cell of `walk` is missing", False),
        ("unwritten", "`walk` is not written yet", False),
        ("unreadable", "`walk` was left out: SyntaxError in line 2", False),
    ],
)
def test_outcomes(what, reason, ran):
    assert outcome(verdict("x", 0.0, reason, ran=ran)) == what
    # The anonymous version says the same.
    plain = without_names(Graded("ada", "01_numbers", {"x": [verdict("x", 0.0, reason, ran=ran)]}), Names(b"s" * 32))
    assert outcome(plain.verdicts["x"][0]) == what


def test_numbers(facts):
    (double,) = facts.exercises
    assert (double.full, double.part, double.none, double.unwritten) == (2, 1, 2, 2)
    assert double.share == pytest.approx(5 / 14) and double.maximum == 2
    assert double.failed == ("cleo", "dan", "<b>eve</b>")
    assert facts.bins()[0] == 4 and facts.bins()[-1] == 2 and sum(facts.bins()) == 7
    hardest = facts.tests[0]
    assert (hardest.name, hardest.failed, hardest.written, hardest.visible) == ("halves", 3, 5, False)
    assert facts.timeouts == (("dan", "double", "what it asks"),)
    assert [each.student for each in facts.repaired] == ["finn"] and len(facts.unreadable) == 1


def diagnosed(graded, because):
    shown = {"program": "double(1)", "message": "", "got": "what ada wrote", "wanted": "2"}
    return replace(graded, diagnoses={"double": {"exercise": "double", "because": because, "shown": shown}})


def test_misconceptions(toy, class_):
    known = {"cleo": "You doubled twice.", "dan": "You doubled twice.", "<b>eve</b>": ""}
    class_ = [diagnosed(each, known[each.student]) if each.student in known else each for each in class_]
    facts = facts_of(toy.lesson("1"), class_)
    (double,) = facts.exercises
    assert [(each.says, each.students) for each in double.misconceptions] == [("You doubled twice.", ("cleo", "dan"))]
    assert (double.unexplained, double.diagnosed) == (1, 3)
    page = page_of(facts)
    assert "<b>67%</b> (2 of 3 diagnosed): You doubled twice." in page
    assert "1 of 3 behave like no known mistake." in page


class Reader(HTMLParser):
    """What a page loads, and whether its tags match."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.addresses = set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.addresses += [value for name, value in attributes if name in ("href", "src")]
        if tag not in ("meta", "br", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_asks_nothing_of_others(facts):
    page = page_of(facts, links=lambda student: '<a href="feedback/x.html">feedback</a>')
    reader = Reader()
    reader.feed(page)
    assert not reader.open and not reader.tags & {"script", "link", "img", "iframe"}
    assert set(reader.addresses) == {"feedback/x.html"} and not re.search(r"https?:|url\(|@import", page)
    assert "default-src 'none'" in page and "prefers-color-scheme: dark" in page and 'name="viewport"' in page
    assert "<script>alert" not in page and "<b>eve</b>" not in page and "&lt;b&gt;eve&lt;/b&gt;" in page
    assert 'role="img" aria-label="Distribution of scores.' in page


def test_charts_say_what_they_show():
    assert "0 to 10 %: 3" in histogram([3, *[0] * 8, 1]) and "90 to 100 %: 1" in histogram([3, *[0] * 8, 1])
    assert "nobody" in histogram([0] * 10)
    assert 'style="width:75.00%"' in stack([("full", 3), ("part", 0), ("none", 1)], "3 and 1")


# ---- anonymous --------------------------------------------------------------------------------------------------


def test_names(tmp_path):
    names = names_in(tmp_path)
    assert names("ada") == names_in(tmp_path)("ada") != names("ben")
    assert names("ada") != Names(b"another salt" * 3)("ada") and re.fullmatch(r"s-[0-9a-f]{12}", names("ada"))
    salt = tmp_path / ".gradlab" / "salt"
    assert os.name == "nt" or salt.stat().st_mode & 0o077 == 0
    salt.write_text("", encoding="utf-8")
    with pytest.raises(GradlabError, match="holds no salt any more"):
        names_in(tmp_path)


def test_nothing_that_tells_who(toy, class_):
    names = Names(b"s" * 32)
    class_ = [diagnosed(each, "You doubled twice.") for each in class_]
    page = page_of(facts_of(toy.lesson("1"), [without_names(each, names) for each in class_]), named=False)
    table = json.dumps([row for each in class_ for row in rows(each, names)])
    for word in ("ada", "cleo", "gita", "finn", "müller", "alert", "href", "halves"):
        assert not re.search(rf"\b{word}", (page + table).replace("halves add up", "")), word
    assert page.count("You doubled twice.") == 1 and table.count("You doubled twice.") == 14
    assert names("cleo") in page and '"double-hidden-1"' in table and '"outcome": "timeout"' in table


def test_commands(toy, class_, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(toy.root)
    assert main(["report", "1"]) == 2
    assert "no grades of 01_numbers are recorded" in capsys.readouterr().err
    for each in class_:
        if "<" not in each.student:
            save(tmp_path, each)
    feedback = tmp_path / "feedback" / "ada" / "01_numbers" / "01_numbers.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("well done", encoding="utf-8")
    out = tmp_path / "pages" / "one.html"
    table = tmp_path / "rows.csv"
    assert main(["report", "1", "--grades", str(tmp_path), "--out", str(out), "--rows", str(table)]) == 0
    said = capsys.readouterr().out
    assert "01_numbers: 6 submissions" in said and f"Written: {out}" in said and "keep that to yourself" in said
    assert 'href="../feedback/ada/01_numbers/01_numbers.html"' in out.read_text(encoding="utf-8")
    with table.open(encoding="utf-8") as stream:
        found = list(csv.DictReader(stream))
    assert len(found) == 12 and found == sorted(found, key=lambda row: row["student"])
    assert main(["report", "1", "--grades", str(tmp_path), "--rows", str(tmp_path / "rows.xlsx")]) == 2
