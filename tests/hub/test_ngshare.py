"""A class on JupyterHub without a shared folder: a real hub, ngshare as its service, and everybody's own token.

python -m pytest -m full tests/hub/test_ngshare.py        # needs PyPI and npm
"""

from __future__ import annotations

import pytest
from people import LESSON, Person, give_out, grade_and_hand_back, release_and_hand_in

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    from hub_server import Hub

    with Hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def person(hub, tmp_path_factory):
    """Somebody on the hub, as their server would be set up."""
    homes = tmp_path_factory.mktemp("homes")
    settings = ["from ngshare_exchange import configureExchange", f"configureExchange(c, {hub.ngshare!r})"]

    def made(name: str) -> Person:
        own = {"JUPYTERHUB_API_TOKEN": hub.token(name), "PYTHONPATH": str(hub.exchange)}
        return Person(name, homes / name, settings, own)

    return made


def test_release_fetch_submit_collect_grade_feedback(person):
    admin, instructor, student = person("root"), person("ines"), person("ada")
    give_out(instructor, student)
    admin.types("ngshare_exchange.course_management", "create_course", "gradlab", "ines")
    instructor.types("ngshare_exchange.course_management", "add_student", "gradlab", "ada")
    release_and_hand_in(instructor, student)
    instructor.types("nbgrader", "collect", LESSON)
    grade_and_hand_back(instructor, student, "ada")


def test_a_stranger_gets_nothing(person):
    eve = person("eve")
    assert "Permission denied" in eve.types("nbgrader", "fetch_assignment", LESSON)
    assert not (eve.folder / LESSON).exists()
