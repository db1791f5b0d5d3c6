"""The edition of its tables that a new gradebook is marked with, so that `nbgrader db upgrade` knows where it begins.

nbgrader asks a program for it, and that takes two seconds to start. Here alembic is asked in this process. nbgrader
makes the tables as ever; what has any is not asked about again.
"""

from __future__ import annotations

from pathlib import Path

import nbgrader
from sqlalchemy import create_engine, inspect


def mark_new(url: str) -> None:
    """Mark the gradebook `url` when it is new and empty. Raises SQLAlchemyError when it cannot be opened or written."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                _mark(connection)
    finally:
        engine.dispose()


def _mark(connection) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
    MigrationContext.configure(connection).stamp(scripts, "heads")
