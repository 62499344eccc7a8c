"""The applications that may use an account, as its owner sees them.

Those an administrator trusts have no consent; they are on the list when they have been used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.database import db
from app.models import Client, Consent
from app.services.authorization import consents, families
from app.services.clients import clients, scopes


@dataclass(frozen=True, slots=True)
class AllowedClient:
    """An application and what it may see; `used_at` is None when that is no longer known."""

    client: Client
    scopes: tuple[str, ...]
    #: What was left out, and can be allowed after all.
    left_out: tuple[str, ...]
    since: datetime
    used_at: datetime | None
    #: When it has to ask again, None when it need not.
    until: datetime | None
    #: An administrator vouches for it: it asks for nothing, and nothing can be taken from it.
    is_managed: bool


def of_user(user_id: int) -> list[AllowedClient]:
    """Return the applications of a user by name; three queries for any number of them."""
    times = families.times(user_id)
    allowed = consents.of_user(user_id)
    found = [_allowed(consent, client, times.get(client.id)) for consent, client in allowed]
    others = times.keys() - {client.id for _, client in allowed}
    found += [_trusted(client, times[client.id]) for client in _trusted_among(others)]
    return sorted(found, key=lambda one: one.client.name.casefold())


def find(user_id: int, client_id: str) -> AllowedClient | None:
    """Return one of them, None when the user has no such application."""
    client = clients.find(client_id)
    if client is None:
        return None
    times = families.times(user_id).get(client.id)
    consent = consents.find(user_id, client.id)
    if consent is not None:
        return _allowed(consent, client, times)
    return _trusted(client, times) if times and client.setting("trusted") else None


def _allowed(
    consent: Consent, client: Client, times: tuple[datetime, datetime] | None
) -> AllowedClient:
    is_managed = bool(client.setting("trusted"))
    return AllowedClient(
        client,
        scopes.split(consent.scope),
        () if is_managed else tuple(sorted(consents.left_out(consent, client))),
        consent.given_at,
        times[1] if times else None,
        None if is_managed else consent.ends_at,
        is_managed=is_managed,
    )


def _trusted(client: Client, times: tuple[datetime, datetime]) -> AllowedClient:
    granted = scopes.split(client.setting("scope"))
    return AllowedClient(client, granted, (), *times, None, is_managed=True)


def _trusted_among(pks: Iterable[int]) -> list[Client]:
    wanted = select(Client).where(Client.id.in_(sorted(pks)))
    return [client for client in db.session.scalars(wanted) if client.setting("trusted")]
