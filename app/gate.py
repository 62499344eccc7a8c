"""The gate between the server and the application: time limits, size limits, HTTP hygiene.

Granian's own WSGI mode reads a body in a thread that waits for as long as the client likes, so
eight stalled uploads stop two workers. Here bodies are read in the event loop, with a limit on
size and time, and a thread is taken only for a request that is complete.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from flask import Flask

from app.clock import now
from app.logs import mask
from app.security import passwords
from app.settings import Settings
from app.web import bodies, seen
from app.web.endpoints.public import JWKS, PATHS, PublicDocuments

log = logging.getLogger(__name__)

LONGEST_PATH_LOGGED = 200
#: Whoever sends them need not be signed in: 40 MB of a worker's memory at most.
MOST_LONG_BODIES = 8
#: Requests that wait for a thread of this worker; more are told to come back.
MOST_WAITING = 512
#: Pages have threads of their own: where passwords are hashed, no token may have to wait.
FOR_PEOPLE = ("/login/", "/account/", "/admin/", "/setup", "/static/", "/dev/")
THREADS_FOR_PEOPLE = 8
#: A request makes a few thousand objects, most of them gone by its end.
OBJECTS_BEFORE_COLLECTING = 50_000
#: What a worker has seen in passing is written this often, by a thread that nobody waits for.
SECONDS_BETWEEN_NOTES = 5.0
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})

Headers = list[tuple[str, str]]
#: granian.rsgi.Scope and HTTPProtocol, whose published types leave out half of their methods.
Scope = Any
HTTPProtocol = Any


class Refused(Exception):
    """The request is no good HTTP, too big, too slow or one too many."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


class Gate:
    """An RSGI application around the Flask application."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["sealwax.settings"]
        self._app = app
        self._threads = settings.threads_used
        passwords.share_cores(settings.workers)
        self._scheme = settings.issuer.partition(":")[0]
        self._logs = settings.access_log
        self._public: PublicDocuments = app.extensions["sealwax.public"]
        self._hosts = settings.hosts
        self._proxies = settings.trusted_proxies
        self._waiting = 0
        self._long_bodies = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make the threads, in the worker, and spare the collector what start-up has made."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="request")
        self._people = ThreadPoolExecutor(THREADS_FOR_PEOPLE, thread_name_prefix="page")
        self._writing = loop.create_task(self._write_what_was_seen())

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let running requests finish, and write what is noted."""
        self._writing.cancel()
        self._people.submit(seen.write, self._app)
        self._pool.shutdown(wait=True)
        self._people.shutdown(wait=True)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        began = now()
        try:
            check_shape(scope)
            if self._lies_ready(scope):
                known = scope.headers.get("if-none-match")
                status, headers, content = self._public.answer(scope.method, scope.path, known)
                if scope.path == JWKS:
                    self._public.note(
                        _address(scope, self._proxies),
                        lambda: scope.headers.get("user-agent") or "",
                    )
            else:
                body = await self._read(scope, protocol)
                status, headers, content = await self._answer(environ(scope, body, self._scheme))
        except Refused as refused:
            status, headers, content = refusal(refused)
        if self._logs:
            self._log(scope, status, (now() - began).total_seconds())
        if content:
            protocol.response_bytes(status, headers, content)
        else:
            protocol.response_empty(status, headers)

    async def _read(self, scope: Scope, protocol: HTTPProtocol) -> bytes:
        """Return the whole body; of long ones only a few are in memory at once."""
        if _path(scope) not in bodies.LONGER_BODIES:
            return await read_body(scope, protocol)
        if self._long_bodies >= MOST_LONG_BODIES:
            raise Refused(503, "Too many long bodies are on the way.")
        self._long_bodies += 1
        try:
            return await read_body(scope, protocol)
        finally:
            self._long_bodies -= 1

    async def _write_what_was_seen(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_NOTES)
            await asyncio.get_running_loop().run_in_executor(self._people, self._write_seen)

    def _write_seen(self) -> None:
        try:
            seen.write(self._app)
        except Exception:  # the notes of this time are lost, not those of all times to come
            log.exception("what was seen could not be written")

    def _lies_ready(self, scope: Scope) -> bool:
        """Tell whether the answer is a public document that needs no thread and no database."""
        if scope.method not in BODILESS or _path(scope) not in PATHS:
            return False
        host = (scope.headers.get("host") or "").lower()
        return host in self._hosts and self._public.is_fresh()

    async def _answer(self, asked: dict[str, Any]) -> tuple[int, Headers, bytes]:
        """Run the application in a thread."""
        if self._waiting >= MOST_WAITING:
            raise Refused(503, "Too many requests are waiting.")
        self._waiting += 1
        pool = self._people if asked["PATH_INFO"].startswith(FOR_PEOPLE) else self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, self._run, asked)
        finally:
            self._waiting -= 1

    def _run(self, asked: dict[str, Any]) -> tuple[int, Headers, bytes]:
        started: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, _error: object = None) -> None:
            started.append((status, headers))

        parts = self._app.wsgi_app(asked, cast("Any", start_response))
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = started[0]
        return int(status[:3]), [(name.lower(), value) for name, value in headers], content

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        path = json.dumps(mask(_path(scope)[:LONGEST_PATH_LOGGED]), ensure_ascii=False)
        sys.stderr.write(
            f'{{"event": "request", "timestamp": "{now().isoformat(timespec="milliseconds")}", '
            f'"address": "{scope.client.rpartition(":")[0]}", "method": "{scope.method}", '
            f'"path": {path}, "status": {status}, "ms": {seconds * 1000:.1f}}}\n'
        )


def _path(scope: Scope) -> str:
    try:
        return str(scope.path)
    except ValueError:  # percent-encoded bytes that are no UTF-8
        return "?"


def _address(scope: Scope, proxies: int) -> str:
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
    if _path(scope) == "?":
        raise Refused(400, "The address is not UTF-8.")


async def read_body(scope: Scope, protocol: HTTPProtocol) -> bytes:
    """Return the whole body.

    Raises:
        Refused: it is too long, or does not come in time.
    """
    if scope.method in BODILESS:
        return b""
    length = scope.headers.get("content-length")
    longest = bodies.longest(_path(scope))
    if length is not None and (not length.isdigit() or int(length) > longest):
        raise Refused(413, "The body is too long.")
    try:
        async with asyncio.timeout(bodies.seconds(_path(scope))):
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


def refusal(refused: Refused) -> tuple[int, Headers, bytes]:
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
