"""Links from mails: looking at one does nothing but take its token out of the URL.

The token goes into a cookie of this browser: in the URL a history, a log or a referrer could
keep it (security.md RV04). What the link is for is done by a button on the page that follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import redirect, request
from werkzeug.wrappers import Response

from app.settings import settings

LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A kind of link: the name of its cookie, and how long that is kept."""

    cookie: str
    lifetime: timedelta

    @property
    def _name(self) -> str:
        return f"__Host-{self.cookie}" if settings.is_secure else self.cookie

    @property
    def token(self) -> str:
        """Return the token that this browser has put away, empty when there is none."""
        return request.cookies.get(self._name, "")

    def put_away(self, token: str, page: str) -> Response:
        """Move the token from the URL into the cookie, and go on to the page."""
        answer = redirect(page, 303)
        if len(token) <= LONGEST_TOKEN and token.isascii() and token.isprintable():
            self.keep(answer, token)
        return answer

    def keep(self, answer: Response, token: str) -> None:
        """Set the cookie."""
        answer.set_cookie(
            self._name,
            token,
            max_age=self.lifetime,
            secure=settings.is_secure,
            httponly=True,
            samesite="Lax",
        )

    def forget(self, answer: Response) -> None:
        """Take the cookie away: the link is used up."""
        answer.delete_cookie(self._name, secure=settings.is_secure, httponly=True, samesite="Lax")
