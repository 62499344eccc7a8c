"""What pages of the administration show beside a row, asked for all rows of a page at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, func, select

from app.clock import now
from app.database import db
from app.models import Attempt, Client, ClientSecret, Family, User
from app.services.clients import client_metadata
from app.settings import settings

#: The dashboard names so many of a kind.
MOST_NAMED = 20
MOST_LOOKED_AT = 200
MOST_VISITS = 2000
#: Fewer visits than this say nothing yet; from this many per cent on it is no accident.
FEWEST_VISITS = 20
TOO_MANY = 20


def last_sign_ins(client_pks: Collection[int]) -> dict[int, datetime]:
    """Return when somebody last signed in to each of these clients; those never used are absent.

    One probe of the index a client: a maximum over a group would read every family there is.
    """
    newest = (
        select(Family.created_at)
        .where(Family.client_pk == Client.id)
        .order_by(Family.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(select(Client.id, newest).where(Client.id.in_(client_pks)))
    return {pk: moment for pk, moment in rows.all() if moment is not None}


def names(client_ids: Collection[str]) -> dict[str, str]:
    """Return the name of each of these clients; those that are gone are absent."""
    wanted = select(Client.client_id, Client.name).where(Client.client_id.in_(client_ids))
    return {row.client_id: row.name for row in db.session.execute(wanted)}


def by_pk(client_pk: int) -> Client | None:
    """Return the client of a row that points to it."""
    return db.session.get(Client, client_pk)


def addresses(user_ids: Collection[int]) -> dict[int, str]:
    """Return the email address of each of these users."""
    wanted = select(User.id, User.email).where(User.id.in_(user_ids))
    return {row.id: row.email for row in db.session.execute(wanted)}


def has_namesake(client: Client) -> bool:
    """Tell whether another client goes by the same name: people could take one for the other."""
    wanted = select(Client.id).where(
        func.lower(Client.name) == client.name.lower(), Client.id != client.id
    )
    return db.session.scalar(wanted.limit(1)) is not None


def secrets_that_end(within: timedelta) -> Sequence[Any]:
    """Return the clients in use whose last secret ends within this time, or has ended: when.

    A secret that takes the place of another one has no end of its own.
    """
    last = func.max(ClientSecret.expires_at)
    wanted = (
        select(Client.client_id, Client.name, last.label("ends_at"))
        .join(ClientSecret, ClientSecret.client_pk == Client.id)
        .where(Client.disabled_at.is_(None))
        .group_by(Client.id, Client.client_id, Client.name)
        .having(func.count() == func.count(ClientSecret.expires_at), last <= now() + within)
        .order_by(last)
        .limit(MOST_NAMED)
    )
    return db.session.execute(wanted).all()


def turned_off() -> Sequence[Any]:
    """Return the clients that are turned off."""
    wanted = select(Client.client_id, Client.name).where(Client.disabled_at.is_not(None))
    return db.session.execute(wanted.order_by(Client.disabled_at.desc()).limit(MOST_NAMED)).all()


def unused() -> Sequence[Any]:
    """Return the clients nobody has come from for as long as traces are kept.

    Those that act for themselves leave no trace.
    """
    came = exists().where(Attempt.client_id == Client.client_id, Attempt.outcome == "ok")
    wanted = (
        select(Client.client_id, Client.name, Client.registration)
        .where(
            Client.disabled_at.is_(None),
            Client.created_at <= now() - settings.attempts_kept,
            ~came,
        )
        .order_by(Client.created_at)
        .limit(MOST_LOOKED_AT)
    )
    rows = db.session.execute(wanted).all()
    kept = [row for row in rows if client_metadata.kind_of(row.registration) != "machine"]
    return kept[:MOST_NAMED]


def has_any() -> bool:
    """Tell whether there is any client at all."""
    return db.session.scalar(select(Client.id).limit(1)) is not None


def mostly_refused() -> Sequence[tuple[str, int]]:
    """Return the clients of whose latest visits a fifth or more was refused: how many per cent.

    Looked at are the newest traces of one day, so many that the answer stays quick.
    """
    latest = (
        select(Attempt.client_id, Attempt.outcome)
        .where(Attempt.at > now() - timedelta(days=1), Attempt.client_id != "")
        .order_by(Attempt.at.desc())
        .limit(MOST_VISITS)
        .subquery()
    )
    refused = func.sum(case((latest.c.outcome == "refused", 1), else_=0))
    rows = db.session.execute(
        select(latest.c.client_id, func.count().label("visits"), refused.label("refused"))
        .group_by(latest.c.client_id)
        .having(func.count() >= FEWEST_VISITS)
    ).all()
    shares = [(row.client_id, round(100 * row.refused / row.visits)) for row in rows]
    many = sorted((-share, client_id) for client_id, share in shares if share >= TOO_MANY)
    return [(client_id, -share) for share, client_id in many[:MOST_NAMED]]
