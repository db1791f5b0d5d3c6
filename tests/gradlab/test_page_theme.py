"""Pictures take the page's colours, and every text in them can be read: contrast as WCAG measures it, 4.5 to 1."""

from __future__ import annotations

import re

import pytest

from gradlab.draw import draw
from gradlab.embedded import picture_html
from gradlab.page_theme import CLASS, following_the_page
from gradlab.plot_style import COLOURS, DARK_COLOURS, GRID, TWINS
from gradlab.themes import FOLLOWING, LIGHT_COLOURS, THEMES

LIGHT_PAGE, DARK_PAGES = "#ffffff", ("#111111", "#151515", "#121212")  # JupyterLab's; the movie's; Sphinx's


def contrast(one: str, other: str) -> float:
    """1 to 21, by WCAG 2: the relative luminances of two colours compared."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") < 4.5


def seen(theme: str, kind: str, part: str) -> str:
    return THEMES[theme].styles[kind][part]


@pytest.mark.parametrize("theme", THEMES)
def test_words_in_drawings_can_be_read(theme):
    """Names on nodes against the node; names of marks, of clusters and of what is left out against the page."""
    colours, pages = THEMES[theme], DARK_PAGES if theme == "dark" else (LIGHT_PAGE,)
    for kind in LIGHT_COLOURS:
        assert contrast(colours.ink, seen(theme, kind, "fillcolor")) >= 4.5, kind
        for page in pages:  # an outline is no text
            assert contrast(seen(theme, kind, "color"), page) >= 3, kind
    for page in pages:
        assert contrast(colours.edge, page) >= 4.5
        for mark, colour in colours.marks.items():
            assert contrast(colour, page) >= 4.5, mark


def test_words_in_drawings_that_follow_a_dark_page():
    auto, dark = THEMES["auto"], THEMES["dark"]
    assert {FOLLOWING[colour] for colour in auto.marks.values()} == set(dark.marks.values())
    assert all(FOLLOWING[seen("auto", kind, "fillcolor")] == seen("dark", kind, "fillcolor") for kind in LIGHT_COLOURS)
    # Before it knows the page (in a reader that strips styles), an edge is seen on either.
    assert all(contrast(auto.edge, page) >= 3 for page in (LIGHT_PAGE, *DARK_PAGES))


def test_words_in_plots_can_be_read():
    for light, dark in zip(COLOURS, DARK_COLOURS, strict=True):
        assert contrast(light, LIGHT_PAGE) >= 4.5 and min(contrast(dark, page) for page in DARK_PAGES) >= 4.5
    assert len(set(TWINS.values())) == len(TWINS) and GRID in TWINS


def test_words_in_the_movie_can_be_read():
    from gradlab.movie import asset

    for block in re.findall(r"\{(--page:[^}]*)\}", asset("movie.css")):
        colours = dict(part.split(":") for part in block.split(";"))
        page = {"#fff": "#ffffff"}.get(colours["--page"], colours["--page"])
        for name in ("--ink", "--soft", "--sent", "--waits"):
            assert contrast(colours[name], page) >= 4.5, (name, block)


def test_each_colour_has_a_twin(torch):
    x = torch.ones(3, requires_grad=True)
    svg = draw((x + torch.ones(2, 3)).exp().sum(), {"x": x}).svg()
    painted = {*re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg)}
    assert painted and painted <= FOLLOWING.keys()
    for colour in painted:
        assert f'.{CLASS} [fill="{colour}"]{{fill:var(--{colour[1:]},{colour})}}' in svg
        assert f"--{colour[1:]}:{FOLLOWING[colour]};" in svg
    fixed = draw(x.sum(), theme="light").svg()  # another picture's rules are not for this one
    assert "<style>" not in fixed and CLASS not in fixed and CLASS in svg


def test_colours_in_styles():
    svg = following_the_page('<svg><path style="fill: #112233; stroke: #445566"/></svg>', {"#112233": "#ffeedd"})
    assert 'style="fill: var(--112233,#112233); stroke: #445566"' in svg


def test_a_picture_as_html():
    html = picture_html("<svg>ü</svg>", 'a "b" <c>')
    assert html.startswith('<img data-gradlab-picture="" alt="a &quot;b&quot; &lt;c&gt;"')
    assert "PHN2Zz7DvDwvc3ZnPg==" in html and "http" not in html
