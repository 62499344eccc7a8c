"""The accounts of a browser: people who take turns in one, each with a session of their own.

One of them is current and has the session cookie. The sessions of the others are set aside: no
cookie opens them; they come back by a switch, for whoever holds two cookies, that of the browser
and that of its accounts. A list made of the browser cookie alone would not do: that one is there
before anybody signs in, so that a planted one would hand the next person's session over (fixation).
The accounts cookie is made anew by every sign-in and switch; of two at once, one UPDATE lets one
through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from app.clock import now
from app.database import db, insert_or, is_sqlite, rows_changed
from app.models import BrowserAccount, User
from app.security import secrets
from app.services.authorization import sessions
from app.services.authorization.sessions import CONSENTS, OF_CONSENT
from app.services.authorization.signed_in import COLUMNS, LIVES, SESSIONS, USERS, SignedIn, living
from app.services.people import trusted_browsers
from app.writes import Write

ACCOUNTS = BrowserAccount.__table__
#: A list that is not used for this long is forgotten; the cookie goes with the browser anyway.
KEPT = timedelta(days=30)
#: The one used longest ago makes way.
MOST = 8
NO_CLIENT = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a browser; `session` is None when it has to sign in again."""

    id: int
    user_id: int
    email: str
    name: str | None
    picture: str | None
    session: SignedIn | None


_OF = (
    select(
        ACCOUNTS.c.id.label("account_id"),
        *COLUMNS,
        USERS.c.picture,
        *OF_CONSENT,
    )
    .join_from(ACCOUNTS, USERS, USERS.c.id == ACCOUNTS.c.user_id)
    .outerjoin(SESSIONS, and_(SESSIONS.c.id == ACCOUNTS.c.session_id, LIVES))
    .outerjoin(
        CONSENTS,
        and_(CONSENTS.c.user_id == USERS.c.id, CONSENTS.c.client_pk == bindparam("client_pk")),
    )
    .where(ACCOUNTS.c.holder == bindparam("holder"), ACCOUNTS.c.expires_at > bindparam("moment"))
    .order_by(ACCOUNTS.c.used_at.desc(), ACCOUNTS.c.id.desc())
)


def new() -> str:
    """Make the value of an accounts cookie."""
    return secrets.new_token("ba")


def holder(browser: str, accounts: str) -> str:
    """Return what the database keeps of the two cookies: either alone finds nothing."""
    return secrets.digest(f"{browser} {accounts}")


def of(holder: str, *, client_pk: int = NO_CLIENT) -> list[Account]:
    """Return the accounts of a browser, the last used first; one query.

    Their sessions say what each has allowed the client.
    """
    values = {"holder": holder, "client_pk": client_pk, "moment": now()}
    return [_account(row) for row in db.session.execute(_OF, values).all()]


def _account(row: Any) -> Account:
    session = living(row) if row.session_id is not None else None
    return Account(row.account_id, row.user_id, row.email, row.name, row.picture, session)


def move(old: str, new: str) -> bool:
    """Give a list to a new holder; of any number of requests at once, one is told True."""
    moved = rows_changed(
        update(ACCOUNTS).where(ACCOUNTS.c.holder == old).values(holder=new, expires_at=now() + KEPT)
    )
    return bool(moved)


def note(holder: str, user_id: int, session_id: int) -> None:
    """Put an account on the list, or renew what the list knows of it."""
    moment = now()
    key = {"holder": holder, "user_id": user_id}
    values = {"session_id": session_id, "used_at": moment, "expires_at": moment + KEPT}
    _note(sqlite=is_sqlite()).run(key | values)


@cache
def _note(*, sqlite: bool) -> Write:
    """Return the statement, built once: building takes longer than running it."""
    row = insert_or(ACCOUNTS, sqlite=sqlite)
    renewed = {name: row.excluded[name] for name in ("session_id", "used_at", "expires_at")}
    return Write(row.on_conflict_do_update(index_elements=["holder", "user_id"], set_=renewed))


def trim(holder: str) -> None:
    """Sign out and forget those that are too many, the ones used longest ago."""
    for account in of(holder)[MOST:]:
        remove(account)


def set_aside(session_id: int) -> None:
    """Let a session go on without any cookie: only `take_up` brings it back."""
    take_up(session_id)


def take_up(session_id: int) -> str:
    """Return a new token of a session; whoever has the old one has nothing any more."""
    token = secrets.new_token("se")
    changed = update(SESSIONS).where(SESSIONS.c.id == session_id)
    db.session.execute(changed.values(digest=secrets.digest(token)))
    return token


def remove(account: Account, *, address: str = "") -> None:
    """Sign an account out of the browser and forget it; it owes the second step there again."""
    if account.session is not None:
        session_id = account.session.session_id
        trusted_browsers.forget(account.user_id, session_id=session_id)
        sessions.end_one(session_id, account.user_id, address=address)
    db.session.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account.id))


def forget(holder: str) -> None:
    """Forget the whole list."""
    db.session.execute(delete(ACCOUNTS).where(ACCOUNTS.c.holder == holder))


def known_to(user: User) -> list[BrowserAccount]:
    """Return in which lists a user is, for their own eyes."""
    wanted = select(BrowserAccount).where(BrowserAccount.user_id == user.id)
    return list(db.session.scalars(wanted.order_by(BrowserAccount.id)))
