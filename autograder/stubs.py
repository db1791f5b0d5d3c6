"""nbgrader's ClearSolutions with stubs that say what to build.

nbgrader_config.py puts it into nbgrader's own pipeline, so `nbgrader generate_assignment` and `autograder release`
write the same file.
"""

from __future__ import annotations

from nbgrader.preprocessors import ClearSolutions

from autograder.regions import regions, stub_of


class TellingStubs(ClearSolutions):
    """Replace `### BEGIN SOLUTION words` … `### END SOLUTION` by `raise NotImplementedError("words")`."""

    def _replace_solution_region(self, cell, language):
        if cell.cell_type != "code" or not regions(cell.source):
            return super()._replace_solution_region(cell, language)
        cell.source = stub_of(cell.source)
        return True
