"""What is different where Python runs in a web page (Pyodide): no processes, no threads, files that the browser keeps.

`prepare()` is called once, by `import gradlab.lesson`. The edition for the browser has more beside this file, put there
by its build: Graphviz in WebAssembly (viz-global.js, from the npm package @viz-js/viz), and in shell/ the given part of
the package that lessons build.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

IN_BROWSER = sys.platform == "emscripten"
GRAPHVIZ = Path(__file__).with_name("viz-global.js")
SHELL = Path(__file__).with_name("shell")
ENGINE = Path("/tmp/engine")  # in memory; the browser's own files are a hundred times slower
STACK = 60 << 10  # bytes; measured: with 64 KB a chain of 100 000 nodes is freed, with 80 KB the browser's stack ends

_START = """
(function (code) {
  (0, eval)(code);
  return Viz.instance().then(viz => {
    globalThis.gradlabRenderDot = (dot, kind) => viz.renderString(dot, {format: kind});
  });
})
"""


def prepare(shell) -> None:
    """Make a page ready for a lesson: the package in memory and kept by the browser, graphs as pictures.

    shell: the InteractiveShell, after each cell of which the work is kept. Raises GradlabError outside a course.
    """
    if not IN_BROWSER:
        return
    bound_the_stack()
    if SHELL.is_dir() and not os.environ.get("GRADLAB_ENGINE"):
        from gradlab.course import load_course
        from gradlab.kept import Kept
        from gradlab.notices import show

        kept = Kept(load_course(), ENGINE)
        kept.restore(SHELL)
        os.environ["GRADLAB_ENGINE"] = str(ENGINE)
        shell.events.register("post_run_cell", lambda result: [show(said) for said in kept.keep()])
    if GRAPHVIZ.is_file():
        _start_graphviz()


def bound_the_stack() -> None:
    """Let a graph of any depth be freed. Raises nothing: elsewhere than in a page it does nothing.

    Python frees a chain of objects by recursion, and goes over to a loop when its own stack gets short. In a page the
    stack that runs out first is the browser's, of which Python knows nothing, and then the kernel dies: a graph of
    3000 ops is enough. So Python is told of a stack so small that it goes over in time.
    """
    try:
        module, ctypes = importlib.import_module("pyodide_js")._module, importlib.import_module("ctypes")
        protect = ctypes.pythonapi.PyUnstable_ThreadState_SetStackProtection
        state = ctypes.pythonapi.PyThreadState_Get
        top = int(module._emscripten_stack_get_base())
    except (ImportError, AttributeError, ValueError):
        return
    protect.argtypes, state.restype = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t), ctypes.c_void_p
    protect(state(), top - STACK, STACK)


def _start_graphviz() -> None:
    """Let graphs be drawn. In a browser that cannot wait for it they are text for a moment."""
    if hasattr(importlib.import_module("js"), "gradlabRenderDot"):
        return
    started = importlib.import_module("pyodide.code").run_js(_START)(GRAPHVIZ.read_text(encoding="utf-8"))
    ffi = importlib.import_module("pyodide.ffi")
    if ffi.can_run_sync():  # elsewhere it is ready some cells later
        ffi.run_sync(started)
