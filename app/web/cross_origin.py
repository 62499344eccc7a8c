"""CORS for the endpoints that scripts in a browser call: origins of registered applications.

No cookie is ever read at these endpoints, so credentials are never allowed; error answers carry
the header too, or a browser client could not read what went wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from app.services.clients import origins

A_DAY = "86400"
#: Carries the reference of a refusal to whoever is to be asked about it.
REFERENCE = "Sealwax-Reference"
EXPOSED = f"WWW-Authenticate, Retry-After, {REFERENCE}"
#: How the paths begin whose answers scripts may read.
PATHS = ("/token", "/userinfo", "/introspect", "/revoke", "/device_authorization", "/register")


def allow(response: Response) -> Response:
    """Let the page that asked read the answer, when its origin is an application's."""
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.vary.add("Origin")
    # What went wrong with us may be the database: it is not asked again then.
    allows = origins.allows if response.status_code < 500 else origins.allowed_lately
    if allows(origin):
        response.headers.update(_allowing(origin))
    return response


def allow_unread(path: str, origin: str | None) -> dict[str, str]:
    """Return the headers for the answer to a request that is refused before it is read."""
    if origin is None or not path.startswith(PATHS):
        return {}
    return _allowing(origin) if origins.allowed_lately(origin) else {}


def _allowing(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}


def preflight(methods: Sequence[str]) -> Response:
    """Answer OPTIONS; strangers learn nothing."""
    response = allow(Response(status=204))
    response.headers["Allow"] = ", ".join((*methods, "OPTIONS"))
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = A_DAY
    return response
