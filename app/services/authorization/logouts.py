"""Telling applications that a session is over (OIDC Back-Channel Logout, Front-Channel Logout 1.0).

Notices are written in the transaction that ends the session, so that what ended and what is told
cannot differ. Jobs claim, send and note them; a process that dies in between sends twice, under
one `jti`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select, update

from app.clock import now, timestamp
from app.database import db
from app.models import Client, Family, LogoutNotice, Session, User
from app.security import secrets, uris
from app.services.authorization import keys
from app.services.clients import clients, subjects
from app.settings import settings

NOTICES, SESSIONS, USERS = LogoutNotice.__table__, Session.__table__, User.__table__
FAMILIES, CLIENTS = Family.__table__, Client.__table__
TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME_SECONDS = 120
#: A process that claimed a notice and died gives it back after this.
LEASE = timedelta(seconds=30)
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
#: About a day of tries.
MOST_TRIES = 30
#: After so many failed tries a person is told that an application could not be reached.
TRIES_UNTIL_UNREACHED = 2

State = Literal["told", "telling", "unreached", "asked", "open"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that this process, and no other, is to send now."""

    id: int
    tries: int
    uri: str
    token: str


@dataclass(frozen=True, slots=True)
class LeftClient:
    """A client of a session, and what is known of it after the session's end.

    `asked` is one that was asked to sign the person out in this browser, which tells nothing;
    `open` is one that cannot be told.
    """

    client_id: str
    name: str
    state: State


def enqueue(session_ids: Sequence[int]) -> None:
    """Write notices of sessions that have ended; part of what ends them."""
    wanted = (
        select(
            SESSIONS.c.sid, USERS.c.id, USERS.c.subject, USERS.c.pairwise_key, CLIENTS.c.client_id
        )
        .join_from(SESSIONS, USERS, USERS.c.id == SESSIONS.c.user_id)
        .join(FAMILIES, FAMILIES.c.session_id == SESSIONS.c.id)
        .join(CLIENTS, CLIENTS.c.id == FAMILIES.c.client_pk)
        .where(SESSIONS.c.id.in_(session_ids))
        .distinct()
    )
    for row in db.session.execute(wanted).all():
        client = clients.find(row.client_id)
        if client is not None and client.setting("backchannel_logout_uri"):
            _add(client, sid=row.sid, sub=subjects.of(client, row), user_id=row.id)
    db.session.flush()


def _add(
    client: Client, *, sid: str, sub: str, user_id: int | None = None, is_test: bool = False
) -> None:
    db.session.add(
        LogoutNotice(
            jti=secrets.new_id(),
            client_pk=client.id,
            user_id=user_id,
            sid=sid,
            sub=sub,
            uri=client.setting("backchannel_logout_uri"),
            is_test=is_test,
        )
    )


def test(client: Client) -> None:
    """Send a notice about a session that never was: the application answers, and ends nothing."""
    _add(client, sid=secrets.new_id(), sub=secrets.new_id(), is_test=True)
    db.session.flush()


def latest(client: Client, *, most: int = 10) -> Sequence[LogoutNotice]:
    """Return the last notices to a client, the newest first."""
    wanted = select(LogoutNotice).where(LogoutNotice.client_pk == client.id)
    return db.session.scalars(wanted.order_by(LogoutNotice.id.desc()).limit(most)).all()


# --- sending


def due(most: int = 50) -> list[int]:
    """Return which notices wait to be sent, the oldest first."""
    wanted = (
        select(NOTICES.c.id)
        .where(
            NOTICES.c.delivered_at.is_(None),
            NOTICES.c.given_up_at.is_(None),
            NOTICES.c.due_at <= now(),
        )
        .order_by(NOTICES.c.due_at)
        .limit(most)
    )
    return list(db.session.scalars(wanted))


