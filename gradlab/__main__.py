"""`python -m gradlab` is the command `gradlab`."""

import os
import sys

# What lies in the working folder (a random.py, a numpy.py) must not stand in for Python's own modules.
if sys.path[0] in ("", os.getcwd()):
    sys.path.append(sys.path.pop(0))

from gradlab.cli import main

sys.exit(main())
