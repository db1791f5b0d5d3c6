"""Whether two cells hold the same program: comments, layout and the names of local variables do not count."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import CodeType

from autograder.cells import cell_code
from gradlab.names import with_inner

#: What a function may look its own local variables up with, by their names.
_LOOKS = {"locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe", "inspect", "f_locals", "sys", "gc"}


def same_code(one: str, other: str) -> bool:
    """Whether two cells' sources do the same, because they are the same. False when either is no Python."""
    return one == other or None is not _anonymous(one) == _anonymous(other)


@lru_cache(maxsize=512)
def shape(source: str) -> str | None:
    """The same for cells that hold the same Python, names included; None for what is no Python."""
    code = _compiled(source)
    return _digest(code, named=True) if code else None


@lru_cache(maxsize=512)
def _anonymous(source: str) -> str | None:
    """The same for cells in which only local variables are called otherwise."""
    code = _compiled(source)
    if code is None:
        return None
    return _digest(code, named=any(_LOOKS.intersection(each.co_names) for each in with_inner(code)))


def _compiled(source: str) -> CodeType | None:
    try:
        return cell_code(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _digest(code: CodeType, named: bool) -> str:
    return hashlib.sha256(repr(_parts(code, named)).encode("utf-8", "surrogatepass")).hexdigest()


def _parts(code: CodeType, named: bool) -> tuple:
    """All of a compiled program but where its lines were. named: with the names of local variables; those of parameters
    count always, for they may be called by them, and so do those that inner functions share."""
    parameters = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & CO_VARARGS)
    parameters += bool(code.co_flags & CO_VARKEYWORDS)
    return (
        code.co_name,
        code.co_code,
        code.co_names,
        code.co_varnames if named else (code.co_varnames[:parameters], len(code.co_varnames)),
        code.co_cellvars,
        code.co_freevars,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
        getattr(code, "co_exceptiontable", b""),
        # repr tells 1 from 1.0 and True, and 0.0 from -0.0, which are equal
        tuple(_parts(each, named) if isinstance(each, CodeType) else repr(each) for each in code.co_consts),
    )
