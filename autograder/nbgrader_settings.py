"""nbgrader's pipeline for releasing, as one declared list: used by `autograder release` and by nbgrader_config.py."""

from __future__ import annotations

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    SaveCells,
)
from traitlets.config import Config

from autograder.remember import RememberCells
from autograder.stubs import TellingStubs

# nbgrader's own order. ClearHiddenTests comes after SaveCells, which keeps the hidden parts for the gradebook, and
# checksums are computed once more for what students get. InstantiateTests is left out: it would start a kernel.
RELEASE_PIPELINE = [
    IncludeHeaderFooter,
    LockCells,
    TellingStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
    RememberCells,
]


def release_settings() -> Config:
    """What nbgrader must know to release a lesson of ours."""
    config = Config()
    config.GenerateAssignment.preprocessors = RELEASE_PIPELINE
    return config
