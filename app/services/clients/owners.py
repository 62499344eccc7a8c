"""Owners: users who see and edit one application without being administrators."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, func, select

from app.database import db, insert_or, rows_changed
from app.errors import InvalidInput, NotFound, Refused
from app.models import Client, ClientOwner, User
from app.services.clients.client_schema import POLICY, ClientMetadata
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

#: The one policy that owners may soften: people can then leave out more.
REQUIRED = "required_scopes"
OWNERS, CLIENTS = ClientOwner.__table__, Client.__table__


class LastOwner(Refused):
    """Nobody but administrators would look after the application any more."""

    public = "You are its only owner. An administrator has to name another one first."


def owns(user_id: int, client_id: str) -> bool:
    """Tell whether an application is somebody's."""
    wanted = exists().where(
        OWNERS.c.user_id == user_id,
        OWNERS.c.client_pk == CLIENTS.c.id,
        CLIENTS.c.client_id == client_id,
    )
    return bool(db.session.scalar(select(wanted)))


def client_ids(user_id: int) -> frozenset[str]:
    """Return the identifiers of the applications of somebody."""
    belongs = and_(OWNERS.c.client_pk == CLIENTS.c.id, OWNERS.c.user_id == user_id)
    wanted = select(CLIENTS.c.client_id).join_from(CLIENTS, OWNERS, belongs)
    return frozenset(db.session.scalars(wanted))


def of_client(client: Client) -> Sequence[User]:
    """Return the owners of an application, by name."""
    belongs = and_(OWNERS.c.user_id == User.id, OWNERS.c.client_pk == client.id)
    wanted = select(User).join(ClientOwner, belongs)
    by_name = wanted.order_by(func.lower(func.coalesce(User.name, User.email)), User.id)
    return db.session.scalars(by_name).all()


def of_user(user_id: int) -> Sequence[Client]:
    """Return the applications of somebody, by name."""
    belongs = and_(OWNERS.c.client_pk == CLIENTS.c.id, OWNERS.c.user_id == user_id)
    wanted = select(Client).join(ClientOwner, belongs)
    return db.session.scalars(wanted.order_by(func.lower(Client.name), Client.id)).all()


def add(client: Client, user: User, *, by: int | None = None, address: str = "") -> None:
    """Make somebody an owner; who is one stays it."""
    row = insert_or(OWNERS).values(client_pk=client.id, user_id=user.id)
    added = rows_changed(row.on_conflict_do_nothing())
    if added:
        _record(Event.OWNER_ADDED, client, user.id, by=by, address=address)


def remove(client: Client, user_id: int, *, by: int | None = None, address: str = "") -> None:
    """Take an application away from somebody, the last owner included.

    Raises:
        NotFound: it is not theirs.
    """
    gone = rows_changed(delete(OWNERS).where(_is(client, user_id)))
    if not gone:
        raise NotFound("There is no such owner.")
    _record(Event.OWNER_REMOVED, client, user_id, by=by, address=address)


def leave(client: Client, user_id: int, *, address: str = "") -> None:
    """Let an owner step down; of two who do it at once, one stays.

    Raises:
        NotFound: it is not theirs.
        LastOwner: nobody else would look after it.
    """
    # PostgreSQL: whoever comes second waits here, and counts what the first has left.
    every = select(OWNERS.c.user_id).where(OWNERS.c.client_pk == client.id)
    db.session.execute(every.order_by(OWNERS.c.user_id).with_for_update())
    remove(client, user_id, by=user_id, address=address)
    if db.session.scalar(every.limit(1)) is None:
        raise LastOwner


def check_change(client: Client, wanted: ClientMetadata) -> None:
    """Look whether an owner may change the registration so.

    Policy protects the people who sign in from the application itself: its owner could let it read
    their data without asking them, or ask for more of it (security.md AD03).

    Raises:
        InvalidInput: only an administrator may.
    """
    proposed = wanted.model_dump(mode="json")
    for name in sorted(POLICY - {REQUIRED}):
        default = ClientMetadata.model_fields[name].get_default(call_default_factory=True)
        if proposed[name] != client.registration.get(name, default):
            raise InvalidInput(name, "Only an administrator can change this.")
    if set(proposed["scope"].split()) - client.scopes:
        raise InvalidInput("scope", "Only an administrator can let it ask for more.")
    if set(proposed[REQUIRED]) - client.required_scopes:
        raise InvalidInput(REQUIRED, "Only an administrator can make people share more.")


def _is(client: Client, user_id: int) -> ColumnElement[bool]:
    return and_(OWNERS.c.client_pk == client.id, OWNERS.c.user_id == user_id)


def _record(event: Event, client: Client, user_id: int, *, by: int | None, address: str) -> None:
    audit.record(event, actor_id=by, user_id=user_id, client_id=client.client_id, address=address)
