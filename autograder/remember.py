"""What each cell of a release was, noted in the notebook itself: so that a later release can be merged into the work.

The last step of the pipeline, after which no source changes. `gradlab update` reads it.
"""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor

from gradlab.merge import fingerprint


class RememberCells(NbGraderPreprocessor):
    """Write `metadata.gradlab.released`, {cell id: fingerprint of its source}."""

    def preprocess(self, nb, resources):
        prints = {cell.id: fingerprint(cell.source) for cell in nb.cells if "id" in cell}
        nb.metadata.setdefault("gradlab", {})["released"] = prints
        return nb, resources
