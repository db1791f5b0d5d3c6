"""A package that lends its users what the lessons have built so far."""

from __future__ import annotations

import importlib


class NotBuilt(NotImplementedError):
    """Raised by a stand-in for what is built in a lesson."""


def _lesson_names(module: str, lesson: int, *names: str) -> None:
    try:
        built = importlib.import_module(f"{__name__}.{module}")
    except ModuleNotFoundError:
        built = None
    for name in names:
        globals()[name] = getattr(built, name, None) or _later(name, lesson)


def _later(name: str, lesson: int):
    def stand_in(*args, **kwargs):
        raise NotBuilt(f"`{name}` is what you build in lesson {lesson}.")

    return stand_in


_lesson_names("numbers", 1, "double", "triple")
_lesson_names("signs", 1, "negate")
_lesson_names("sums", 2, "total")
