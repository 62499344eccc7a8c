"""Forms that came when their person had to sign in again: kept for a while, for them alone.

Bound to the browser, the user and the page, and encrypted for the row: what people type is theirs.
Sending the form uses it up; looking at it changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select

from app.clock import now
from app.database import db, insert_or_update
from app.models import UnsentForm
from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.settings import settings

FORMS = UnsentForm.__table__
LIFETIME = timedelta(minutes=60)
#: Characters; what is longer is still in the browser's history.
LONGEST = 32_000
LONGEST_PAGE = 300
#: Pages of one user in one browser: nobody fills in more at once.
MOST = 10


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a form belongs to: one user, in one browser."""

    user_id: int
    #: Digest of the browser cookie.
    browser: str

    @classmethod
    def of(cls, user_id: int, browser: str) -> Whose:
        """Return the owner of forms sent with this browser cookie."""
        return cls(user_id, secrets.digest(browser))


@dataclass(frozen=True, slots=True)
class Unsent:
    """What was typed into a form, under the name of its class."""

    form: str
    fields: dict[str, list[str]]


def keep(whose: Whose, page: str, unsent: Unsent) -> bool:
    """Keep a form for its page, in place of an earlier one; tell whether it was kept."""
    text = json.dumps([unsent.form, unsent.fields])
    if len(text) > LONGEST or len(page) > LONGEST_PAGE or _has_too_many(whose, page):
        return False
    key = settings.encryption_keys[0]
    values = {
        "sealed": secrets.encrypt(key, text, context=_context(whose, page)),
        "expires_at": now() + LIFETIME,
    }
    place = {"browser": whose.browser, "user_id": whose.user_id, "page": page}
    db.session.execute(insert_or_update(FORMS, place, values))
    return True


def _has_too_many(whose: Whose, page: str) -> bool:
    others = (
        select(func.count())
        .select_from(FORMS)
        .where(FORMS.c.browser == whose.browser, FORMS.c.user_id == whose.user_id)
        .where(FORMS.c.page != page, FORMS.c.expires_at > now())
    )
    return (db.session.scalar(others) or 0) >= MOST


def find(whose: Whose, page: str) -> Unsent | None:
    """Return what was typed on a page; None when nothing is kept (any more)."""
    wanted = select(FORMS.c.sealed).where(_at(whose, page), FORMS.c.expires_at > now())
    sealed = db.session.scalar(wanted)
    if sealed is None:
        return None
    try:
        text = secrets.decrypt(settings.encryption_keys, sealed, context=_context(whose, page))
    except CannotDecrypt:  # the key outside the database was replaced meanwhile
        return None
    return Unsent(*json.loads(text))


def spend(whose: Whose, page: str, form: str) -> None:
    """Forget what was typed into a form of a page: it has been sent; another form's stays."""
    kept = find(whose, page)
    if kept is not None and kept.form == form:
        db.session.execute(delete(FORMS).where(_at(whose, page)))


def _at(whose: Whose, page: str) -> ColumnElement[bool]:
    return and_(
        FORMS.c.browser == whose.browser, FORMS.c.user_id == whose.user_id, FORMS.c.page == page
    )


def _context(whose: Whose, page: str) -> str:
    return f"unsent form {whose.browser} {whose.user_id} {page}"
