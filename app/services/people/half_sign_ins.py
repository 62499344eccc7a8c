"""Half sign-ins: the first step is passed, the second is owed.

Kept by the server and bound to the browser: no page can be left out, no answer of one browser
counts in another. Few tries, a short life, used up by deleting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import NotFound
from app.models import HalfSignIn, User
from app.security import secrets
from app.services.people import code_tries

HALVES, USERS = HalfSignIn.__table__, User.__table__
LIFETIME = timedelta(minutes=10)
#: For who has to set something up first: an app is installed, a mail is waited for. No longer, a
#: factor is bound soon after the sign-in (security.md SE10).
TO_SET_UP = timedelta(minutes=20)


class HalfSignInGone(NotFound):
    """It timed out, had too many wrong codes, or another request finished it."""

    public = "This sign-in has timed out. Start again."


def begin(
    user: User,
    *,
    browser: str,
    amr: Sequence[str],
    lifetime: timedelta = LIFETIME,
    keeps: bool | None = None,
) -> None:
    """Remember that a user has passed the first step in a browser; an earlier one is replaced.

    `keeps`: whether they asked to stay signed in, None when nobody has asked them.
    """
    values = {
        "user_id": user.id,
        "epoch": user.epoch,
        "amr": list(amr),
        "tries": 0,
        "keeps": keeps,
        "expires_at": now() + lifetime,
    }
    db.session.execute(insert_or_update(HALVES, {"browser": secrets.digest(browser)}, values))


def find(browser: str) -> tuple[HalfSignIn, User] | None:
    """Return what waits in a browser, and for whom; None when nothing does any more."""
    wanted = (
        select(HalfSignIn, User)
        .join(User, User.id == HALVES.c.user_id)
        .where(
            HALVES.c.browser == secrets.digest(browser),
            HALVES.c.expires_at > now(),
            HALVES.c.tries < code_tries.MOST_TRIES,
            HALVES.c.epoch == USERS.c.epoch,
            USERS.c.disabled_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(wanted).one_or_none()
    return (found[0], found[1]) if found else None


def count_try(half: HalfSignIn) -> None:
    """Count a code before it is checked; the caller commits, whatever comes of it.

    Raises:
        HalfSignInGone: there were five already, or it has been finished.
    """
    if not code_tries.count(HALVES, _is(half)):
        raise HalfSignInGone


def prolong(half: HalfSignIn) -> None:
    """Let what is yet to be set up take its time once more: more has just been proved."""
    prolonged = update(HALVES).where(_is(half)).values(expires_at=now() + TO_SET_UP)
    db.session.execute(prolonged)


def finish(half: HalfSignIn) -> None:
    """Use it up; of any number of requests at once, one comes out of here.

    Raises:
        HalfSignInGone: another request was first.
    """
    finished = rows_changed(delete(HALVES).where(_is(half)))
    if not finished:
        raise HalfSignInGone


def _is(half: HalfSignIn) -> ColumnElement[bool]:
    """Match the very row that was read: another tab may have begun for somebody else since."""
    return (
        (HALVES.c.browser == half.browser)
        & (HALVES.c.user_id == half.user_id)
        & (HALVES.c.expires_at == half.expires_at)
    )
