"""A class on JupyterHub with nbgrader's exchange in a folder: released, fetched, handed in, collected, graded, told.

python -m pytest -m full tests/hub/test_exchange.py
"""

from __future__ import annotations

import os
import pwd
import shutil

import pytest
from people import LESSON, Person, give_out, grade_and_hand_back, release_and_hand_in

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    top = tmp_path_factory.mktemp("hub")
    exchange = top / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    settings = [f"c.Exchange.root = {str(exchange)!r}"]
    instructor, student = Person("ines", top / "ines", settings, {}), Person("ada", top / "ada", settings, {})
    give_out(instructor, student)
    return instructor, student


def test_release_fetch_submit_collect_grade_feedback(people):
    instructor, student = people
    file = release_and_hand_in(instructor, student)
    instructor.types("nbgrader", "collect", LESSON)
    # Bob's came by mail: no file of the exchange is beside it, and that must keep nobody from their feedback.
    by_mail = instructor.folder / "submitted" / "bob" / LESSON / f"{LESSON}.ipynb"
    by_mail.parent.mkdir(parents=True)
    shutil.copy(file, by_mail)
    # nbgrader goes by the system's user, who is one here for both; on a hub everybody is their own.
    grade_and_hand_back(instructor, student, pwd.getpwuid(os.geteuid()).pw_name)


def test_nobody_sees_another_ones_work_in_the_exchange(people):
    instructor, _ = people
    inbound = instructor.home.parent / "exchange" / "gradlab" / "inbound"
    assert not inbound.stat().st_mode & 0o044, "others may hand in there, and not look"
