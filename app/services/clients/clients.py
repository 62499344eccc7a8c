"""Clients: register, find, change, turn off, and their secrets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy import update as update_rows
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from app.clock import now
from app.database import db, rows_changed
from app.errors import Conflict, InvalidInput, NotFound, Refused
from app.models import Client, ClientSecret, Consent
from app.security import secrets
from app.services.clients import origins, uses
from app.services.clients.client_metadata import validate
from app.services.clients.client_rules import has_secret, needs_secret
from app.services.clients.client_schema import ClientMetadata
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.memory import memory
from app.settings import settings

CLIENTS = Client.__table__
MOST_SECRETS = 2
PAGE_SIZE = 25
LONGEST_ID = 64
WITH_SECRETS = selectinload(Client.secrets)


def register(
    metadata: ClientMetadata, *, by: int | None = None, registration_token: str | None = None
) -> tuple[Client, str | None]:
    """Register a client; return it with its secret, which is not kept and never shown again.

    The secret is None for clients that need none. `registration_token` is that of a client
    that registers itself.
    """
    client = Client(
        client_id=secrets.new_id(),
        name=metadata.client_name,
        registration=metadata.model_dump(mode="json"),
        created_by_id=by,
        self_registered=registration_token is not None,
        registration_digest=secrets.digest(registration_token) if registration_token else None,
    )
    db.session.add(client)
    db.session.flush()
    secret = _new_secret(client) if has_secret(client.registration) else None
    audit.record(Event.CLIENT_REGISTERED, actor_id=by, client_id=client.client_id)
    memory().clear()
    return client, secret


def find(client_id: str) -> Client | None:
    """Return the client as it stood two seconds ago at most, detached; None when unknown.

    Every request of every client passes here: a database read for each would double the cost of
    the cheapest answers.
    """
    # Made-up identifiers must not fill the memory: only what could be one is remembered.
    if len(client_id) > LONGEST_ID or not client_id.isascii() or not client_id.isprintable():
        return None
    return memory().recall(("client", client_id), lambda: _load(client_id))


def _load(client_id: str) -> Client | None:
    wanted = select(Client).where(Client.client_id == client_id).options(WITH_SECRETS)
    client = db.session.scalar(wanted)
    if client is not None:
        for row in (*client.secrets, client):
            db.session.expunge(row)
    return client


def get(client_id: str) -> Client:
    """Return the row of a client, to be changed.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Client).where(Client.client_id == client_id).options(WITH_SECRETS)
    client: Client | None = db.session.scalar(wanted)
    if client is None:
        raise NotFound("There is no application with this client ID.")
    return client


def every() -> Sequence[Client]:
    """Return all clients by name."""
    return db.session.scalars(select(Client).order_by(func.lower(Client.name), Client.id)).all()


def search(
    text: str = "", *, among: Collection[str] | None = None, page: int = 1
) -> tuple[Sequence[Client], int]:
    """Return one page of clients, or of those `among` them, that the text finds; and how many."""
    wanted = select(Client)
    if among is not None:
        wanted = wanted.where(Client.client_id.in_(among))
    if text:
        wanted = wanted.where(
            Client.name.icontains(text, autoescape=True)
            | Client.client_id.contains(text, autoescape=True)
        )
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(func.lower(Client.name), Client.id)
    rows = db.session.scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total


def update(
    client: Client, members: dict[str, Any], *, version: int | None = None, by: int | None = None
) -> ClientMetadata:
    """Change members of a client's registration; those not named stay as they are.

    Raises:
        InvalidInput: a member may not be so, or is not one.
        Conflict: `version` is not the current one: somebody else has changed it meanwhile.
    """
    if version is not None and version != client.version:
        raise Conflict
    metadata, before = proposed(client, members), client.registration
    client.registration = metadata.model_dump(mode="json")
    client.name = metadata.client_name
    if not has_secret(client.registration):
        client.secrets.clear()
    if not needs_secret(client.registration):
        for kept in client.secrets:
            kept.sealed = None
    _flush()
    uses.allow(client, before)
    audit.record(
        Event.CLIENT_CHANGED, actor_id=by, client_id=client.client_id, members=sorted(members)
    )
    _forget(client)
    return metadata


def proposed(client: Client, members: dict[str, Any]) -> ClientMetadata:
    """Return what a client's registration would be with these members changed.

    Raises:
        InvalidInput: a member may not be so, or is not one.
    """
    unknown = sorted(set(members) - set(ClientMetadata.model_fields))
    if unknown:
        raise InvalidInput(unknown[0], f"There is no client setting called {unknown[0][:60]}.")
    return validate({**client.registration, **members})


