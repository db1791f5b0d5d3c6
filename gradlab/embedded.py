"""A picture as HTML that works wherever a notebook is read, and as a file.

It is an <img> with its text for those who cannot see it, which every reader shows, also those that allow no script and
no style (GitHub). Where scripts run, the image makes room for the same picture inside the page: there it has tooltips,
and takes the page's colours.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from gradlab.errors import GradlabError
from gradlab.files import write_atomic

# Each picture's script finds whatever image is not replaced yet. TextDecoder, since atob() knows no UTF-8.
SCRIPT = (
    'document.querySelectorAll("img[data-gradlab-picture]").forEach(i=>{'
    'const t=document.createElement("template"),'
    'b=Uint8Array.from(atob(i.src.split(",")[1]),c=>c.charCodeAt(0));'
    "t.innerHTML=new TextDecoder().decode(b);i.replaceWith(t.content)})"
)


def picture_html(svg: str, alt: str) -> str:
    """HTML for the <svg> element `svg`. alt: what it shows, in a sentence."""
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return (
        f'<img data-gradlab-picture="" alt="{escape(alt)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{data}"><script>{SCRIPT}</script>'
    )


def write_picture(path: Path, content: str | bytes) -> None:
    """Write it whole; folders that are missing are made. Raises GradlabError when it cannot be written."""
    try:
        write_atomic(path, content)
    except OSError as error:
        raise GradlabError(f"{path} cannot be written: {error.strerror}.") from None
