"""Files that are too large to be made while somebody waits: made by a job, fetched with a link.

The file is kept, encrypted, and not made anew at each download: what is too slow for one request
is so the second time as well, and a file may be fetched again when a connection breaks. The link
alone opens nothing: it takes its owner, signed in a short while ago (security.md RV04, SE10).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import Refused
from app.models import AuditEvent, DataExport, Session, User
from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.services.people import exports
from app.services.upkeep import audit, mail, throttles
from app.services.upkeep.audit import Event
from app.settings import settings

FILES, USERS = DataExport.__table__, User.__table__
#: Rows of sessions and of what was done: what an account has many of. More make a file large.
MOST_AT_ONCE = 5_000
DAYS = 7
LIFETIME = timedelta(days=DAYS)
#: A process that took a file up and died gives it back after this.
LEASE = timedelta(minutes=10)


class FileGone(Refused):
    """The link is over, was replaced, or leads to the file of somebody else."""

    public = "This link has expired."


def is_large(user: User) -> bool:
    """Tell whether the file of a user takes too long to be made at once."""
    counts = [
        select(func.count()).select_from(kind).where(kind.user_id == user.id).scalar_subquery()
        for kind in (Session, AuditEvent)
    ]
    return int(db.session.scalar(select(counts[0] + counts[1])) or 0) > MOST_AT_ONCE


def ask(user: User, *, address: str = "") -> None:
    """Let the file be made; one that is there already is dead, one that is being made stays.

    Raises:
        TooMany: they have asked for too many mails.
    """
    values = {
        "asked_at": now(),
        "due_at": now(),
        "made_at": None,
        "digest": None,
        "sealed": None,
        "expires_at": now() + LIFETIME,
    }
    is_made = FILES.c.made_at.is_not(None)
    kept = insert_or_update(FILES, {"user_id": user.id}, values, where=is_made)
    if db.session.scalar(kept.returning(FILES.c.user_id)) is None:
        return
    throttles.reserve((throttles.own_mail(user.id),))
    audit.record(Event.EXPORT_ASKED, actor_id=user.id, user_id=user.id, address=address)


def of_user(user_id: int) -> DataExport | None:
    """Return the file that a user has asked for, None when there is none or it is over."""
    wanted = select(DataExport).where(FILES.c.user_id == user_id, FILES.c.expires_at > now())
    return db.session.scalar(wanted)


def due() -> Sequence[int]:
    """Return whose files are to be made."""
    return db.session.scalars(select(FILES.c.user_id).where(_is_due())).all()


def claim(user_id: int) -> datetime | None:
    """Take a file up; return when it was asked for, None when another process was first.

    The caller commits.
    """
    claimed = update(FILES).where(FILES.c.user_id == user_id, _is_due())
    taken = claimed.values(due_at=now() + LEASE).returning(FILES.c.asked_at)
    asked_at: datetime | None = db.session.scalar(taken)
    return asked_at


def make(user_id: int, asked_at: datetime, *, link: Callable[[str], str]) -> bool:
    """Make the file that was asked for then and mail its link; tell whether it was still wanted.

    `link` makes the address of our page for a token.
    """
    user = db.session.get(User, user_id)
    if user is None or user.is_disabled or user.is_leaving:
        return False
    text = json.dumps(exports.collected(user), ensure_ascii=False)
    sealed = secrets.encrypt(settings.encryption_keys[0], text, context=_context(user_id))
    token = secrets.new_token("ex")
    wanted = and_(FILES.c.asked_at == asked_at, FILES.c.made_at.is_(None))
    made = rows_changed(
        update(FILES)
        .where(FILES.c.user_id == user_id, wanted)
        .values(
            made_at=now(),
            digest=secrets.digest(token),
            sealed=sealed,
            expires_at=now() + LIFETIME,
        )
    )
    if not made:
        return False
    mail.enqueue("export_ready", to=user.email, reader=user, link=link(token), days=DAYS)
    return True


def find(user: User, token: str) -> DataExport:
    """Return the file that a link leads to, for the person it is about.

    Raises:
        FileGone: there is none for them.
    """
    found = of_user(user.id)
    if found is None or not secrets.same(found.digest or "", secrets.digest(token)):
        raise FileGone
    return found


def opened(file: DataExport, *, address: str = "") -> str:
    """Return what a file holds, as JSON, and record that its owner has it.

    Raises:
        FileGone: nobody can read it any more.
    """
    sealed, context = file.sealed or "", _context(file.user_id)
    try:
        content = secrets.decrypt(settings.encryption_keys, sealed, context=context)
    except CannotDecrypt:  # the key outside the database was replaced meanwhile
        raise FileGone from None
    event = Event.EXPORTED
    audit.record(event, actor_id=file.user_id, user_id=file.user_id, address=address)
    return content


def forget(user_id: int) -> None:
    """Delete the file of an account that is to be deleted, with its link."""
    db.session.execute(delete(FILES).where(FILES.c.user_id == user_id))


def _is_due() -> ColumnElement[bool]:
    return and_(FILES.c.made_at.is_(None), FILES.c.due_at <= now(), FILES.c.expires_at > now())


def _context(user_id: int) -> str:
    return f"export of user {user_id}"
