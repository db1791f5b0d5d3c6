"""Pictures of lessons as JupyterLab shows them, answered and run from top to bottom.

    python tests/browser/look.py 3                  # .build/look/03_backward_pass/light/00.png, 01.png, …
    python tests/browser/look.py 3 --theme dark
    python tests/browser/look.py --stubs            # all lessons as they are opened, with each cell run
    python tests/browser/look.py 3 --wrong walk Mul=2   # with the 1st known wrong answer to walk, the 2nd to Mul

Look at them as somebody who wants to learn from them. Errors and wide outputs are listed as well.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from lab_server import LabServer, chromium
from lesson_page import ERRORS, LessonPage, browser
from student_folder import ROOT, answer_wrongly, go_on_after_errors, student_folder

from gradlab.course import load_course

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
WIDTH, HEIGHT = 1240, 1300  # a page of a laptop, taller: fewer pictures
RUN_SECONDS = 300

# What is wider than its place: {what, how wide, where}.
TOO_WIDE = """() => [...document.querySelectorAll('.jp-Notebook-cell')].flatMap((cell, place) =>
    [...cell.querySelectorAll('.jp-OutputArea-output, .jp-RenderedHTMLCommon, .cm-scroller, svg, table, mjx-container')]
        .filter(part => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0)
        .map(part => `cell ${place}: ${part.className.baseVal ?? part.className} is ${part.scrollWidth} wide, `
                     + `its place ${part.clientWidth}: ${part.textContent.trim().slice(0, 60)}`))"""
SAID = """kinds => [...document.querySelectorAll('.jp-Notebook-cell')].flatMap((cell, place) =>
    [...cell.querySelectorAll(kinds.map(kind => `[data-mime-type="${kind}"]`).join())]
        .map(part => `cell ${place}: ${part.textContent.trim().slice(-200)}`))"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")
    parser.add_argument("--theme", choices=THEMES, default="light")
    parser.add_argument("--stubs", action="store_true", help="the notebook as it is released, without answers")
    parser.add_argument("--unfold", action="store_true", help="open all hints and folded answers")
    parser.add_argument("--wrong", nargs="+", metavar="EXERCISE=N", default=[], help="with known wrong answers")
    parser.add_argument("--to", type=Path, default=ROOT / ".build" / "look", help="where pictures go")
    args = parser.parse_args()
    if chromium() is None:
        sys.exit("error: there is no Chromium on the PATH. Install it, or name it: CHROMIUM=/path/to/chrome")
    course = load_course(ROOT)
    for lesson in [course.lesson(text) for text in args.lessons] or course.lessons:
        kind = f"{args.theme}{'-stubs' if args.stubs else ''}{'-unfolded' if args.unfold else ''}"
        kind += "-wrong" if args.wrong else ""
        folder = args.to / lesson.id / kind
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        theme = THEMES[args.theme]
        pictures, remarks = look(lesson.id, folder, theme, not args.stubs, args.unfold, args.wrong)
        print(f"{lesson.id}: {pictures} pictures in {folder}")
        for remark in remarks:
            print(f"  {remark}")
    return 0


def look(lesson: str, folder: Path, theme: str, answered: bool, unfold: bool, wrong: list[str]):
    """Photograph a lesson, screen by screen. How many pictures, and what is too wide or an error."""
    with tempfile.TemporaryDirectory(prefix="look-") as name:
        scratch = Path(name)
        student = student_folder(scratch / "student", lesson, answered)
        for exercise, _, number in (each.partition("=") for each in wrong):
            answer_wrongly(student, exercise, int(number or 1))
        if wrong or not answered:
            go_on_after_errors(student)
        return photograph(student.root, student.notebook, scratch, folder, theme, unfold)


def photograph(root: Path, notebook: str, scratch: Path, folder: Path, theme: str, unfold: bool = False):
    """Run `notebook`, a path in `root`, in JupyterLab, and photograph it. How many pictures, and what is wrong."""
    with LabServer(root, scratch, theme) as lab, browser(scratch / "profile", WIDTH, HEIGHT) as tabs:
        page = tabs.new_page()
        opened = LessonPage.open(page, lab, notebook)
        page.screenshot(path=folder / "00.png")
        opened.run_all(RUN_SECONDS)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        if unfold:
            page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.wait_for_timeout(1500)  # plots and formulas are being laid out
        remarks = page.evaluate(SAID, list(ERRORS)) + page.evaluate(TOO_WIDE)
        return _screens(page, folder), remarks


def _screens(page, folder: Path) -> int:
    """A picture of each screenful of the notebook, from its top."""
    panel = page.locator(".jp-NotebookPanel-notebook .jp-WindowedPanel-outer, .jp-NotebookPanel-notebook").last
    handle = panel.element_handle()
    height, whole = handle.evaluate(
        """part => [part.clientHeight, part.scrollTop - part.getBoundingClientRect().top
                    + [...part.querySelectorAll('.jp-Notebook-cell')].at(-1).getBoundingClientRect().bottom]"""
    )
    tops = range(0, max(int(whole) - 40, 1), height - 40)  # a line or two are on both
    for number, top in enumerate(tops, start=1):
        handle.evaluate("(part, top) => { part.scrollTop = top }", top)
        page.wait_for_timeout(150)
        panel.screenshot(path=folder / f"{number:02}.png")
    return len(tops) + 1


if __name__ == "__main__":
    sys.exit(main())
