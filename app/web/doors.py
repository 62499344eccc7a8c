"""What is turned away before the application: unknown hosts, broken requests.

The issuer is one configured string; a request that names another host gets no page, so no link,
token or mail can ever be built from a forged Host (CVE-2025-64101).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH = frozenset({"/health/live", "/health/ready"})
LONGEST_URL = 32_768
PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]


class Doors:
    """Let a request in when its host is ours and its shape is HTTP."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._inside = application
        self._hosts = settings.hosts
        if settings.trusted_proxies:
            self._inside = ProxyFix(application, x_for=settings.trusted_proxies, x_proto=0)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or turn away."""
        host = environ.get("HTTP_HOST", "").lower()
        path = environ.get("PATH_INFO", "")
        if host not in self._hosts and path not in HEALTH:
            return _turned_away(start_response, "421 Misdirected Request", "Unknown host.")
        if len(environ.get("QUERY_STRING", "")) > LONGEST_URL:
            return _turned_away(start_response, "414 URI Too Long", "The address is too long.")
        if "\0" in path:
            return _turned_away(start_response, "400 Bad Request", "The address holds a NUL.")
        return self._inside(environ, start_response)


def _turned_away(start_response: StartResponse, status: str, words: str) -> Iterable[bytes]:
    body = f"{words}\n".encode()
    start_response(status, [*PLAIN, ("Content-Length", str(len(body)))])
    return [body]
