"""Volleys: the same request sent by several clients at once, as close together as one can.

Every connection gets the request but for its last byte; the last bytes follow in one breath. No
thread of ours stands between them, so the server's workers really meet.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30

Fields = dict[str, str] | list[tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """What one of the clients was told; status 0 when its connection was cut."""

    status: int
    document: dict[str, Any] = field(repr=False)
    #: Names of the cookies that were set.
    cookies: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        """Return the OAuth error code."""
        return str(self.document.get("error", ""))


class Volley:
    """So many connections to one endpoint, kept open from round to round."""

    def __init__(self, url: str, *, width: int, headers: dict[str, str]) -> None:
        self._url = urlsplit(url)
        self._headers = headers
        self._sockets: list[socket.socket] = []
        self._width = width

    def __enter__(self) -> Self:
        """Open the connections."""
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self._close()

    def fire(self, form: Fields) -> list[Outcome]:
        """Send the form on all connections at once and return what each is told."""
        return self.fire_each([({}, form)] * self._width)

    def fire_each(self, sent: list[tuple[dict[str, str], Fields]]) -> list[Outcome]:
        """Send one form on each connection, all at once, with headers of its own."""
        requests = [self._request(headers, form) for headers, form in sent]
        aimed = list(zip(self._sockets, requests, strict=True))
        for connection, request in aimed:
            connection.sendall(request[:-1])
        for connection, request in aimed:
            connection.sendall(request[-1:])
        return [_receive(connection) for connection in self._sockets]

    def shuffle(self) -> None:
        """Open new connections: the system deals them to the workers anew."""
        self._close()
        self._open()

    def _open(self) -> None:
        where = (self._url.hostname or "", self._url.port or 80)
        for _ in range(self._width):
            connection = socket.create_connection(where, TIMEOUT_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.append(connection)

    def _close(self) -> None:
        for connection in self._sockets:
            connection.close()
        self._sockets = []

    def _request(self, own: dict[str, str], form: Fields) -> bytes:
        body = urlencode(form)
        headers = {
            "Host": self._url.netloc,
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            **self._headers,
            **own,
        }
        lines = [f"POST {self._url.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", body]).encode()


def _receive(connection: socket.socket) -> Outcome:
    answer = HTTPResponse(connection, method="POST")
    try:
        answer.begin()
        content = answer.read()
    except (HTTPException, OSError) as cut:
        return Outcome(0, {"error": str(cut)})
    finally:
        answer.close()
    media = answer.headers.get("Content-Type", "")
    set_here = answer.headers.get_all("Set-Cookie", [])
    names = tuple(line.partition("=")[0] for line in set_here)
    return Outcome(answer.status, json.loads(content) if "json" in media else {}, names)
