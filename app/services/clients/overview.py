"""What pages of the administration show beside a row, asked for all rows of a page at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from app.database import db
from app.models import Client, Family, User


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
