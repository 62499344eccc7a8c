"""Response headers of pages: what a browser may do with them (ux.md 1.4, OWASP)."""

from __future__ import annotations

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
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if settings.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
    if request.endpoint == "static":
        if "v" in request.args:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Referrer-Policy", "no-referrer")
    if response.mimetype == "text/html":
        _protect_page(response)
    return response


def _protect_page(response: Response) -> None:
    leads_away = request.blueprint in LEAD_AWAY
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY if leads_away else FORMS_STAY_HERE)
    if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if not leads_away:  # an application may open the sign-in as a pop-up and wait for it
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")


def as_file(response: Response, name: str) -> Response:
    """Let the browser keep an answer as a file, not show it; the name is one of ours."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def init_app(app: Flask) -> None:
    """Protect every response."""
    app.after_request(protect)
