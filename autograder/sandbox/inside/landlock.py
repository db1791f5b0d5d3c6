"""Landlock: the kernel lets this process, and all it starts, read some folders and nothing else.

Needs no privilege and no namespace. What it does not hide: whether a path exists.
"""

from __future__ import annotations

import ctypes
import os
import struct

from kernel import call

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
#: Rights on files by the version of the interface in which they came: 13 at first, then REFER, TRUNCATE, IOCTL_DEV.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP = 3  # bind and connect, from version 4
_SCOPES = 3  # abstract sockets and signals, from version 6


def version() -> int:
    """Of Landlock's interface; 0 when the kernel has none."""
    try:
        return call(_CREATE, None, 0, 1)
    except OSError:
        return 0


def restrict(readable: list[str], devices: list[str]) -> None:
    """Leave this process `readable` (folders and files) to read and `devices` to read and write, and nothing more.

    Handles everything that this kernel can. Needs no_new_privs. Raises OSError.
    """
    abi = version()
    files = (1 << _FILE_RIGHTS[min(max(abi, 1), 5)]) - 1
    attributes = struct.pack("=QQQ", files, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = call(_CREATE, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0))
        for path in devices:
            _allow(ruleset, path, _READ_FILE | _WRITE_FILE)
        call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, opened)
        call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(opened)
