"""Each word of the glossary is used in the lesson that it names."""

from __future__ import annotations

import re

ENTRY = re.compile(r"^([a-z][^\n]*)\n  ([^\n]+)\{doc\}`Lesson (\d) <modules/(\w+)/\w+>`", re.IGNORECASE | re.MULTILINE)


def test_words_are_explained_where_it_says(repo):
    entries = ENTRY.findall((repo / "site" / "glossary.md").read_text(encoding="utf-8"))
    assert len(entries) > 30
    assert [term for term, *_ in entries] == sorted((term for term, *_ in entries), key=str.lower)
    for term, _, number, lesson in entries:
        assert lesson.startswith(f"0{number}_"), term
        text = (repo / "solutions" / lesson / "lesson.py").read_text(encoding="utf-8").lower()
        for word in re.findall(r"\w+", term.lower()):
            assert word in text, f"{term}: lesson {number} does not speak of it"
