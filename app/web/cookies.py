"""Two cookies, both opaque: which browser this is, and which session it is signed in with.

Nothing is stored in a cookie: what it names is a row, or nothing at all. Flask-Login keeps its
user under `_user_id`; here that is the session's token itself. Flask-WTF's token is derived from
both cookies, so a new sign-in makes the forms of the old one worthless.
"""

from __future__ import annotations

import secrets as random
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from app.security import secrets
from app.settings import Settings

USER = "_user_id"
CSRF = "csrf_token"
LONGEST_VALUE = 100
#: How long a browser is recognised after a sign-in; browsers allow no more.
RECOGNISED_FOR = timedelta(days=400)


class CookieSession(dict[str, Any], SessionMixin):
    """What Flask, Flask-Login and Flask-WTF see as the session."""

    def __init__(self, browser: str, token: str, key: str) -> None:
        super().__init__()
        self.browser = browser
        self.browser_is_new = False
        self.first_token = token
        self._key = key
        if token:
            super().__setitem__(USER, token)

    @property
    def token(self) -> str:
        """Return the token of the sign-in session, empty when nobody is signed in."""
        return str(self.get(USER, ""))

    def known_browser(self) -> str:
        """Return the identity of this browser, giving it one when it has none."""
        if not self.browser:
            self.browser = random.token_urlsafe(32)
            self.browser_is_new = True
        return self.browser

    def __contains__(self, name: object) -> bool:
        """Tell whether a value is there; the CSRF value is, as soon as the browser is known."""
        return bool(self.browser) if name == CSRF else super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        """Return a value; the CSRF value is derived from both cookies."""
        if name != CSRF:
            return super().__getitem__(name)
        return secrets.keyed_digest(self._key, f"csrf {self.browser} {self.first_token}")

    def __setitem__(self, name: str, value: Any) -> None:
        """Keep a value; for the CSRF value that means: make the browser known."""
        if name == CSRF:
            self.known_browser()
        else:
            super().__setitem__(name, value)


class Cookies(SessionInterface):
    """Read both cookies, and write the one that changed."""

    def __init__(self, settings: Settings) -> None:
        # __Host-: no other host of the domain can set it (ASVS 3.3.3)
        prefix = "__Host-" if settings.is_secure else ""
        self.session_cookie = f"{prefix}sealwax"
        self.browser_cookie = f"{prefix}sealwax-browser"
        self._key = settings.secret_keys[0]
        self._options: dict[str, Any] = {
            "path": "/",
            "secure": settings.is_secure,
            "httponly": True,
            "samesite": "Lax",
        }

    def open_session(self, _app: Flask, request: Request) -> CookieSession:
        """Return what the cookies of this request say."""
        browser = request.cookies.get(self.browser_cookie, "")
        token = request.cookies.get(self.session_cookie, "")
        return CookieSession(_bounded(browser), _bounded(token), self._key)

    def save_session(self, _app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookies whose values have changed."""
        if not isinstance(session, CookieSession):
            return
        signed_in = bool(session.token) and session.token != session.first_token
        if session.browser_is_new or (signed_in and session.browser):
            lifetime = RECOGNISED_FOR if signed_in else None
            response.set_cookie(
                self.browser_cookie, session.browser, max_age=lifetime, **self._options
            )
        if signed_in:
            response.set_cookie(self.session_cookie, session.token, **self._options)
        if session.first_token and not session.token:
            response.delete_cookie(self.session_cookie, **self._options)


def _bounded(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE and value.isascii() else ""
