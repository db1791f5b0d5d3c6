"""What nbgrader makes a new gradebook of, put right where that is slow or no database but SQLite takes it.

A new gradebook is marked with the edition of its tables, so that `nbgrader db upgrade` knows where it begins. nbgrader
asks a program for it, and that takes two seconds to start. Here alembic is asked in this process.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import nbgrader
from nbgrader import api
from sqlalchemy import Float, create_engine, inspect
from sqlalchemy.exc import SAWarning

# nbgrader declares FLOAT(0), which SQLite takes for a FLOAT and PostgreSQL for a mistake.
api.SubmittedNotebook.__table__.c.late_submission_penalty.type = Float()
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")  # about nbgrader's own use of it


def mark_new(url: str) -> None:
    """Mark the gradebook `url` when it is new and empty; nbgrader makes its tables then, as ever.

    Raises SQLAlchemyError when it cannot be opened or written.
    """
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
