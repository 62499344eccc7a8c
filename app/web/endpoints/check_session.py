"""The page that applications load in a frame to watch the session (OIDC Session Management 1.0).

It is the only one that anybody may frame: it shows nothing, and answers a question whose answer
an application could get with `prompt=none` as well.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, request

from app.oidc import session_state
from app.settings import Settings, settings
from app.web import assets, guards
from app.web.access import ANYONE, needs

blueprint = Blueprint("check_session", __name__)
FRAMED = "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors *"
COOKIE = "sealwax-state"
#: Nobody ever sees it.
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session check</title></head>'
    '<body data-cookie="{cookie}"><script src="{script}"></script></body></html>'
)


@blueprint.get("/check_session")
@needs(ANYONE)
def check_session() -> Response:
    """Answer with the page; it asks the browser, never us."""
    script = assets.asset("js/check-session.js")
    answer = make_response(PAGE.format(cookie=cookie_name(), script=script))
    answer.headers["Content-Security-Policy"] = FRAMED
    return answer


def cookie_name() -> str:
    """Return the name of the cookie that holds the browser state."""
    return f"__Host-{COOKIE}" if settings.is_secure else COOKIE


def current_state() -> str:
    """Return the browser state that belongs to who is signed in."""
    return session_state.browser_state(guards.session_token() if guards.person() else "")


def state_to_tell() -> str | None:
    """Return the browser state for an authorization response, None where it is switched off."""
    return current_state() if settings.session_iframe else None


def keep(response: Response) -> Response:
    """Let the browser hold the state; scripts in frames of other sites have to read it."""
    if request.endpoint == "static" or response.status_code >= 500:  # the database may be away
        return response
    state = current_state()
    if state == request.cookies.get(cookie_name(), session_state.NOBODY):
        return response
    options = {
        "path": "/",
        "secure": settings.is_secure,
        "samesite": "None" if settings.is_secure else "Lax",
    }
    if state:
        response.set_cookie(cookie_name(), state, httponly=False, **options)  # type: ignore[arg-type]  # one dict of options
    else:
        response.delete_cookie(cookie_name(), **options)  # type: ignore[arg-type]  # one dict of options
    return response


def init_app(app: Flask, chosen: Settings) -> None:
    """Offer the page, where it is switched on."""
    if chosen.session_iframe:
        app.register_blueprint(blueprint)
        app.after_request(keep)
