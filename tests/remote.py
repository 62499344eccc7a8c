"""A host of somebody else, over TLS on this machine: what clients keep there, and what it gets."""

from __future__ import annotations

import runpy
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qs

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Received:
    """A request that came in."""

    method: str
    path: str
    body: str
    headers: dict[str, str]
    tls: str

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a form."""
        return {name: values[0] for name, values in parse_qs(self.body).items()}


@dataclass
class Reply:
    """What is answered at a path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    #: Writes the answer itself, however it likes.
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Remote:
    """The host, at `url`; `replies` may be changed at any time."""

    url: str
    ca_file: str
    replies: dict[str, Reply] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Return its port."""
        return int(self.url.rpartition(":")[2])

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings of a provider that may reach it."""
        return reach()

    def serve(self, path: str, body: bytes | str, **headers: str) -> str:
        """Answer with this document from now on; return its address."""
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[path] = Reply(content, headers=named)
        return f"{self.url}{path}"

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return len([one for one in self.received if one.path == path])


@cache
def certificates() -> Path:
    """Return a folder with ca.pem, cert.pem and key.pem for localhost, made once a process."""
    folder = Path(mkdtemp(prefix="sealwax-remote-"))
    runpy.run_path(str(ROOT / "tools" / "local_tls.py"))["main"](folder)
    return folder


def reach() -> dict[str, Any]:
    """Return the settings of a provider that may reach such hosts."""
    return {
        "fetch_private_hosts": ("localhost",),
        "fetch_ca_file": str(certificates() / "ca.pem"),
    }


@contextmanager
def remote_host(*, tls: bool = True) -> Iterator[Remote]:
    """Run the host on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    scheme = "http"
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates() / "cert.pem", certificates() / "key.pem")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        scheme = "https"
    host = Remote(f"{scheme}://localhost:{server.server_port}", str(certificates() / "ca.pem"))
    server.RequestHandlerClass = _answering(host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answering(host: Remote) -> type[BaseHTTPRequestHandler]:
    class OfThisHost(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            version = getattr(self.connection, "version", lambda: "")()
            host.received.append(
                Received(self.command, self.path, body, dict(self.headers), version or "")
            )
            path = self.path.partition("?")[0]
            reply = host.replies.get(path, Reply(status=404))
            if reply.act is not None:
                reply.act(self)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_HEAD = _answer  # noqa: N815 (the names the base class looks for)

        def log_message(self, *_: object) -> None:
            """Be silent."""

    return OfThisHost
