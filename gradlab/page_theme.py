"""Pictures that take the colours of the page they stand in: light or dark, as the reader has it now.

A picture is drawn in light colours. This gives each of them its dark twin, by CSS inside the picture: JupyterLab, VS
Code and Sphinx say on the page which they are; anywhere else the reader's system decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CLASS = "gradlab-picture"
LIGHT_PAGE = ("[data-jp-theme-light=true]", "[data-theme=light]", ".vscode-light")
DARK_PAGE = ("[data-jp-theme-light=false]", "[data-theme=dark]", ".vscode-dark")
PAINT = ("fill", "stroke")


def following_the_page(svg: str, twins: Mapping[str, str]) -> str:
    """The <svg> element `svg` with both sets of colours. twins: {light colour: dark colour}, each as "#rrggbb"."""
    used = {light: dark for light, dark in twins.items() if light in svg}
    # Colours in a style, as matplotlib writes them; those in attributes, as Graphviz does, are for the rules.
    svg = re.sub(
        r'(?<=style=")[^"]*', lambda style: re.sub(r"#[0-9a-f]{6}", lambda it: _variable(it[0], used), style[0]), svg
    )
    # The class is theirs alone: rules hold in the whole page, and a picture of a fixed theme is to keep its colours.
    return re.sub(r"<svg\b([^>]*>)", rf'<svg class="{CLASS}"\1<style>{page_css(used)}</style>', svg, count=1)


def page_css(twins: Mapping[str, str]) -> str:
    """Rules for everything inside an element of class CLASS."""
    rules = "".join(
        f'.{CLASS} [{paint}="{light}"]{{{paint}:{_variable(light, twins)}}}' for light in twins for paint in PAINT
    )
    on_dark = "{" + "".join(f"--{light[1:]}:{dark};" for light, dark in twins.items()) + "}"
    on_light = "{" + "".join(f"--{light[1:]}:initial;" for light in twins) + "}"
    return (
        f"{rules}@media(prefers-color-scheme:dark){{.{CLASS}{on_dark}}}"
        f"{_inside(LIGHT_PAGE)}{on_light}{_inside(DARK_PAGE)}{on_dark}"
    )


def _variable(colour: str, twins: Mapping[str, str]) -> str:
    return f"var(--{colour[1:]},{colour})" if colour in twins else colour


def _inside(pages: tuple[str, ...]) -> str:
    return ",".join(f"{page} .{CLASS}" for page in pages)