def _flush() -> None:
    try:
        db.session.flush()
    except StaleDataError:
        raise Conflict from None


def add_secret(client: Client, *, by: int | None = None) -> str:
    """Make one more secret, so that the old one can be replaced without a gap; return it.

    Raises:
        NotFound: the client is gone meanwhile.
        Refused: the client cannot keep one, or has two already.
    """
    _take_turn(client)
    if not has_secret(client.registration):
        raise Refused("This application needs no secret.")
    if len([kept for kept in client.secrets if kept.is_alive]) >= MOST_SECRETS:
        raise Refused("There are two secrets already. Revoke one of them first.")
    secret = _new_secret(client)
    audit.record(Event.SECRET_ADDED, actor_id=by, client_id=client.client_id, ending=secret[-4:])
    _forget(client)
    return secret


def has_usable_secret(client: Client) -> bool:
    """Tell whether the client has the secret that its registration calls for, if any."""
    if not has_secret(client.registration):
        return True
    readable = needs_secret(client.registration)
    return any(kept.is_alive and (kept.sealed or not readable) for kept in client.secrets)


def renew_secret(client: Client) -> str:
    """Make a secret that takes the place of all others, which cannot be used any more; return it.

    Raises:
        NotFound: the client is gone meanwhile.
    """
    _take_turn(client)
    client.secrets.clear()
    secret = _new_secret(client)
    audit.record(Event.SECRET_ADDED, client_id=client.client_id, ending=secret[-4:])
    _forget(client)
    return secret


def _take_turn(client: Client) -> None:
    """Let others who change the client wait until this transaction ends, and read it anew.

    Secrets are counted before one is added or revoked; two who count at once would both be right.
    """
    rise = update_rows(CLIENTS).where(CLIENTS.c.id == client.id)
    risen = rows_changed(rise.values(version=CLIENTS.c.version + 1))
    if not risen:
        raise NotFound("There is no application with this client ID.")
    db.session.refresh(client)


def _new_secret(client: Client) -> str:
    secret = secrets.new_token("cs")
    digest, sealed = secrets.digest(secret), None
    if needs_secret(client.registration):
        sealed = secrets.encrypt(settings.encryption_keys[0], secret, context=digest)
    client.secrets.append(ClientSecret(digest=digest, ending=secret[-4:], sealed=sealed))
    db.session.flush()
    return secret


def revoke_secret(client: Client, secret_id: int, *, by: int | None = None) -> None:
    """Delete one secret; it stops working at once here and within two seconds elsewhere.

    Raises:
        NotFound: the client has no such secret.
        Refused: it is the only one.
    """
    _take_turn(client)
    found = next((kept for kept in client.secrets if kept.id == secret_id), None)
    if found is None:
        raise NotFound("This secret is gone already.")
    if len(client.secrets) == 1:
        raise Refused("This is the only secret. Add a second one before you revoke it.")
    client.secrets.remove(found)
    db.session.flush()
    audit.record(Event.SECRET_REVOKED, actor_id=by, client_id=client.client_id, ending=found.ending)
    _forget(client)


def turn_off(client: Client, *, by: int | None = None) -> None:
    """Refuse every request of the client from now on; its tokens are dead at our endpoints."""
    client.disabled_at = client.disabled_at or now()
    _flush()
    audit.record(Event.CLIENT_TURNED_OFF, actor_id=by, client_id=client.client_id)
    _forget(client)


def turn_on(client: Client, *, by: int | None = None) -> None:
    """Let the client work again."""
    client.disabled_at = None
    _flush()
    audit.record(Event.CLIENT_TURNED_ON, actor_id=by, client_id=client.client_id)
    _forget(client)


def delete(client: Client, *, by: int | None = None) -> None:
    """Remove the client with everything issued to it."""
    audit.record(Event.CLIENT_DELETED, actor_id=by, client_id=client.client_id, name=client.name)
    db.session.delete(client)
    _flush()
    _forget(client)


def people(client: Client) -> int:
    """Return how many people allow the client to use their account."""
    theirs = (Consent.client_pk == client.id, Consent.in_force())
    return db.session.scalar(select(func.count()).select_from(Consent).where(*theirs)) or 0


def _forget(client: Client) -> None:
    for key in (("client", client.client_id), origins.KEY):
        memory().forget(key)


def lifetime_of(client: Client, default: timedelta) -> timedelta:
    """Return how long the client's access tokens live."""
    seconds = client.setting("access_token_lifetime")
    return timedelta(seconds=seconds) if seconds else default
