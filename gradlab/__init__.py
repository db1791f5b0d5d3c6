"""The student's side of the course: export, check, status, reset, submit and draw. The command is `gradlab`."""

__version__ = "0.1.0"
