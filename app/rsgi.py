"""RSGI: a request as granian hands it over, looked at, read, and spelled as WSGI spells it.

Nothing that two servers could read as two different requests gets in, and no body that is too
long or too slow.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

from app.web import bodies

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})

Headers = list[tuple[str, str]]
#: Status, headers, body.
Answer = tuple[int, Headers, bytes]
#: granian.rsgi.Scope and HTTPProtocol, whose published types leave out half of their methods.
Scope = Any
HTTPProtocol = Any


class Refused(Exception):
    """The request is no good HTTP, too big, too slow or one too many."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


def path_of(scope: Scope) -> str:
    """Return the path, `?` where it cannot be read."""
    try:
        return str(scope.path)
    except ValueError:  # percent-encoded bytes that are no UTF-8
        return "?"


def address_of(scope: Scope, proxies: int) -> str:
    """Return who asks: what the last trusted proxy says, as werkzeug's ProxyFix reads it."""
    if proxies:
        lines = ",".join(scope.headers.get_all("x-forwarded-for"))
        named = [part.strip() for part in lines.split(",") if part.strip()]
        if len(named) >= proxies:
            return named[-proxies]
    return str(scope.client).rpartition(":")[0].strip("[]")


def check_shape(scope: Scope) -> None:
    """Refuse what two servers could read as two different requests (RFC 9112 §6.1, §11.2).

    Raises:
        Refused: with the words a developer needs.
    """
    headers = scope.headers
    encodings = [value.strip().lower() for value in headers.get_all("transfer-encoding")]
    if encodings and (encodings != ["chunked"] or "content-length" in headers):
        raise Refused(400, "Send either Content-Length or Transfer-Encoding: chunked, once.")
    if len(headers.get_all("host")) != 1:
        raise Refused(400, "Send exactly one Host header.")
    for name in ("authorization", "content-type", "content-length"):
        if len(headers.get_all(name)) > 1:  # which of them would be believed?
            raise Refused(400, f"Send the header {name} once.")
    if path_of(scope) == "?":
        raise Refused(400, "The address is not UTF-8.")


async def read_body(scope: Scope, protocol: HTTPProtocol) -> bytes:
    """Return the whole body.

    Raises:
        Refused: it is too long, or does not come in time.
    """
    if scope.method in BODILESS:
        return b""
    length = scope.headers.get("content-length")
    longest = bodies.longest(path_of(scope))
    if length is not None and (not length.isdigit() or int(length) > longest):
        raise Refused(413, "The body is too long.")
    try:
        async with asyncio.timeout(bodies.seconds(path_of(scope))):
            if length is not None:
                return bytes(await protocol())
            return await _unmeasured(protocol, longest)
    except TimeoutError:
        raise Refused(408, "The body did not come in time.") from None


async def _unmeasured(protocol: HTTPProtocol, longest: int) -> bytes:
    """Return a body that did not say how long it is."""
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if len(body) > longest:
            raise Refused(413, "The body is too long.")
    return bytes(body)


def environ(scope: Scope, body: bytes, scheme: str) -> dict[str, Any]:
    """Return the request as WSGI spells it (PEP 3333)."""
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": "sealwax",
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in _headers(scope):
        # RFC 9110 §5.3: repeated lines are one list; RFC 9113 §8.2.3 has another sign for Cookie.
        joint = "; " if name == "HTTP_COOKIE" else ", "
        found[name] = f"{found[name]}{joint}{value}" if name in found else value
    return found


def _headers(scope: Scope) -> Iterator[tuple[str, str]]:
    for name, value in scope.headers.items():
        if "_" in name:  # X_Forwarded_For would pass for X-Forwarded-For
            continue
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            yield key, value
        elif key not in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            yield f"HTTP_{key}", value


def refusal(refused: Refused) -> Answer:
    """Return the answer to a request that does not get in; the connection ends with it."""
    headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    error = "invalid_request"
    if refused.status == 503:
        headers.append(("retry-after", "2"))
        error = "temporarily_unavailable"
    body = {"error": error, "error_description": refused.words}
    return refused.status, headers, json.dumps(body).encode()
