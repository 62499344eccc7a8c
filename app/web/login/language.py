"""Choose the language of the pages."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.services.languages import LANGUAGES
from app.settings import settings
from app.web import languages
from app.web.login.waiting import blueprint, path_of_ours

A_YEAR = 31_536_000


@blueprint.get("/language")
def language() -> ResponseReturnValue:
    """Keep the choice in a cookie and go back to the page it was made on."""
    answer = redirect(_back(), 303)
    chosen = request.args.get("language", "")
    if chosen in LANGUAGES:
        answer.set_cookie(
            languages.cookie_name(),
            chosen,
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
