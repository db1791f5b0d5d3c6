"""What late work costs: course.yml says it, or the plugin that the course's nbgrader_config.py names.

    rule = late_rule(course)
    rule.penalty("ada", 8.0, seconds_late)      # the points to take off, 0 to 8; None when it costs nothing

To ask nbgrader takes seconds to import, so it is asked only where its configuration may say another rule than ours.
"""

from __future__ import annotations

import ast
import inspect
import logging
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.graded import digest_of
from autograder.stamps import share_lost
from gradlab.course import Course
from gradlab.errors import GradlabError

CONFIGS = ("nbgrader_config.py", "nbgrader_config.json")
TELLING = ("Late", "load_subconfig")  # no rule can be named without one of these, or a module that is not …
PLAIN = {"os", "sys", "pathlib", "autograder", "gradlab"}  # … one of these


class LateRule(Protocol):
    """edition: changes with the rule."""

    edition: str

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        """The points to take off, 0 to `score`; None when it costs nothing to be late.

        Raises ValueError when that cannot be said.
        """


@dataclass(frozen=True)
class PerDay:
    """The course's own rule: each day begun costs a share of the points earned."""

    share: float = 0.0

    @property
    def edition(self) -> str:
        return repr(self)

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        return score * share_lost(self.share, seconds_late) if self.share else None


NOTHING_LOST = PerDay()


@dataclass(frozen=True)
class Foreign:
    """A LateSubmissionPlugin of nbgrader's or of the instructor's."""

    plugin: object
    edition: str

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        """As nbgrader's AssignLatePenalties does it, which takes off neither less than nothing nor more than all."""
        if seconds_late <= 0:
            return None
        name = type(self.plugin).__name__
        try:
            penalty = self.plugin.late_submission_penalty(student, score, seconds_late)
            penalty = None if penalty is None else float(penalty)
        except Exception as error:  # the instructor's own code
            raise ValueError(f"the late penalty by {name}: {type(error).__name__}: {error}") from None
        if penalty is None:
            return None
        if math.isnan(penalty):
            raise ValueError(f"the late penalty by {name} is no number")
        return min(max(penalty, 0.0), score)


def late_rule(course: Course) -> LateRule:
    """The rule for late work. Raises GradlabError when the plugin that is named cannot be had."""
    own = PerDay(course.policies.late_penalty_per_day)
    files = [file for file in (course.root / name for name in CONFIGS) if file.is_file()]
    return _of_nbgrader(course.root, own) if any(map(_may_say_another, files)) else own


def _may_say_another(file: Path) -> bool:
    text = file.read_text(encoding="utf-8", errors="replace")
    if any(word in text for word in TELLING):
        return True
    if file.suffix != ".py":
        return False
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return True  # nbgrader says what is wrong with it
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return not {module.partition(".")[0] for module in modules} <= PLAIN


def _of_nbgrader(root: Path, own: PerDay) -> LateRule:
    """What nbgrader's configuration comes to, read as nbgrader reads it; `own` when it says nothing."""
    from nbgrader.apps.baseapp import NbGrader
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import AssignLatePenalties
    from traitlets.config import Application

    from autograder.late import LatePenalty

    if str(root) not in sys.path:  # where a plugin of the instructor's lies
        sys.path.insert(0, str(root))
    app = NbGrader(log=logging.Logger("nbgrader", level=logging.ERROR), raise_config_file_errors=True)
    app.coursedir, app.load_cwd_config = CourseDirectory(root=str(root)), False
    try:
        app.load_config_file()
        Application.load_config_file(app, CONFIGS[0], path=str(root))  # the course's comes last, and counts
        if not {"AssignLatePenalties", "LateSubmissionPlugin"} & set(app.config):
            return own
        assign = AssignLatePenalties(parent=app)
        assign.init_plugin()
    except (Exception, SystemExit) as error:  # whatever an instructor's configuration, or plugin, may raise
        raise GradlabError(
            f"{root / CONFIGS[0]}: the plugin for late work cannot be had ({type(error).__name__}: {error}). "
            "Correct it: autograder grade takes late penalties from there."
        ) from None
    plugin = assign.plugin_inst
    if type(plugin) is LatePenalty:
        return PerDay(plugin.per_day)
    return Foreign(plugin, _edition(plugin, app.loaded_config_files))


def _edition(plugin, files: list[str]) -> str:
    """A hash of the plugin's own module, and of the configuration, which may hold its class."""
    try:
        files = [*files, inspect.getfile(type(plugin))]
    except (TypeError, OSError):
        pass
    return digest_of(type(plugin).__qualname__, *(Path(file).read_bytes() for file in files))
