"""Sign-in sessions: open, find, use, end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm.attributes import set_committed_value

from app.clock import now
from app.database import db
from app.models import Consent, Family, Session, User
from app.security import secrets
from app.services.authorization import levels, lifetimes, logouts, signed_in
from app.services.authorization.signed_in import COLUMNS, LIVES, SESSIONS, USERS, SignedIn, living
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.writes import NumberedInsert, Write

CONSENTS, FAMILIES = Consent.__table__, Family.__table__
#: What a consent adds to COLUMNS.
OF_CONSENT = (
    CONSENTS.c.scope.label("allowed"),
    CONSENTS.c.declined,
    CONSENTS.c.ends_at.label("allowed_until"),
)
#: `seen_at` is written this often at most: not every page view is worth a write.
SEEN_STEP = timedelta(minutes=5)
LONGEST_AGENT = 300
#: Numbers that fit into one statement on either engine.
BITE = 500

_ALIVE = and_(SESSIONS.c.digest == bindparam("digest"), LIVES)
_FIND = select(*COLUMNS).join_from(SESSIONS, USERS, USERS.c.id == SESSIONS.c.user_id).where(_ALIVE)
#: The same with what the user allowed one client: silent sign-in asks the database once.
_FIND_FOR_CLIENT = (
    select(*COLUMNS, *OF_CONSENT)
    .join_from(SESSIONS, USERS, USERS.c.id == SESSIONS.c.user_id)
    .outerjoin(
        CONSENTS,
        and_(CONSENTS.c.user_id == USERS.c.id, CONSENTS.c.client_pk == bindparam("client_pk")),
    )
    .where(_ALIVE)
)
#: Built once: building them takes longer than running them.
_OPEN = NumberedInsert(insert(SESSIONS))
_SIGNED_IN_AT = Write(update(USERS).where(USERS.c.id == bindparam("of_user")))
_LATEST_FIRST = (
    select(SESSIONS.c.id)
    .where(SESSIONS.c.user_id == bindparam("of_user"), lifetimes.ARE_LIVING)
    .order_by(SESSIONS.c.seen_at.desc(), SESSIONS.c.id.desc())
)
SEEN = update(SESSIONS).where(SESSIONS.c.id == bindparam("session_id"))


def open(  # noqa: A001, PLR0913 (sessions.open reads as it should; facts of one browser)
    user: User,
    *,
    amr: Sequence[str],
    address: str = "",
    agent: str = "",
    browser: str = "",
    is_kept: bool = False,
    reference: str = "",
) -> tuple[SignedIn, str]:
    """Start a session for a user who has just proved who they are; return it with its token.

    The token goes into the browser's cookie and is kept nowhere else. `is_kept`: they asked to
    stay signed in. `reference` is of the attempt that it is for, if any.
    """
    token, moment = secrets.new_token("se"), now()
    values = {
        "digest": secrets.digest(token),
        "sid": secrets.new_id(),
        "epoch": user.epoch,
        "auth_time": moment.replace(microsecond=0),
        "acr": levels.of(amr),
        "amr": list(amr),
        "seen_at": moment,
        "expires_at": moment + lifetimes.longest(levels.of(amr), is_kept=is_kept),
        "is_kept": is_kept,
        "address": address,
        "browser": secrets.digest(browser) if browser else None,
        "user_agent": agent[:LONGEST_AGENT],
    }
    session_id = _OPEN.add(values | {"user_id": user.id, "created_at": moment})
    _SIGNED_IN_AT.run({"of_user": user.id, "last_sign_in_at": moment})
    set_committed_value(user, "last_sign_in_at", moment)
    seen = {"address": address, "reference": reference, "agent": agent[:LONGEST_AGENT]}
    audit.record(Event.SIGNED_IN, actor_id=user.id, user_id=user.id, **seen)
    return signed_in.just_opened(session_id, user, values), token


def renew(
    session_id: int, user: User, *, amr: Sequence[str], is_kept: bool, reference: str = ""
) -> str:
    """Note that the person of a session has proved once more who they are; return its new token.

    It stays the same session, with what applications hold from it; the old cookie is worthless.
    """
    token = secrets.new_token("se")
    moment = now()
    db.session.execute(
        update(SESSIONS)
        .where(SESSIONS.c.id == session_id)
        .values(
            digest=secrets.digest(token),
            auth_time=moment.replace(microsecond=0),
            acr=levels.of(amr),
            amr=list(amr),
            seen_at=moment,
            expires_at=moment + lifetimes.longest(levels.of(amr), is_kept=is_kept),
            is_kept=is_kept,
        )
    )
    user.last_sign_in_at = moment
    db.session.flush()
    audit.record(
        Event.SIGNED_IN, actor_id=user.id, user_id=user.id, reference=reference, again=True
    )
    return token


def step_up(
    person: SignedIn, *, amr: Sequence[str], reference: str = "", is_asked: bool = True
) -> str:
    """Note that the person of a session has passed the second step too; return its new token.

    `auth_time` stays: nobody has typed the password again. Not `is_asked`: they have set the step
    up just now, which is an event of its own and no sign-in.
    """
    token = secrets.new_token("se")
    acr = levels.of(amr)
    values: dict[str, Any] = {"digest": secrets.digest(token), "acr": acr, "amr": list(amr)}
    values["expires_at"] = lifetimes.shortened(SESSIONS.c.expires_at, acr)
    db.session.execute(update(SESSIONS).where(SESSIONS.c.id == person.session_id).values(values))
    who = person.user_id
    _SIGNED_IN_AT.run({"of_user": who, "last_sign_in_at": now()})
    if is_asked:
        audit.record(Event.SIGNED_IN, actor_id=who, user_id=who, reference=reference, again=True)
    return token


def is_known_to(user_id: Any) -> ColumnElement[bool]:
    """Return the condition that a user, a column or parameter, has signed in with a browser.

    Its parameter `browser` is the digest of the browser's cookie.
    """
    here = and_(SESSIONS.c.user_id == user_id, SESSIONS.c.browser == bindparam("browser"))
    return select(SESSIONS.c.user_id).where(here).exists()  # of columns that the index holds


def is_known(user_id: int, browser: str, *, acr: str) -> bool:
    """Tell whether the user has reached this level in this browser."""
    reached = SESSIONS.c.acr.in_(levels.at_least(acr))
    here = and_(SESSIONS.c.user_id == user_id, SESSIONS.c.browser == secrets.digest(browser))
    return bool(db.session.scalar(select(exists().where(here, reached))))


def find(token: str) -> SignedIn | None:
    """Return who is signed in with this cookie, None when nobody is."""
    row = db.session.execute(_FIND, {"digest": secrets.digest(token)}).one_or_none()
    return _signed_in(row)


def find_for_client(token: str, client_pk: int) -> SignedIn | None:
    """Return who is signed in, with what they have allowed this client."""
    values = {"digest": secrets.digest(token), "client_pk": client_pk}
    row = db.session.execute(_FIND_FOR_CLIENT, values).one_or_none()
    return _signed_in(row)


def _signed_in(row: Row[*tuple[Any, ...]] | None) -> SignedIn | None:
    somebody = living(row) if row is not None else None
    if somebody is not None:
        seen(somebody)
    return somebody


def seen(person: SignedIn) -> None:
    """Note that a session is used; not every time is worth a write."""
    moment = now()
    if person.seen_at + SEEN_STEP <= moment:
        db.session.execute(SEEN, {"session_id": person.session_id, "seen_at": moment})


def end(token: str, *, address: str = "") -> None:
    """End the session of this cookie, with the refresh tokens that live by it; nothing if none."""
    row = db.session.scalar(select(Session).where(Session.digest == secrets.digest(token)))
    if row is not None and _end(SESSIONS.c.id == row.id):
        audit.record(Event.SIGNED_OUT, actor_id=row.user_id, user_id=row.user_id, address=address)


def end_one(session_id: int, user_id: int, *, address: str = "") -> bool:
    """End one session of a user, with what lives by it; tell whether there was one to end."""
    mine = and_(SESSIONS.c.id == session_id, SESSIONS.c.user_id == user_id)
    if not _end(mine):
        return False
    audit.record(
        Event.SIGNED_OUT,
        actor_id=user_id,
        user_id=user_id,
        address=address,
        session_id=session_id,
    )
    return True


def end_surplus(user_id: int, most: int) -> None:
    """End the sessions of a user unused for longest once there are too many (security.md SE08).

    A quarter of them goes at once: who signs in over and over, like a robot, pays for it rarely.
    """
    ids = db.session.scalars(_LATEST_FIRST, {"of_user": user_id, **lifetimes.bounds()}).all()
    if len(ids) <= most:
        return
    surplus = ids[most - most // 4 :]
    _end(SESSIONS.c.id.in_(surplus))
    audit.record(Event.SESSIONS_TOO_MANY, user_id=user_id, number=len(surplus))


def end_all(user: User, *, by: int | None = None, but: int | None = None) -> None:
    """End every session of a user, except the session `but`, with what lives by them."""
    condition = SESSIONS.c.user_id == user.id
    ended = _end(condition if but is None else and_(condition, SESSIONS.c.id != but))
    if by is None and not ended:  # nothing has happened to them
        return
    audit.record(Event.SIGNED_OUT_EVERYWHERE, actor_id=by or user.id, user_id=user.id)


def end_weak(user_ids: Select[tuple[int]]) -> None:
    """End the sessions of these users that one step alone has opened, and what came from them.

    Nothing must outlive the moment from which two steps are demanded: a stolen password may have
    got itself offline access, too (security.md RT08).
    """
    _end(and_(SESSIONS.c.user_id.in_(user_ids), SESSIONS.c.acr == levels.PASSWORD))
    weak = and_(FAMILIES.c.user_id.in_(user_ids), FAMILIES.c.acr == levels.PASSWORD)
    living = and_(weak, FAMILIES.c.revoked_at.is_(None))
    db.session.execute(update(FAMILIES).where(living).values(revoked_at=now()))


def kill_all(user: User, *, by: int | None = None, but: int | None = None) -> None:
    """End every session of a user and kill everything issued to applications, offline too.

    What is of an older epoch is dead from now on; the session `but` is taken along to the new one.
    """
    db.session.flush()
    # Counted there: `user` may have been read before somebody else's act, and two acts that count
    # to the same number would leave alive what was issued between them.
    raised = update(USERS).where(USERS.c.id == user.id).values(epoch=USERS.c.epoch + 1)
    epoch = db.session.scalars(raised.returning(USERS.c.epoch)).one()
    set_committed_value(user, "epoch", epoch)
    end_all(user, by=by, but=but)
    if but is not None:
        kept = update(SESSIONS).where(SESSIONS.c.id == but)
        db.session.execute(kept.values(epoch=epoch))


def _end(condition: ColumnElement[bool]) -> int:
    """End sessions, tell their applications, and revoke what came from them; return how many.

    Only families with offline access go on. A session that somebody else ends at the same time is
    theirs to tell of: no application hears of it twice.
    """
    living = update(SESSIONS).where(condition, SESSIONS.c.ended_at.is_(None))
    ended = db.session.scalars(living.values(ended_at=now()).returning(SESSIONS.c.id)).all()
    for start in range(0, len(ended), BITE):
        _follow(ended[start : start + BITE])
    return len(ended)


def _follow(ended: Sequence[int]) -> None:
    """Do what follows from the end of sessions."""
    logouts.enqueue(ended)
    padded = literal(" ") + FAMILIES.c.scope + literal(" ")
    offline = padded.contains(" offline_access ", autoescape=True)
    db.session.execute(
        update(FAMILIES)
        .where(FAMILIES.c.session_id.in_(ended), FAMILIES.c.revoked_at.is_(None), ~offline)
        .values(revoked_at=now())
    )
