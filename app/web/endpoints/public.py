"""Anyone knocks: discovery and the key set, answered from bytes before routing.

They are rendered once, so they cost almost nothing and still come when the database is down.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask

from app.clock import now
from app.database import is_busy
from app.oidc import metadata
from app.services.authorization import keys, sightings
from app.services.authorization.sightings import Sightings
from app.services.clients import scopes
from app.services.upkeep import branding
from app.services.upkeep.memory import memory
from app.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

DISCOVERY = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
JWKS = "/jwks.json"
PATHS = frozenset({*DISCOVERY, JWKS})
#: How long anybody may keep the documents; shorter than a key is published before it signs.
MAX_AGE_SECONDS = int(keys.KEY_SET_KEPT.total_seconds())
FRESH_FOR = timedelta(seconds=2)
CORS = [("access-control-allow-origin", "*"), ("x-content-type-options", "nosniff")]
PREFLIGHT = [
    *CORS,
    ("access-control-allow-methods", "GET, HEAD"),
    ("access-control-allow-headers", "*"),
    ("access-control-max-age", "86400"),
]


Response = tuple[int, list[tuple[str, str]], bytes]


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    etag: str
    headers: list[tuple[str, str]]


def _document(content: dict[str, Any]) -> _Document:
    body = json.dumps(content, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("cache-control", f"public, max-age={MAX_AGE_SECONDS}"),
        ("etag", etag),
        *CORS,
    ]
    return _Document(body, etag, headers)


def _has(known: str | None, etag: str) -> bool:
    """Tell whether If-None-Match names the copy: a list, compared weakly (RFC 9110 §13.1.2)."""
    if not known:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or known.strip() == "*"


class PublicDocuments:
    """Answer the public documents; pass everything else on to Flask."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._inside = app.wsgi_app
        self._documents = dict.fromkeys(DISCOVERY, _document(metadata.document(settings)))
        self._fresh_until: datetime | None = None
        self._loading = threading.Lock()
        with app.app_context():
            memory().watch("keys", self._forget)
            memory().watch("scopes", self._forget)
            memory().watch("branding", self._forget)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the documents; pass everything else on."""
        path = environ["PATH_INFO"]
        if path not in PATHS:
            return self._inside(environ, start_response)
        known = environ.get("HTTP_IF_NONE_MATCH")
        status, headers, body = self.answer(environ["REQUEST_METHOD"], path, known)
        if path == JWKS:
            self.note(environ.get("REMOTE_ADDR", ""), lambda: environ.get("HTTP_USER_AGENT", ""))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def answer(self, method: str, path: str, known: str | None) -> Response:
        """Return status, headers and body for GET, HEAD or OPTIONS of a document.

        `known` is the ETag of the copy that whoever asks has already.
        """
        if method == "OPTIONS":
            return 204, PREFLIGHT, b""
        if method not in {"GET", "HEAD"}:
            return 405, [("allow", "GET, HEAD, OPTIONS"), *CORS], b""
        document = self._current(path)
        if document is None:
            return 503, [("retry-after", "2"), *CORS], b""
        if _has(known, document.etag):
            return 304, document.headers[2:], b""
        return 200, document.headers, document.body if method == "GET" else b""

    def note(self, address: str, agent: Callable[[], str]) -> None:
        """Note that the key set was fetched; whoever is noted already costs one look-up."""
        if self._sightings.is_new_fetcher(address):
            self._sightings.fetched(address, agent())

    @cached_property
    def _sightings(self) -> Sightings:
        with self._app.app_context():
            return sightings.here()

    def _forget(self) -> None:
        """Read anew at the next request: this worker has changed something."""
        self._fresh_until = None

    def is_fresh(self) -> bool:
        """Tell whether every document can be answered without reading the database."""
        return self._fresh_until is not None and now() < self._fresh_until

    def _current(self, path: str) -> _Document | None:
        """Return a document of two seconds ago at most, or the last one that could be read."""
        must_wait = path not in self._documents
        if self.is_fresh() or not self._loading.acquire(blocking=must_wait):
            return self._documents.get(path)
        try:
            if not self.is_fresh():  # whoever held the lock may have read it
                self._load()
                self._fresh_until = now() + FRESH_FOR
        finally:
            self._loading.release()
        return self._documents.get(path)

    def _load(self) -> None:
        try:
            with self._app.app_context():
                memory().forget("keys")  # two copies, one made from the other, would age twice
                memory().forget("scopes")
                jwks = _document(keys.public_jwks())
                made = list(scopes.custom().on.values())
                memory().forget("branding")
                chosen = branding.applied(self._settings)  # op_policy_uri and op_tos_uri
                discovery = _document(metadata.document(chosen, made))
        except Exception as error:
            if not is_busy(error):  # a database that is away must not take the keys along
                raise
            log.warning("the public documents could not be read again: %s", type(error).__name__)
            return
        before = self._documents.get(JWKS)
        if before is None or before.etag != jwks.etag:
            self._sightings.key_set_changed()
        self._documents = {**dict.fromkeys(DISCOVERY, discovery), JWKS: jwks}
