"""Deleting an account: asked for, kept after all, done for good (security.md RV13).

Between the wish and its end lies a grace. Meanwhile the account has no session that any page or
application knows of: every token is dead, a sign-in leads to one page, where it can be kept. The
address stays taken until the end; the subject is never given to anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import Conflict
from app.models import (
    Attempt,
    AuditEvent,
    Invitation,
    LogoutNotice,
    Mail,
    PendingIdentity,
    Session,
    SignUp,
    User,
    UserEmail,
)
from app.security import secrets
from app.services.authorization import levels, sessions
from app.services.people import export_files, users
from app.services.upkeep import audit, audit_chain, languages, mail
from app.services.upkeep.audit import Event
from app.settings import settings

USERS, SESSIONS, EVENTS = User.__table__, Session.__table__, AuditEvent.__table__
ATTEMPTS, NOTICES, MAILS = Attempt.__table__, LogoutNotice.__table__, Mail.__table__
SIGN_UPS, INVITATIONS = SignUp.__table__, Invitation.__table__
PENDING = PendingIdentity.__table__


class AlreadyScheduled(Conflict):
    """It is to be deleted already, or was deleted."""

    public = "This account is to be deleted already."


class NotScheduled(Conflict):
    """It is not to be deleted, or it is too late to keep it."""

    public = "This account isn't to be deleted."


def schedule(user: User, *, by: int | None = None, reason: str = "", address: str = "") -> None:
    """Let an account be deleted after the grace; every session and token is dead at once.

    `by` is an administrator: the account is turned off as well, so that its owner cannot keep it.

    Raises:
        AlreadyScheduled: somebody was faster.
        LastAdministrator: nobody would be left to administer; the caller rolls back.
    """
    users.lock_administrators()
    values: dict[str, object] = {"deletion_due_at": now() + settings.deletion_grace}
    if by is not None:
        values["disabled_at"] = func.coalesce(USERS.c.disabled_at, now())
    scheduled = rows_changed(
        update(USERS).where(USERS.c.id == user.id, USERS.c.deletion_due_at.is_(None)).values(values)
    )
    if not scheduled:
        raise AlreadyScheduled
    db.session.refresh(user)
    if user.is_admin:
        users.check_administrator_left()
    sessions.kill_all(user, by=by)
    export_files.forget(user.id)
    details = {"reason": reason} if reason else {}
    actor = by or user.id
    audit.record(Event.DELETION_ASKED, actor_id=actor, user_id=user.id, address=address, **details)
    _tell_scheduled(user, by_owner=by is None)


def keep(user: User, *, by: int | None = None, address: str = "") -> None:
    """Keep an account that was to be deleted; what was signed out stays so.

    Raises:
        NotScheduled: somebody was faster, or it is too late.
    """
    kept = rows_changed(
        update(USERS)
        .where(USERS.c.id == user.id, USERS.c.deletion_due_at > now())
        .values(deletion_due_at=None)
    )
    if not kept:
        raise NotScheduled
    db.session.refresh(user)
    audit.record(Event.DELETION_CANCELLED, actor_id=by or user.id, user_id=user.id, address=address)
    sentence = _("It is not deleted. Apps ask you to sign in again.")
    _tell(user, _("Your account is kept"), sentence, asked=by is None)


def waiting_in(token: str, *, since: datetime | None = None) -> tuple[User, Session] | None:
    """Return whose account is to be deleted and who has just signed in with this cookie.

    No other page knows of such a session (sessions.find); it counts for keeping the account alone,
    and for so short a time that it stands for the sign-in itself: whoever finds the browser later
    must not be let in by it. `since`: when an application asked; it may want a sign-in after that.
    """
    wanted = (
        select(User, Session)
        .join(Session, Session.user_id == USERS.c.id)
        .where(
            SESSIONS.c.digest == secrets.digest(token),
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now(),
            SESSIONS.c.epoch == USERS.c.epoch,
            USERS.c.disabled_at.is_(None),
            USERS.c.deletion_due_at > now(),
        )
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None or not levels.is_recent(found[1].auth_time):
        return None
    if since is not None and found[1].auth_time < since.replace(microsecond=0):
        return None
    return found[0], found[1]


def due(most: int = 100) -> Sequence[int]:
    """Return which accounts have had their grace."""
    wanted = select(USERS.c.id).where(USERS.c.deletion_due_at <= now()).limit(most)
    return db.session.scalars(wanted).all()


def erase(user_id: int) -> bool:
    """Delete an account with everything about its owner; tell whether this process did.

    Rows that belong to it go with it, in the database (ON DELETE CASCADE). What is recorded stays
    as what was done and when, under a number that stands for nobody.
    """
    while forget(user_id) == audit_chain.BITE:
        pass
    number = _number_for(user_id)
    wanted = select(UserEmail.email, UserEmail.key).where(UserEmail.user_id == user_id)
    addresses = db.session.execute(wanted).all()
    if not rows_changed(delete(USERS).where(_is_due(user_id))):
        return False
    # Whatever was written about them until a moment ago; we hold the chain, so it has no seal yet.
    db.session.execute(update(EVENTS).where(EVENTS.c.user_id == user_id).values(_nobody(number)))
    for email, key in addresses:
        _forget_address(email, key)
    _forget_traces(user_id)
    audit.record(Event.ERASED, user_id=number)
    return True


def forget(user_id: int) -> int:
    """Take the person out of a bite of what is recorded of them; return how many rows it had.

    Only of an account that nobody can keep any more. Who was busy for years has more rows than
    one transaction may hold the others up for: the caller commits and comes again, and whoever
    comes instead goes on with what is left.
    """
    audit_chain.hold()
    number = _number_for(user_id)
    if number is None:
        return 0
    acts, own = EVENTS.c.actor_id == user_id, EVENTS.c.user_id == user_id
    rows = db.session.scalars(select(EVENTS.c.id).where(acts | own).limit(audit_chain.BITE)).all()
    held = audit_chain.held_of(user_id, rows)
    bite = update(EVENTS).where(EVENTS.c.id.in_(rows))
    # What they did to others stays, but not from where.
    db.session.execute(bite.where(acts).values(actor_id=None, address=""))
    db.session.execute(bite.where(own).values(_nobody(number)))
    audit_chain.release(held)
    return len(rows)


def _nobody(number: int | None) -> dict[str, Any]:
    """Return what stands in a row about somebody who goes: no text, no network, no device."""
    return {"user_id": number, "address": "", "details": {}}


def _is_due(user_id: int) -> ColumnElement[bool]:
    return and_(USERS.c.id == user_id, USERS.c.deletion_due_at <= now())


def _number_for(user_id: int) -> int | None:
    """Return what stands for the user from now on, None when they are not to be forgotten.

    Rows of one person still belong together; numbers below zero are nobody's.
    """
    key = db.session.scalar(select(USERS.c.pairwise_key).where(_is_due(user_id)))
    return secrets.pseudonym(key) if key is not None else None


def _forget_address(email: str, key: str) -> None:
    """Delete what was written to the address, or asked for with it."""
    addresses = {email.casefold(), key}

    def is_theirs(column: ColumnElement[str]) -> ColumnElement[bool]:
        # As it is spelled, too: databases and Python lower other letters than those of ASCII apart.
        return or_(column == email, func.lower(column).in_(addresses))

    db.session.execute(delete(MAILS).where(is_theirs(MAILS.c.recipient)))
    db.session.execute(delete(SIGN_UPS).where(is_theirs(SIGN_UPS.c.email)))
    db.session.execute(delete(INVITATIONS).where(INVITATIONS.c.email_key == key))
    # Somebody signed in elsewhere with it and has not answered yet; a new walk is short.
    db.session.execute(delete(PENDING).where(is_theirs(PENDING.c.email)))


def _forget_traces(user_id: int) -> None:
    """Delete traces of attempts, which may hold what somebody typed, and notices to nobody."""
    db.session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.user_id == user_id))
    settled = NOTICES.c.delivered_at.is_not(None) | NOTICES.c.given_up_at.is_not(None)
    left_over = NOTICES.c.user_id.is_(None) & ~NOTICES.c.is_test
    db.session.execute(delete(NOTICES).where(left_over, settled))


def _tell_scheduled(user: User, *, by_owner: bool) -> None:
    zone = languages.zone(user.zoneinfo)
    day = LazyString(languages.day, now() + settings.deletion_grace, zone)
    if by_owner:
        sentence = _(
            "Your account and everything in it will be deleted on %(day)s. To keep it, sign in "
            "before that day. You are signed out everywhere.",
            day=day,
        )
    else:
        sentence = _(
            "An administrator had your account turned off. It will be deleted on %(day)s, with "
            "everything in it.",
            day=day,
        )
    _tell(user, _("Your account will be deleted"), sentence, asked=by_owner)


def _tell(user: User, subject: LazyString, sentence: LazyString, *, asked: bool) -> None:
    """Mail the owner what becomes of the account: it may not have been them."""
    mail.enqueue(
        "account_notice",
        to=user.email,
        reader=user,
        asked=asked,
        subject=subject,
        sentence=sentence,
        changed_at=now(),
        account_url=f"{settings.issuer}/login/sign-in",
    )
