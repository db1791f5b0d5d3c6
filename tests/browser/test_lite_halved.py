"""The edition for the browser where a part of Python did not arrive whole. It needs a browser of its own."""

import pytest

pytestmark = pytest.mark.full


@pytest.mark.parametrize(
    ("part", "act"), [("pyodide.asm.wasm", ""), ("numpy-*.whl", "notebook:run-all-cells")], ids=["core", "package"]
)
def test_python_that_did_not_arrive_whole(lite_site, tmp_path, part, act):
    """The page says which file it is, and gets it again."""
    from lesson_page import browser
    from lite_page import BLOCKED, LitePage, halved, server_module, with_every_cell

    (file,) = (lite_site.folder / "static" / "pyodide").glob(part)
    name = f"static/pyodide/{file.name}"
    patches = {name: halved, "jupyter-lite.json": with_every_cell}
    with server_module().Server(lite_site.folder, patches=patches) as server:
        with browser(tmp_path, flags=(BLOCKED,)) as tabs:
            page = tabs.new_page()
            page.goto(f"{server.url}lab/index.html?path=modules/01_tensors/01_tensors.ipynb")
            if act:
                LitePage.ready(page, "modules/01_tensors/01_tensors.ipynb", 240)
                page.evaluate("act => { window.jupyterapp.commands.execute(act) }", act)
            notice = page.locator(".gl-notice.gl-bad")
            notice.wait_for(timeout=300_000)
            assert f"did not arrive whole ({name})" in notice.inner_text()
            notice.get_by_role("button", name="Load it again").click()
            page.get_by_text("Still not whole").wait_for(timeout=120_000)
            del server.patches[name]
            server.body.cache_clear()
            with page.expect_navigation(timeout=240_000):
                page.get_by_role("button", name="Try again").click()
            again = LitePage.ready(page, "modules/01_tensors/01_tensors.ipynb", 240)
            assert '"error"' not in again.execute(again.place("setup"))
