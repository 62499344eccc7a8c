"""The test client: requests as a server gets them, one after the other."""

from __future__ import annotations

from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.database import db


class Http(FlaskClient):
    """Send requests to the issuer's address, each in a context of its own.

    Without that, a context that the test holds open would be shared by all its requests, and with
    it the database session and who is signed in. What the test has written is committed before
    each request, and what it has read is read anew after it.
    """

    def open(
        self,
        *args: Any,
        buffered: bool = True,
        follow_redirects: bool = False,
        **kwargs: Any,
    ) -> TestResponse:
        """Send one request; takes what Flask's own client takes."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.application.extensions["sealwax.settings"].issuer)
        if has_app_context():
            db.session.commit()
        answer = Context().run(
            super().open, *args, buffered=buffered, follow_redirects=follow_redirects, **kwargs
        )
        if has_app_context():
            db.session.expire_all()
        return answer
