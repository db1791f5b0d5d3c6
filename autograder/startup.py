"""Starting quickly."""

from __future__ import annotations

import sys


def quicken() -> None:
    """Spare every command more than a second; call it before nbformat is imported.

    nbformat imports jsonschema, and that builds the grammar of internationalised addresses (RFC 3987) at import when
    `rfc3987_syntax` is installed, as Jupyter has it. No schema of ours asks for that format; jsonschema does without.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
