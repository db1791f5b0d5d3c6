"""The repository that students get: complete, installable, without one byte of solutions/ or autograder/."""
