"""What a proxy protects: a server that answers with the headers it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Mirror(BaseHTTPRequestHandler):
    """Answers every GET with its headers, as JSON."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(self.headers)).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library calls it so)
        """Write nothing: headers of a proxy may hold tokens."""


@contextmanager
def running() -> Iterator[str]:
    """Give the address of a server that runs until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
