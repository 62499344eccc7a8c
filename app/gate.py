"""The gate between the server and the application: who is let in, and which thread serves whom.

Granian's own WSGI mode reads a body in a thread that waits for as long as the client likes, so
eight stalled uploads stop two workers. Here bodies are read in the event loop, with a limit on
size and time, and a thread is taken only for a request that is complete.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, TypeVar, cast

from flask import Flask

from app import signals
from app.clock import now
from app.logs import mask
from app.rsgi import (
    BODILESS,
    Answer,
    Headers,
    HTTPProtocol,
    Refused,
    Scope,
    address_of,
    check_shape,
    environ,
    path_of,
    read_body,
    refusal,
)
from app.security import passwords
from app.security.batches import MOST_AT_ONCE
from app.settings import Settings
from app.web import bodies, cross_origin, seen
from app.web.endpoints.public import JWKS, PATHS, PublicDocuments

log = logging.getLogger(__name__)

A = TypeVar("A")
T = TypeVar("T")

LONGEST_PATH_LOGGED = 200
#: Whoever sends them need not be signed in: 40 MB of a worker's memory at most.
MOST_LONG_BODIES = 8
#: Requests that wait for a thread of this worker; more are told to come back.
MOST_WAITING = 512
#: Pages have threads of their own: where passwords are hashed, no token may have to wait.
FOR_PEOPLE = ("/login/", "/account/", "/admin/", "/setup", "/static/", "/dev/")
THREADS_FOR_PEOPLE = MOST_AT_ONCE
#: A request makes a few thousand objects, most of them gone by its end.
OBJECTS_BEFORE_COLLECTING = 50_000
#: What a worker has seen in passing is written this often, by a thread that nobody waits for.
SECONDS_BETWEEN_NOTES = 5.0


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
        loop.call_soon(signals.heed)

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
                        address_of(scope, self._proxies),
                        lambda: scope.headers.get("user-agent") or "",
                    )
            else:
                body = await self._read(scope, protocol)
                status, headers, content = await self._answer(environ(scope, body, self._scheme))
        except Refused as refused:
            status, headers, content = self._refused(refused, scope)
        if self._logs:
            self._log(scope, status, (now() - began).total_seconds())
        if content:
            protocol.response_bytes(status, headers, content)
        else:
            protocol.response_empty(status, headers)

    def _refused(self, refused: Refused, scope: Scope) -> Answer:
        """Return a refusal that also the script of an application can read."""
        status, headers, content = refusal(refused)
        with self._app.app_context():
            allowed = cross_origin.allow_unread(path_of(scope), scope.headers.get("origin"))
        headers += [(name.lower(), value) for name, value in allowed.items()]
        return status, headers, content

    async def _read(self, scope: Scope, protocol: HTTPProtocol) -> bytes:
        """Return the whole body; of long ones only a few are in memory at once."""
        if path_of(scope) not in bodies.LONGER_BODIES:
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
        if scope.method not in BODILESS or path_of(scope) not in PATHS:
            return False
        host = (scope.headers.get("host") or "").lower()
        return host in self._hosts and self._public.is_fresh()

    async def _answer(self, asked: dict[str, Any]) -> Answer:
        """Run the application in a thread."""
        if self._waiting >= MOST_WAITING:
            raise Refused(503, "Too many requests are waiting.")
        self._waiting += 1
        pool = self._people if asked["PATH_INFO"].startswith(FOR_PEOPLE) else self._pool
        try:
            return await in_thread(pool, self._run, asked)
        finally:
            self._waiting -= 1

    def _run(self, asked: dict[str, Any]) -> Answer:
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
        path = json.dumps(mask(path_of(scope)[:LONGEST_PATH_LOGGED]), ensure_ascii=False)
        sys.stderr.write(
            f'{{"event": "request", "timestamp": "{now().isoformat(timespec="milliseconds")}", '
            f'"address": "{scope.client.rpartition(":")[0]}", "method": "{scope.method}", '
            f'"path": {path}, "status": {status}, "ms": {seconds * 1000:.1f}}}\n'
        )


async def in_thread(pool: Executor, work: Callable[[A], T], what: A) -> T:
    """Return what `work` makes of `what` in a thread of the pool, or raise what it raises.

    `run_in_executor` does the same with two futures that follow one another: the loop turns twice
    more for each request, and asks for the lock of the interpreter each time.
    """
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    pool.submit(_work, answer, work, what)
    return await answer


def _work(answer: asyncio.Future[T], work: Callable[[A], T], what: A) -> None:
    tell = answer.get_loop().call_soon_threadsafe
    try:
        made = work(what)
    except BaseException as fault:  # noqa: BLE001 (whoever awaits the answer gets it)
        tell(answer.set_exception, fault)
    else:
        tell(answer.set_result, made)
