"""Three opaque cookies: which browser this is, whose session it has, whose it may switch to.

Nothing is stored in a cookie: what it names is a row, or nothing at all. Flask-Login keeps its
user under `_user_id`; here that is the session's token itself. Flask-WTF's token is derived from
the first two, so a new sign-in, or a switch, makes the forms of the old session worthless.

The accounts cookie alone opens nothing: what it names is found by a digest over it and the
browser cookie. It is a new one after every sign-in and switch, so that one that was planted before
is worth nothing after (session fixation), and it goes when the browser is closed. So does the
session's, unless its person asked to stay signed in.
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

    def __init__(self, browser: str, token: str, key: str, *, accounts: str = "") -> None:
        super().__init__()
        #: The value that names the accounts of this browser, empty when there is none.
        self.accounts = self.first_accounts = accounts
        self.browser = browser
        self.browser_is_new = False
        self.first_token = token
        #: How long the browser keeps the token that is set now, None: until it is closed.
        self.kept_for: timedelta | None = None
        #: Whether whoever signs in now asked to stay signed in, None: nobody has asked them.
        self.keeps: bool | None = None
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
        """Return a value; the CSRF value is derived from browser and session."""
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
    """Read the cookies, and write those that changed."""

    def __init__(self, settings: Settings) -> None:
        # __Host-: no other host of the domain can set it (ASVS 3.3.3)
        prefix = "__Host-" if settings.is_secure else ""
        self.session_cookie = f"{prefix}sealwax"
        self.browser_cookie = f"{prefix}sealwax-browser"
        self.accounts_cookie = f"{prefix}sealwax-accounts"
        self._key = settings.secret_keys[0]
        self._options: dict[str, Any] = {
            "path": "/",
            "secure": settings.is_secure,
            "httponly": True,
            "samesite": "Lax",
        }

    def open_session(self, _app: Flask, request: Request) -> CookieSession:
        """Return what the cookies of this request say."""
        if "HTTP_COOKIE" not in request.environ:  # a program: nothing to be taken apart
            return CookieSession("", "", self._key)
        browser = request.cookies.get(self.browser_cookie, "")
        token = request.cookies.get(self.session_cookie, "")
        accounts = _bounded(request.cookies.get(self.accounts_cookie, ""))
        return CookieSession(_bounded(browser), _bounded(token), self._key, accounts=accounts)

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
            kept_for = session.kept_for
            response.set_cookie(
                self.session_cookie, session.token, max_age=kept_for, **self._options
            )
        if session.first_token and not session.token:
            response.delete_cookie(self.session_cookie, **self._options)
        if session.accounts != session.first_accounts:
            if session.accounts:
                response.set_cookie(self.accounts_cookie, session.accounts, **self._options)
            else:
                response.delete_cookie(self.accounts_cookie, **self._options)


def _bounded(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE and value.isascii() else ""
