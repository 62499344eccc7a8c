"""Values that count once: a form sent again, by a reload or a second press, does nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db
from app.errors import Conflict
from app.models import Link
from app.security import secrets

PURPOSE = "form"
#: As long as a sign-in session can live: after it, the form's CSRF value is worthless anyway.
KEPT = timedelta(days=30)


class SentAlready(Conflict):
    """The form was sent before, and what it asked for was done."""

    public = "This form was sent already."


def spend(value: str, *, purpose: str = PURPOSE, kept: timedelta = KEPT) -> None:
    """Note that the form with this value is being acted on; part of the act's transaction.

    `kept` is how long it is remembered: longer than the value could be used otherwise. Of any
    number of requests at once, one comes out of here.

    Raises:
        SentAlready: another request was first.
    """
    moment = now()
    row = {
        "digest": secrets.digest(f"{purpose} {value}"),
        "purpose": purpose,
        "expires_at": moment + kept,
        "used_at": moment,
    }
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Link), row)
    except IntegrityError:
        raise SentAlready from None
