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
from typing import TYPE_CHECKING, Any

from flask import Flask

from app.clock import now
from app.database import is_busy
from app.oidc import metadata
from app.services import keys
from app.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

DISCOVERY = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
JWKS = "/jwks.json"
PATHS = frozenset({*DISCOVERY, JWKS})
#: How long anybody may keep the documents; shorter than a key is published before it signs.
MAX_AGE_SECONDS = 900
FRESH_FOR = timedelta(seconds=2)
CORS = [("Access-Control-Allow-Origin", "*"), ("X-Content-Type-Options", "nosniff")]
PREFLIGHT = [
    *CORS,
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Allow-Headers", "*"),
    ("Access-Control-Max-Age", "86400"),
]


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    etag: str
    headers: list[tuple[str, str]]


def _document(content: dict[str, Any]) -> _Document:
    body = json.dumps(content, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}"),
        ("ETag", etag),
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
        """Answer GET, HEAD and OPTIONS of a document."""
        path = environ["PATH_INFO"]
        if path not in PATHS:
            return self._inside(environ, start_response)
        document = self._current_jwks() if path == JWKS else self._discovery
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            start_response("204 No Content", PREFLIGHT)
            return []
        if method not in {"GET", "HEAD"}:
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD, OPTIONS"), *CORS])
            return []
        if document is None:
            start_response("503 Service Unavailable", [("Retry-After", "2"), *CORS])
            return []
        if environ.get("HTTP_IF_NONE_MATCH") == document.etag:
            start_response("304 Not Modified", document.headers[2:])
            return []
        start_response("200 OK", document.headers)
        return [document.body] if method == "GET" else []

    def is_fresh(self) -> bool:
        """Tell whether every document can be answered without reading the database."""
        return self._jwks_until is not None and now() < self._jwks_until

    def _current_jwks(self) -> _Document | None:
        """Return the key set of two seconds ago at most, or the last one that could be read."""
        if self.is_fresh() or not self._loading.acquire(blocking=self._jwks is None):
            return self._jwks
        try:
            self._jwks_until = now() + FRESH_FOR
            self._jwks = self._load() or self._jwks
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
