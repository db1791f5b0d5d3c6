"""nbgrader's tables, as far as grades are written to them: its names, without nbgrader, which takes long to import."""

from __future__ import annotations

from sqlalchemy import Boolean, DateTime, Interval, column, table

COURSE = table("course", column("id"))
ASSIGNMENT = table("assignment", column("id"), column("name"), column("duedate", DateTime), column("course_id"))
NOTEBOOK = table("notebook", column("id"), column("name"), column("assignment_id"), column("kernelspec"))

# A cell is in the first of these, under its kind, and what only this kind has is in another table under the same id.
CELL = table("base_cell", column("id"), column("name"), column("notebook_id"), column("type"))
GRADE_CELL = table("grade_cells", column("id"), column("max_score"), column("cell_type"))
SOURCE_CELL = table(
    "source_cell",
    *map(column, ("id", "name", "notebook_id", "cell_type", "source", "checksum")),
    column("locked", Boolean),
)
IS_GRADED, IS_SOLUTION = "GradeCell", "SolutionCell"  # kinds: `type` of CELL

STUDENT = table("student", column("id"))
SUBMISSION = table(
    "submitted_assignment",
    *map(column, ("id", "assignment_id", "student_id")),
    column("timestamp", DateTime),
    column("extension", Interval),
)
SUBMITTED = table(
    "submitted_notebook",
    *map(column, ("id", "assignment_id", "notebook_id", "late_submission_penalty")),
    column("flagged", Boolean),
)
GRADE = table(
    "grade",
    *map(column, ("id", "notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit")),
    column("needs_manual_grade", Boolean),
)
COMMENT = table("comment", *map(column, ("id", "notebook_id", "cell_id", "auto_comment", "manual_comment")))
