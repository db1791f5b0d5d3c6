"""Programs that both engines run: what makes their observations comparable."""

from __future__ import annotations

import importlib
import re
from types import FunctionType


def error(action):
    """The type of the error that `action` raises and its leading words; "no error" if there is none."""
    try:
        action()
    except Exception as raised:
        return type(raised).__name__, leading(str(raised))
    return "no error"


def leading(message, words=6):
    """The first words of a message, without what differs between engines: addresses, and class names in brackets."""
    first = re.split(r"[.:\n(\[]", message.strip(), maxsplit=1)[0]
    return " ".join(first.split()[:words])


def programs_in(module):
    """The public functions of a module that take `torch`."""
    module = importlib.import_module(module)
    return [
        value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")
    ]
