"""nbgrader's pipelines for grading, as declared lists: for `autograder grade`, and for nbgrader's own commands."""

from __future__ import annotations

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config import Config

from autograder.late import LatePenalty
from autograder.quiet import QuietGradedCells
from gradlab.course import Course

# GetGrades asks the gradebook, so it comes first. The hidden cells come from the gradebook with their hidden part.
FEEDBACK = [GetGrades, ClearHiddenTests, QuietGradedCells, CSSHTMLHeaderPreprocessor]
FEEDBACK_PAGE = FEEDBACK[1:]  # where what the gradebook says is in the notebook already


def feedback_settings() -> Config:
    """For GenerateFeedback: nothing of a hidden test is shown."""
    config = Config()
    config.GenerateFeedback.preprocessors = FEEDBACK
    return config


def late_settings(course: Course) -> Config:
    config = Config()
    config.AssignLatePenalties.plugin_class = LatePenalty
    config.LatePenalty.per_day = course.policies.late_penalty_per_day
    return config


def stock_settings(course: Course) -> Config:
    """For nbgrader_config.py: stock `nbgrader autograde` and `generate_feedback`."""
    from autograder.stock import ExecuteToTheEnd, PrepareEngine

    config = late_settings(course)
    config.merge(feedback_settings())
    config.Autograde.sanitize_preprocessors = [
        ClearOutput,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    # PrepareEngine must come before the kernel starts, which inherits what it sets.
    config.Autograde.autograde_preprocessors = [
        PrepareEngine,
        ExecuteToTheEnd,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.OverwriteCells.add_missing_cells = True
    config.Execute.timeout = 120
    config.Execute.interrupt_on_timeout = True
    return config
