"""The course's rule for late work, as nbgrader's plugin: each day begun costs a share of the points earned."""

from __future__ import annotations

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

from autograder.stamps import share_lost


class LatePenalty(LateSubmissionPlugin):
    """`policies: {late_penalty_per_day: …}` of course.yml."""

    per_day = Float(0.0, min=0.0, max=1.0, help="share of the points that each day late costs").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points to take off; None when work may be late."""
        if not self.per_day:
            return None
        return score * share_lost(self.per_day, total_seconds_late)
