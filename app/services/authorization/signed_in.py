"""Who is signed in with a browser: what one request knows of a session and its user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists

from app.clock import now
from app.models import ClientOwner, Session, User
from app.services.authorization import levels, lifetimes

SESSIONS, USERS, OWNERS = Session.__table__, User.__table__, ClientOwner.__table__
#: What stands where an identifier would, when nothing is issued: it leads to no row.
NOBODYS = "…"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person signed in with this browser, as one request sees them."""

    session_id: int
    sid: str
    user_id: int
    subject: str
    pairwise_key: str
    email: str
    name: str | None
    is_admin: bool
    is_user_manager: bool
    is_auditor: bool
    is_owner: bool
    has_second_step: bool
    terms_version: str
    details_due: bool
    epoch: int
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    seen_at: datetime
    admin_seen_at: datetime | None
    is_kept: bool = False
    #: What the user has allowed the client that was asked about, and what they left out.
    allowed: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    #: When that ends and the client has to ask again; None: never.
    allowed_until: datetime | None = None
    locale: str | None = None
    zoneinfo: str | None = None

    @property
    def shown_name(self) -> str:
        """Return the name pages use: the name, or else the address."""
        return self.name or self.email


_OF_USER = (
    "subject",
    "pairwise_key",
    "email",
    "name",
    "is_admin",
    "is_user_manager",
    "is_auditor",
    "has_second_step",
    "terms_version",
    "details_due",
    "epoch",
    "locale",
    "zoneinfo",
)
_OF_SESSION = ("sid", "auth_time", "acr", "seen_at", "is_kept")
#: A session with its user; `living` makes a SignedIn of it.
COLUMNS = (
    SESSIONS.c.id.label("session_id"),
    SESSIONS.c.sid,
    SESSIONS.c.auth_time,
    SESSIONS.c.acr,
    SESSIONS.c.amr,
    SESSIONS.c.seen_at,
    SESSIONS.c.admin_seen_at,
    SESSIONS.c.is_kept,
    SESSIONS.c.expires_at,
    USERS.c.id.label("user_id"),
    *(USERS.c[name] for name in _OF_USER),
    exists().where(OWNERS.c.user_id == USERS.c.id).label("is_owner"),
)
#: What the database can tell of a session being alive; `living` asks the clock.
LIVES = and_(
    SESSIONS.c.ended_at.is_(None),
    SESSIONS.c.epoch == USERS.c.epoch,
    USERS.c.disabled_at.is_(None),
    USERS.c.deletion_due_at.is_(None),
)


def living(row: Row[*tuple[Any, ...]]) -> SignedIn | None:
    """Return whose session a row of COLUMNS is, None when its time is over; nothing is noted."""
    moment = now()
    idle = lifetimes.idle(row.acr, is_kept=row.is_kept)
    if row.expires_at <= moment or row.seen_at + idle <= moment:
        return None
    found = row._mapping  # noqa: SLF001 (the public name of a row's columns)
    fields = {name: found[name] for name in SignedIn.__slots__ if name in found}
    fields["amr"] = tuple(fields["amr"])
    until = fields.get("allowed_until")
    is_over = until is not None and until <= moment
    for name in ("allowed", "declined"):
        fields[name] = frozenset("" if is_over else (fields.get(name) or "").split())
    return SignedIn(**fields)


def just_opened(session_id: int, user: User, values: dict[str, Any]) -> SignedIn:
    """Return who is signed in by a session that was opened with these values."""
    of_session = {name: values[name] for name in _OF_SESSION}
    return SignedIn(
        session_id=session_id,
        user_id=user.id,
        amr=tuple(values["amr"]),
        admin_seen_at=None,
        is_owner=user.is_owner,
        **of_session,
        **{name: getattr(user, name) for name in _OF_USER},
    )


def imagined(
    user: User, *, amr: Sequence[str], allowed: Iterable[str] = (), declined: Iterable[str] = ()
) -> SignedIn:
    """Return a user as if they had just signed in by these methods; there is no session."""
    moment = now().replace(microsecond=0)
    values = {
        "sid": NOBODYS,
        "auth_time": moment,
        "acr": levels.of(amr),
        "amr": amr,
        "seen_at": moment,
        "is_kept": False,
    }
    person = just_opened(0, user, values)
    return replace(person, allowed=frozenset(allowed), declined=frozenset(declined))
