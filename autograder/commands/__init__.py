"""One file per verb of `autograder`: it reads the arguments, calls, and prints. Logic lives in the package above."""
