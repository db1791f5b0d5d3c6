"""Solutions and the stubs that take their place."""

import pytest

from autograder.regions import RegionError, regions, stub_of

TWO = """\
def f(x):
    if x:
        ### BEGIN SOLUTION say "yes" – or \\ more
        return 1
        ### END SOLUTION
    other = 2
    ### BEGIN SOLUTION then the rest

    return other
    ### END SOLUTION
"""


def test_two_regions():
    first, second = regions(TWO)
    assert (first.line, first.says, first.lines) == (3, 'say "yes" – or \\ more', ("        return 1",))
    assert second.lines == ("", "    return other")


def test_stub_keeps_indentation_and_what_is_outside():
    stub = stub_of(TWO)
    compile(stub, "stub", "exec")
    assert '        raise NotImplementedError("say \\"yes\\" – or \\\\ more")\n    other = 2\n' in stub
    assert "return" not in stub


@pytest.mark.parametrize(
    "source", ["### BEGIN SOLUTION a", "### END SOLUTION", "x = 1  ### BEGIN SOLUTION", "###BEGIN SOLUTION"]
)
def test_markers_that_do_not_pair_up(source):
    with pytest.raises(RegionError):
        regions(source)
