"""Feedback that shows what a student may see: of a graded cell no traceback, for it quotes code, and no stderr."""

from __future__ import annotations

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from autograder.wording import said, shortened


class QuietGradedCells(NbGraderPreprocessor):
    """Replace errors in the outputs of graded cells by one line; in those of hidden tests without the error's text."""

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            hidden = cell.metadata.get("gradlab", {}).get("role") != "check"
            cell.outputs = [_quiet(output, hidden) for output in cell.outputs]
        return cell, resources


def _quiet(output, hidden: bool):
    if output.output_type == "error":
        text = said(output.ename, output.evalue) if hidden else f"{output.ename}: {shortened(output.evalue, 400)}"
        return new_output("stream", name="stdout", text=f"✗ {text}\n")
    if output.output_type == "stream" and output.name == "stderr":
        return new_output("stream", name="stdout", text="✗ something was written to stderr\n")
    return output
