"""Serve a built site on this machine, compressed as hosts do it.

python site/lite/serve.py .build/lite/site          # http://127.0.0.1:8000
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import threading
from pathlib import Path

PACKED = (".js", ".mjs", ".json", ".wasm", ".css", ".html", ".svg", ".ipynb", ".py", ".md")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder. `server.sent` adds up the bytes, `server.patches` changes files on their way: {path: f}."""

    protocol_version = "HTTP/1.1"
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
        ".ipynb": "application/json",
        ".whl": "application/zip",
    }

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        # As a host does it that renews its site: ask each time, load what has changed.
        tag = f'"{file.stat().st_mtime_ns:x}-{file.stat().st_size:x}"'
        if self.headers.get("If-None-Match") == tag:
            self._head(304, tag)
            self.end_headers()
            return
        packs = file.suffix in PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
        data = self.server.body(file, packs)
        self._head(200, tag)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Length", str(len(data)))
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)
        self.server.count(len(data))

    def _head(self, status: int, tag: str) -> None:
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-cache")

    def log_message(self, *_) -> None:
        """Nothing: what is asked for is not news."""


class Server(http.server.ThreadingHTTPServer):
    """`with Server(folder) as site`: serves at `site.url` in a thread of its own. sent: bytes so far."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0, patches: dict | None = None):
        super().__init__(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))
        self.folder, self.patches = Path(folder), patches or {}
        self.sent = 0
        self._lock = threading.Lock()
        self.body = functools.lru_cache(maxsize=None)(self._body)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def __enter__(self) -> Server:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.shutdown()
        self.server_close()

    def count(self, size: int) -> None:
        with self._lock:
            self.sent += size

    def _body(self, file: Path, packs: bool) -> bytes:
        data = file.read_bytes()
        change = self.patches.get(file.relative_to(self.folder).as_posix())
        data = change(data) if change else data
        return gzip.compress(data, 6) if packs else data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args()
    with Server(args.site.resolve(), args.port) as site:
        print(f"{site.url}  (Ctrl+C ends it)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
