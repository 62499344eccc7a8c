"""Anyone knocks: discovery and the key set, answered from bytes before routing.

They are rendered once, so they cost almost nothing and still come when the database is down.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask

from app.clock import now
from app.database import is_busy
from app.oidc import metadata
from app.services.authorization import keys
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


class PublicDocuments:
    """Answer the public documents; pass everything else on to Flask."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._inside = app.wsgi_app
        self._discovery = _document(metadata.document(settings))
        self._jwks: _Document | None = None
        self._jwks_until: datetime | None = None
        self._loading = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the documents; pass everything else on."""
        path = environ["PATH_INFO"]
        if path not in PATHS:
            return self._inside(environ, start_response)
        known = environ.get("HTTP_IF_NONE_MATCH")
        status, headers, body = self.answer(environ["REQUEST_METHOD"], path, known)
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
        document = self._current_jwks() if path == JWKS else self._discovery
        if document is None:
            return 503, [("retry-after", "2"), *CORS], b""
        if known == document.etag:
            return 304, document.headers[2:], b""
        return 200, document.headers, document.body if method == "GET" else b""

    def is_fresh(self) -> bool:
        """Tell whether every document can be answered without reading the database."""
        return self._jwks_until is not None and now() < self._jwks_until

    def _current_jwks(self) -> _Document | None:
        """Return the key set of two seconds ago at most, or the last one that could be read."""
        if self.is_fresh() or not self._loading.acquire(blocking=self._jwks is None):
            return self._jwks
        try:
            if not self.is_fresh():  # whoever held the lock may have read it
                self._jwks = self._load() or self._jwks
                self._jwks_until = now() + FRESH_FOR
        finally:
            self._loading.release()
        return self._jwks

    def _load(self) -> _Document | None:
        try:
            with self._app.app_context():
                return _document(keys.public_jwks())
        except Exception as error:
            if not is_busy(error):  # a database that is away must not take the keys along
                raise
            log.warning("the key set could not be read again: %s", type(error).__name__)
            return None
