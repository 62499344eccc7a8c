"""Response headers of pages: what a browser may do with them (ux.md 1.4, OWASP)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask, Response, request

from app.settings import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
FORMS_STAY_HERE = f"{POLICY}; form-action 'self'"
#: Blueprints whose forms end in a redirect to an application: Chromium applies form-action to
#: every hop after a form, and the application's own hops are not ours to know.
LEAD_AWAY = frozenset({"login", "browser"})
TWO_YEARS = 63_072_000


def protect(response: Response) -> Response:
    """Add what is missing; a view that set a header itself knows better."""
    there = {name.lower(): value for name, value in response.headers}  # looked through once
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    for name, value in _wanted(response, there):
        if name.lower() not in there:
            response.headers.add(name, value)
    return response


def _wanted(response: Response, there: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a response has to say; `there` says it already, by names in small letters."""
    yield "X-Content-Type-Options", "nosniff"
    if settings.is_secure:
        yield "Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains"
    if request.endpoint == "static":
        return
    yield "Cache-Control", "no-store"
    yield "Referrer-Policy", "no-referrer"
    if response.mimetype != "text/html":
        return
    leads_away = request.blueprint in LEAD_AWAY
    policy = POLICY if leads_away else FORMS_STAY_HERE
    yield "Content-Security-Policy", policy
    if "frame-ancestors 'none'" in there.get("content-security-policy", policy):
        yield "X-Frame-Options", "DENY"
    yield "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
    if not leads_away:  # an application may open the sign-in as a pop-up and wait for it
        yield "Cross-Origin-Opener-Policy", "same-origin"


def as_file(response: Response, name: str) -> Response:
    """Let the browser keep an answer as a file, not show it; the name is one of ours."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def init_app(app: Flask) -> None:
    """Protect every response."""
    app.after_request(protect)
