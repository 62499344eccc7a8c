"""Choose the language of the pages, and whether they are light or dark."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode, urlsplit

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.services.upkeep.languages import LANGUAGES
from app.settings import settings
from app.web import languages, themes
from app.web.access import ANYONE, needs
from app.web.login.waiting import blueprint, path_of_ours

A_YEAR = 31_536_000


@blueprint.get("/language")
@needs(ANYONE)
def language() -> ResponseReturnValue:
    """Keep the choice in a cookie and go back to the page it was made on."""
    chosen = request.args.get("language", "")
    return _kept(languages.cookie_name(), chosen if chosen in LANGUAGES else "")


@blueprint.get("/theme")
@needs(ANYONE)
def theme() -> ResponseReturnValue:
    """Keep the choice in a cookie and go back to the page it was made on."""
    chosen = request.args.get("theme", "")
    return _kept(themes.cookie_name(), chosen if chosen in themes.THEMES else "")


def _kept(cookie: str, value: str) -> Response:
    answer = cast("Response", redirect(_back(), 303))
    if value:
        answer.set_cookie(
            cookie,
            value,
            max_age=A_YEAR,
            path="/",
            secure=settings.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _back() -> str:
    """Return the page the choice was made on, with the request that waits."""
    target = path_of_ours(request.args.get("next", "")) or url_for("login.sign_in")
    handle = request.args.get("interaction", "")
    if not handle or "interaction=" in urlsplit(target).query:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode({'interaction': handle})}"
