"""What an edition shows of an executed lesson. The course sees no answer; self-learners find each behind a button."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.notebook import KERNEL
from autograder.regions import stub_of

CLASS, SELF = "class", "self-learners"
EDITIONS = (CLASS, SELF)
_YOURS = "(Here stands what you have written: run the cell in your notebook.)\n"
_MARKERS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)


def edition_of(
    notebook: NotebookNode, edition: str, launch: str, tells: Callable[[str], bool] = lambda text: False
) -> NotebookNode:
    """The page of a lesson.

    notebook: executed, with its answers. launch: HTML with the ways to open the lesson, put below its title. tells:
    whether a text that a cell has printed gives an answer away; a class gets another in its place.
    """
    shown = new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    shown.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        if edition == CLASS and any(tells(output.get("text", "")) for output in cell.get("outputs", ())):
            cell = NotebookNode(cell, outputs=[new_output("stream", name="stdout", text=_YOURS)])
        shown.cells += _shown(cell, edition)
        if number == 0:
            shown.cells[0].source = _below_title(shown.cells[0].source, launch)
    return shown


def _shown(cell: NotebookNode, edition: str) -> Iterator[NotebookNode]:
    role = cell.metadata.get("gradlab", {}).get("role")
    if cell.cell_type == "markdown":
        yield new_markdown_cell(_accessible(cell.source), id=cell.id)
    elif role == "exercise":
        yield new_code_cell(stub_of(cell.source), id=cell.id, metadata={"tags": ["exercise"]})
        if edition == SELF:
            yield new_code_cell(answer_of(cell.source), id=f"{cell.id}-answer"[:64], metadata=_folded("Show an answer"))
    elif role == "check":
        # What a check asks is long; what it found is what one wants to see.
        yield new_code_cell(cell.source, id=cell.id, outputs=cell.outputs, metadata=_folded("Show the check"))
    elif role == "given":
        # What it prints says where it is exported to.
        yield new_code_cell(cell.source, id=cell.id)
    else:
        yield new_code_cell(cell.source, id=cell.id, outputs=cell.outputs)


def answer_of(source: str) -> str:
    """The source of an exercise without the marks around its answer."""
    return _MARKERS.sub("", source)


def _folded(title: str) -> dict:
    """The source behind a button, what it shows in sight."""
    return {"tags": ["hide-input"], "mystnb": {"code_prompt_show": title, "code_prompt_hide": "Hide it"}}


def _below_title(text: str, launch: str) -> str:
    """The first cell with `launch` after the heading."""
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{launch}\n\n{rest.strip()}"


def _accessible(text: str) -> str:
    """A button that says only "Hint" says too little to who hears the page without seeing it."""
    return re.sub(r"<summary>(Hint[^<]*)</summary>", r'<summary aria-label="\1 for this exercise">\1</summary>', text)


def launch_html(notebook: str, github: str, lite: str) -> str:
    """Links that open a lesson: in the browser edition, and where the students' repository is published.

    notebook: its path in that repository. github: OWNER/NAME[/BRANCH], or "". lite: the way from the lesson's page to
    the browser edition, or "". Nothing, when there is no place to go.
    """
    links, note = [], ""
    if lite:
        links.append((f"{lite}/lab/index.html?path={notebook}", "Open in the browser"))
    if github:
        owner, name, *branch = github.split("/", 2)
        branch = branch[0] if branch else "main"
        links.append((f"https://mybinder.org/v2/gh/{owner}/{name}/{branch}?urlpath=lab/tree/{notebook}", "Binder"))
        colab = f"https://colab.research.google.com/github/{owner}/{name}/blob/{branch}/{notebook}"
        links.append((colab, "Colab"))
        # Colab opens the notebook alone, without the packages beside it.
        cell = f"!git clone -q -b {branch} https://github.com/{owner}/{name} course\n%cd course"
        note = f"<details><summary>Colab needs a cell of its own first</summary><pre>{cell}</pre></details>"
    anchors = "".join(f'<a class="launch" href="{html.escape(url)}">{text}</a>' for url, text in links)
    return f'<p class="launches">{anchors}</p>{note}' if links else ""
