"""`autograder sandbox`: which ways to keep students' code apart work on this machine, and why others do not."""

from __future__ import annotations

import argparse

NAME = "sandbox"
HELP = "say how students' code is kept apart on this machine"
EXAMPLE = """
autograder sandbox               # try each rung of the ladder
autograder grade 3 --rung landlock

Each rung is tried out: a worker looks for a neighbour's file, the network, processes to start and to signal, and
checks that Python and NumPy work. `grade` takes the first that passes. What each one promises is in SECURITY.md.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from autograder.sandbox import RUNGS, offered

    offers = [offered(name) for name in RUNGS]
    works = [offer.isolation.name for offer in offers if not offer.problem]
    for offer in offers:
        sign, text = ("✗", offer.problem) if offer.problem else ("✓", offer.isolation.warning or "works")
        print(f"{sign} {offer.isolation.name:<12}{text}")
    if works:
        print(f"\nautograder grade takes: {works[0]}")
        return 0
    print("\nautograder grade refuses to run students' code. On Linux: sudo apt-get install bubblewrap")
    print("Elsewhere grade in a Linux container or virtual machine, or type --unsafe for work that you trust.")
    return 1
