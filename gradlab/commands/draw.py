"""gradlab draw: the graph of an expression, as a picture."""

from __future__ import annotations

import argparse
import ast
import importlib
from pathlib import Path

from gradlab.commands.common import describe
from gradlab.course import load_course
from gradlab.dot import DETAILS, DIRECTIONS
from gradlab.draw import FORMATS
from gradlab.errors import GradlabError
from gradlab.export import engine_dir
from gradlab.reload import put_first
from gradlab.themes import THEMES

NAME = "draw"
HELP = "draw the graph that an expression records"
EXAMPLE = """\
gradlab draw "x = torch.tensor(3.0, requires_grad=True); x * (x + 1)"
gradlab draw "x = torch.ones(2, requires_grad=True); (x * x).sum()" --to square.svg
gradlab draw "$(cat model.py)" --to model.png --theme dark --detail full --direction down
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("code", metavar="CODE", help="Python that ends in a tensor; your package is there as `torch`")
    parser.add_argument("--to", metavar="FILE", type=Path, help=f"write .{', .'.join(FORMATS)} instead of text")
    parser.add_argument("--detail", choices=DETAILS, default="normal", help="names only; or also dtypes, saved tensors")
    parser.add_argument("--direction", choices=DIRECTIONS, default="right", help="where data flows (default: right)")
    parser.add_argument("--theme", choices=THEMES, default="auto", help="auto: an .svg takes the colours of its page")
    parser.add_argument("--names", metavar="NAME,…", help="label only these variables (default: all that CODE sets)")
    parser.add_argument("--max-nodes", metavar="N", type=int, default=100, help="of more, show the N near the result")
    parser.add_argument("--no-fold", action="store_true", help="show repeated blocks one by one")


def run(args: argparse.Namespace) -> int:
    """Run a line of Python with your package as `torch` (and NumPy as `np`), and draw the graph of its last value."""
    from gradlab.draw import draw

    course = load_course()
    put_first(engine_dir())
    try:
        package = importlib.import_module(course.package)
        value, names = evaluate(args.code, {"torch": package, course.package: package})
    except GradlabError:
        raise
    except Exception as error:
        raise GradlabError(f"the code fails with {type(error).__name__}: {error}") from None
    picture = draw(
        value,
        names=names if args.names is None else chosen(names, args.names),
        direction=args.direction,
        detail=args.detail,
        max_nodes=args.max_nodes,
        fold=not args.no_fold,
        theme=args.theme,
    )
    if args.to is None:
        print(picture.text())
    else:
        picture.save(args.to)
        print(f"Drawn to {args.to}: {picture.alt}")
    return 0


def chosen(names: dict, wanted: str) -> dict:
    """Of `names` those that the comma-separated `wanted` lists. Raises GradlabError for one that is not there."""
    picked = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in picked:
        if name not in names:
            raise GradlabError(f"--names: the code sets no {name!r}; it sets {', '.join(sorted(names)) or 'nothing'}.")
    return {name: names[name] for name in picked}


def evaluate(code: str, names: dict) -> tuple[object, dict]:
    """Run `code`; the value of its last expression, or of the last name it sets, and the names it set."""
    import numpy

    tree = ast.parse(code)
    if not tree.body:
        raise GradlabError('there is no code. Example: gradlab draw "torch.ones(2, requires_grad=True).sum()"')
    space = {**names, "np": numpy}
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value, lineno=1), last)
        ast.fix_missing_locations(tree)
    exec(compile(tree, "<code>", "exec"), space)
    own = {name: value for name, value in space.items() if name not in names and name not in ("np", "__builtins__")}
    value = own.pop("_", None) if isinstance(last, ast.Expr) else list(own.values())[-1] if own else None
    return value, own
