"""Write site/parts/differences.md: where mytorch is not PyTorch, with a program for each difference and its results.

autograder build && python site/generate/differences.py
"""

from __future__ import annotations

import inspect
import sys
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PART = ROOT / "site" / "parts" / "differences.md"


def page(programs: list[Callable], pytorch: ModuleType, mytorch: ModuleType) -> str:
    """The list as MyST Markdown. programs: those of tests/mytorch/differences.py."""
    return "\n".join(entry(program, pytorch, mytorch) for program in programs)


def entry(program: Callable, pytorch: ModuleType, mytorch: ModuleType) -> str:
    """The title and the reason, and behind a button the program with both results."""
    title = program.__name__.replace("_", " ")
    theirs, ours = result(program, pytorch), result(program, mytorch)
    assert theirs != ours, f"{program.__name__} is no difference any more: delete it"
    return f"""\
**{title[:1].upper()}{title[1:]}.** {" ".join(program.__doc__.split())}

:::{{dropdown}} Show it
```python
{code(program)}
```

```text
PyTorch: {theirs}
mytorch: {ours}
```
:::
"""


def result(program: Callable, torch: ModuleType) -> str:
    """The repr of what the program returns, or the error that it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(program(torch))
        except Exception as error:
            return f"{type(error).__name__}: {error}"


def code(program: Callable) -> str:
    """The body of the program, without its docstring."""
    body = textwrap.dedent("".join(inspect.getsourcelines(program)[0][1:])).strip()
    return body.split('"""', 2)[2].strip()


def main() -> None:
    sys.path[:0] = [str(ROOT / ".build" / "reference"), str(ROOT / "tests" / "mytorch")]
    import torch
    from differences import DIFFERENCES

    import mytorch

    PART.write_text(page(DIFFERENCES, torch, mytorch), encoding="utf-8")
    print(f"{PART.relative_to(ROOT)}: {len(DIFFERENCES)} differences")


if __name__ == "__main__":
    main()
