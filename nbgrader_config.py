"""nbgrader on this repository: its stock commands and the formgrader work from this folder.

autograder build                                     writes .build/source/, which nbgrader takes for source/
nbgrader generate_assignment 03_backward_pass --force     writes modules/03_backward_pass/
nbgrader autograde 03_backward_pass                  reads submitted/<student>/03_backward_pass/
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # a checkout in which nothing was installed
    sys.path.insert(0, str(ROOT))

from autograder.grading_settings import stock_settings  # noqa: E402  (after the path is set)
from autograder.nbgrader_settings import release_settings  # noqa: E402
from gradlab.course import load_course  # noqa: E402

c = get_config()  # noqa: F821  (nbgrader gives it)

# ---- the course ------------------------------------------------------------------------------------------------

c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "gradlab"
c.CourseDirectory.source_directory = ".build/source"
c.CourseDirectory.release_directory = "modules"
# submitted/, autograded/, feedback/ and gradebook.db are nbgrader's defaults, in this folder.
if os.environ.get("GRADLAB_DB"):  # another gradebook, as `autograder grade` takes it
    c.CourseDirectory.db_url = os.environ["GRADLAB_DB"]

# ---- release: solutions to stubs -------------------------------------------------------------------------------

c.merge(release_settings())

# ---- grading: a kernel runs the notebook, and the graded cells run the hidden tests ----------------------------
# For compatibility: the student's code runs with your rights and could forge its score. `autograder grade` writes the
# same gradebook, and keeps students' code apart.

c.merge(stock_settings(load_course(ROOT)))
