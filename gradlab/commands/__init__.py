"""One file per verb of `gradlab`: it reads the arguments, calls, and prints. Logic lives in the package above."""
