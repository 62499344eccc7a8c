"""CORS for the endpoints that scripts in a browser call: origins of registered applications.

No cookie is ever read at these endpoints, so credentials are never allowed; error answers carry
the header too, or a browser client could not read what went wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from app.services.clients import clients

A_DAY = "86400"
#: Carries the reference of a refusal to whoever is to be asked about it.
REFERENCE = "Sealwax-Reference"
EXPOSED = f"WWW-Authenticate, Retry-After, {REFERENCE}"


def allow(response: Response) -> Response:
    """Let the page that asked read the answer, when its origin is an application's."""
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.vary.add("Origin")
    if clients.allows_origin(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def preflight(methods: Sequence[str]) -> Response:
    """Answer OPTIONS; strangers learn nothing."""
    response = allow(Response(status=204))
    response.headers["Allow"] = ", ".join((*methods, "OPTIONS"))
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = A_DAY
    return response
