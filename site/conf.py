"""How Sphinx renders the course: in a folder that `autograder docs` puts together, with options.json in it."""

import json
from pathlib import Path

OPTIONS = json.loads((Path(__file__).parent / "options.json").read_text(encoding="utf-8"))

project = OPTIONS["title"]
author = copyright = "gradlab contributors"
language = "en"
extensions = ["myst_nb", "sphinx_design", "sphinx_copybutton"]
exclude_patterns = ["parts", "benchmark/*.md"]
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

# Lessons come with their outputs.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False  # what is behind a page may say more than the page
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
toc_object_entries = False
mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}}
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "pygments_light_style": pygments_style,
    "pygments_dark_style": pygments_dark_style,
    "logo": {"text": project},
    # The search box stands in the sidebar already.
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
}
