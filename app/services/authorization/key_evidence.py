"""What is known about a key before it changes hands: who has fetched it, what it has signed.

Nothing here decides anything. An application is recognised by the addresses from which it asks for
tokens; one that fetches the keys from another machine is not recognised.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.clock import now
from app.database import db
from app.models import (
    Client,
    ClientAddress,
    Family,
    KeyFetch,
    RefreshToken,
    SignedTokens,
    SigningKey,
)
from app.services.authorization.keys import dies_at

#: An application that has not asked for a token for this long is not waited for.
IN_USE = timedelta(days=30)
#: The key set of a worker may be this old: who fetches a moment after a key is made may miss it.
COPIES_ARE_OLD = timedelta(seconds=5)
MOST_CLIENTS = 200
SIGNED = SignedTokens.__table__


@dataclass(frozen=True, slots=True)
class Witness:
    """A client that keeps a secret, and its last fetch of the key set that is known."""

    client_id: str
    name: str
    #: What its ID tokens are signed with; None when it is given none.
    alg: str | None
    called_at: datetime
    fetched_at: datetime | None
    address: str
    agent: str

    def has_fetched(self, key: SigningKey) -> bool:
        """Tell whether it has fetched the key set while the key was in it."""
        return self.fetched_at is not None and self.fetched_at >= key.created_at + COPIES_ARE_OLD


@dataclass(frozen=True, slots=True)
class Signed:
    """How many living tokens of one client a key has signed, and when the last of them expires."""

    client_id: str
    name: str
    count: int
    expires_at: datetime


def witnesses() -> list[Witness]:
    """Return the clients in use that prove themselves, the last to ask for a token first."""
    wanted = (
        select(
            Client.client_id,
            Client.name,
            Client.registration,
            ClientAddress.address,
            ClientAddress.seen_at,
            KeyFetch.fetched_at,
            KeyFetch.agent,
        )
        .join(ClientAddress, ClientAddress.client_id == Client.client_id)
        .outerjoin(KeyFetch, KeyFetch.address == ClientAddress.address)
        .where(ClientAddress.seen_at > now() - IN_USE, Client.disabled_at.is_(None))
        .order_by(ClientAddress.seen_at.desc())
        .limit(MOST_CLIENTS * 10)
    )
    found: dict[str, Witness] = {}
    for row in db.session.execute(wanted):
        met = found.get(row.client_id)
        one = Witness(
            client_id=row.client_id,
            name=row.name,
            alg=_alg_of(row.registration),
            called_at=met.called_at if met else row.seen_at,
            fetched_at=row.fetched_at,
            address=row.address,
            agent=row.agent or "",
        )
        if met is None or _is_later(one.fetched_at, met.fetched_at):
            found[row.client_id] = one
    return list(found.values())[:MOST_CLIENTS]


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _alg_of(registration: dict[str, object]) -> str | None:
    """Return what a client's ID tokens are signed with, None for one nobody signs in to."""
    if not registration.get("redirect_uris"):
        return None
    alg = registration.get("id_token_signed_response_alg")
    return str(alg) if alg else None


def strangers(key: SigningKey) -> int:
    """Return how many addresses that belong to no known client have fetched the key."""
    known = select(ClientAddress.address)
    wanted = select(func.count()).where(
        KeyFetch.fetched_at >= key.created_at + COPIES_ARE_OLD, KeyFetch.address.not_in(known)
    )
    return db.session.scalar(wanted) or 0


def living(kids: Collection[str]) -> dict[str, int]:
    """Return how many tokens each of these keys has signed that have not expired."""
    wanted = (
        select(SIGNED.c.kid, func.sum(SIGNED.c.count))
        .where(SIGNED.c.kid.in_(kids), SIGNED.c.expires_at > now())
        .group_by(SIGNED.c.kid)
    )
    return {kid: int(count) for kid, count in db.session.execute(wanted)}


def by_client(kid: str) -> list[Signed]:
    """Return whose living tokens a key has signed, the client with the most first."""
    count = func.sum(SIGNED.c.count).label("tokens")
    wanted = (
        select(SIGNED.c.client_id, Client.name, count, func.max(SIGNED.c.expires_at).label("last"))
        .outerjoin(Client, Client.client_id == SIGNED.c.client_id)
        .where(SIGNED.c.kid == kid, SIGNED.c.expires_at > now())
        .group_by(SIGNED.c.client_id, Client.name)
        .order_by(count.desc(), SIGNED.c.client_id)
    )
    return [
        Signed(row.client_id, row.name or row.client_id, int(row.tokens), row.last)
        for row in db.session.execute(wanted)
    ]


def people(key: SigningKey) -> int:
    """Return of how many people the living tokens are that a key may have signed: at most so many.

    A JWT leaves no row of its own. Counted is who has got or renewed tokens, not taken back since,
    while the key signed and within the longest life of a token, from a client that it signed for.
    """
    clients = select(SIGNED.c.client_id).where(SIGNED.c.kid == key.kid, SIGNED.c.expires_at > now())
    moment = now()
    longest_life = dies_at(moment) - moment
    since, until = max(key.current_at or moment, moment - longest_life), key.retired_at or moment
    living = (
        select(Family.user_id)
        .join(Client, Client.id == Family.client_pk)
        .where(Client.client_id.in_(clients), Family.revoked_at.is_(None))
    )
    issued = living.where(Family.created_at.between(since, until))
    renewed = living.join(RefreshToken, RefreshToken.family_id == Family.id).where(
        RefreshToken.issued_at.between(since, until)
    )
    counted = select(func.count()).select_from(issued.union(renewed).subquery())
    return db.session.scalar(counted) or 0


def by_expiry(kid: str) -> Sequence[tuple[datetime, int]]:
    """Return how many living tokens of a key expire within each five minutes, the next first."""
    wanted = (
        select(SIGNED.c.expires_at, func.sum(SIGNED.c.count))
        .where(SIGNED.c.kid == kid, SIGNED.c.expires_at > now())
        .group_by(SIGNED.c.expires_at)
        .order_by(SIGNED.c.expires_at)
    )
    return [(moment, int(count)) for moment, count in db.session.execute(wanted)]
