"""What stops a build, in a sentence that says what to do."""


class Problem(Exception):
    """Ends the build with its words, and nothing is changed."""
