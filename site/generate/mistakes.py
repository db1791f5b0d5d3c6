"""Write site/mistakes.md: mistakes that people make, and what PyTorch and mytorch say to each.

    autograder build && python site/generate/mistakes.py

Every program is run on both engines; nothing on the page is typed by hand but the headings.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "site" / "mistakes.md"

#: A chapter begins with the mistake that is named here.
CHAPTERS = {
    "backward_from_many_entries": "Starting the backward pass",
    "int_requires_grad": "Leaves and writing in place",
    "numpy_of_a_graph_tensor": "Shapes, sizes and indices",
    "mean_of_ints": "Types",
    "grad_of_what_was_not_used": "Asking for gradients",
    "deepcopy_of_a_result": "Copies and inference mode",
    "backward_returns_too_few": "Functions of your own",
    "wrong_number_of_features": "Networks and optimizers",
}

HEAD = """\
# Mistakes, side by side

{count} mistakes that people make with autograd, each run on PyTorch {version} and on the engine of this course. mytorch
raises the same type of error and begins with PyTorch's sentence, so what you learn here you can search for there. Then
it says what to do.

`python site/generate/mistakes.py` wrote this page; `tests/mytorch/mistakes.py` holds the programs. A test runs them all
on both engines and compares what they say.

"""


def page(mistakes: list, pytorch: ModuleType, mytorch: ModuleType) -> str:
    """The page as MyST Markdown. mistakes: those of tests/mytorch/mistakes.py."""
    parts = [HEAD.format(count=len(mistakes), version=pytorch.__version__.partition("+")[0])]
    for mistake in mistakes:
        if mistake.program.__name__ in CHAPTERS:
            parts.append(f"## {CHAPTERS[mistake.program.__name__]}\n\n")
        parts.append(entry(mistake, pytorch, mytorch))
    return "".join(parts).rstrip("\n") + "\n"


def entry(mistake, pytorch: ModuleType, mytorch: ModuleType) -> str:
    """One mistake: its title, its code, and two boxes."""
    theirs, ours = said(mistake.program, pytorch), said(mistake.program, mytorch)
    return f"""\
### {mistake.title[:1].upper()}{mistake.title[1:]}

```python
{code(mistake.program)}
```

::::{{grid}} 1 1 2 2
:gutter: 2
:::{{grid-item-card}} PyTorch
{fenced(theirs)}
:::
:::{{grid-item-card}} mytorch
{fenced(ours)}
:::
::::

"""


def fenced(text: str) -> str:
    return f"```{{code-block}} none\n:class: said\n\n{text}\n```"


def said(program: Callable, torch: ModuleType) -> str:
    """`RuntimeError: …` as the engine says it; without this computer's paths and line numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program(torch)
        except Exception as error:
            text = f"{type(error).__name__}: {error}".expandtabs(4)
            return re.sub(r"\S*mistakes\.py:\d+", "your_file.py:4", text)
    raise AssertionError(f"{program.__name__} raises nothing on {torch.__name__}: it is no mistake any more")


def code(program: Callable) -> str:
    """The body of the program, with the helper that it uses in front."""
    body = textwrap.dedent("".join(inspect.getsourcelines(program)[0][1:])).strip()
    found = re.match(r"_function\(torch, (lambda g: .+?)\)\.apply", body)
    if found:
        helper = textwrap.dedent("".join(inspect.getsourcelines(program.__globals__["_function"])[0][1:]))
        helper = helper.partition("\nreturn Double")[0].strip()
        rule = found[1].removeprefix("lambda g: ")
        rule = rule[1:-1] if rule.startswith("(") else rule
        helper = helper.replace("result(grad)", re.sub(r"\bg\b", "grad", rule))
        body = f"{helper}\n\n{body.replace(found[0], 'Double.apply')}"
    return body


def main() -> None:
    sys.path[:0] = [str(ROOT / ".build" / "reference"), str(ROOT / "tests" / "mytorch")]
    import torch
    from mistakes import MISTAKES

    import mytorch

    PAGE.write_text(page(MISTAKES, torch, mytorch), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(MISTAKES)} mistakes")


if __name__ == "__main__":
    main()
