"""Gives tests a web server that takes everything in, answers 200, and remembers what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """It listens on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        """Of each request the method and path, the headers and the body."""
        self.status = 200
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                mine.requests.append((f"{self.command} {self.path}", dict(self.headers), body))
                self.send_response(mine.status)
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Open one for a while."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