def claim(notice_id: int) -> Claimed | None:
    """Take a notice to send it, None when another process was first; the caller commits."""
    moment = now()
    row = db.session.execute(
        update(NOTICES)
        .where(
            NOTICES.c.id == notice_id,
            NOTICES.c.delivered_at.is_(None),
            NOTICES.c.given_up_at.is_(None),
            NOTICES.c.due_at <= moment,
        )
        .values(due_at=moment + LEASE, tries=NOTICES.c.tries + 1)
        .returning(*NOTICES.c)
    ).one_or_none()
    if row is None:
        return None
    client = db.session.get_one(Client, row.client_pk)
    return Claimed(row.id, row.tries, row.uri, _token(client, row))


def _token(client: Client, row: Any) -> str:
    """Return the logout token (Back-Channel Logout 1.0 §2.4); it never has a nonce."""
    issued = timestamp()
    claims = {
        "iss": settings.issuer,
        "aud": client.client_id,
        "sub": row.sub,
        "sid": row.sid,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
        "jti": row.jti,
        "events": {EVENT: {}},
    }
    return keys.signer(client.setting("id_token_signed_response_alg")).sign(claims, typ=TYP)


def delivered(notice_id: int, status: int) -> None:
    """Note that the application has been told."""
    _change(notice_id, delivered_at=now(), last_status=status, last_fault="")


def put_off(claimed: Claimed, *, status: int | None, fault: str) -> None:
    """Try again later, ever more seldom; after a day give up."""
    again = claimed.tries < MOST_TRIES
    wait = min(FIRST_RETRY * 2 ** min(claimed.tries - 1, 20), LONGEST_RETRY)
    news = {"due_at": now() + wait} if again else {"given_up_at": now()}
    _change(claimed.id, last_status=status, last_fault=fault[:100], **news)


def _change(notice_id: int, **news: Any) -> None:
    db.session.execute(update(NOTICES).where(NOTICES.c.id == notice_id).values(**news))


# --- what a person is told


def frames(session_id: int, sid: str) -> list[str]:
    """Return the pages to load in this browser (Front-Channel Logout 1.0 §2): with iss and sid."""
    found = [row.registration.get("frontchannel_logout_uri") for row in _of(session_id)]
    about = {"iss": settings.issuer, "sid": sid}
    return [uris.with_parameters(uri, about) for uri in found if uri]


def left(session_id: int) -> list[LeftClient]:
    """Return the clients of a session that has ended, and whether they know."""
    sent = {
        row.client_pk: row
        for row in db.session.execute(
            select(NOTICES)
            .join(SESSIONS, SESSIONS.c.sid == NOTICES.c.sid)
            .where(SESSIONS.c.id == session_id)
        )
    }
    return [
        LeftClient(row.client_id, row.name, _state(sent.get(row.id), row.registration))
        for row in _of(session_id)
    ]


def _of(session_id: int) -> Sequence[Any]:
    wanted = (
        select(CLIENTS.c.id, CLIENTS.c.client_id, CLIENTS.c.name, CLIENTS.c.registration)
        .where(
            CLIENTS.c.id.in_(
                select(FAMILIES.c.client_pk).where(FAMILIES.c.session_id == session_id)
            )
        )
        .order_by(CLIENTS.c.name)
    )
    return db.session.execute(wanted).all()


def _state(notice: Any, registration: Mapping[str, Any]) -> State:
    if notice is None:
        return "asked" if registration.get("frontchannel_logout_uri") else "open"
    if notice.delivered_at is not None:
        return "told"
    failed = notice.tries >= TRIES_UNTIL_UNREACHED and notice.last_fault
    return "unreached" if failed or notice.given_up_at else "telling"


def ended(sid: str) -> int | None:
    """Return the session of this `sid` if it has ended, None otherwise."""
    wanted = select(SESSIONS.c.id).where(SESSIONS.c.sid == sid, SESSIONS.c.ended_at.is_not(None))
    return db.session.scalar(wanted)


def given_up(within: timedelta) -> list[str]:
    """Return the client identifiers of those that could not be told lately that somebody left."""
    wanted = (
        select(CLIENTS.c.client_id)
        .join(NOTICES, NOTICES.c.client_pk == CLIENTS.c.id)
        .where(NOTICES.c.given_up_at > now() - within, ~NOTICES.c.is_test)
        .distinct()
    )
    return sorted(db.session.scalars(wanted))
