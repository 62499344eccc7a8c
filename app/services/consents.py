"""Consents: what a user allowed a client; ask, remember, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from app.clock import now
from app.database import db, insert_or
from app.models import Client, Consent, Family
from app.services import audit, scopes
from app.services.audit import Event

FAMILIES, CONSENTS = Family.__table__, Consent.__table__


def find(user_id: int, client_pk: int) -> Consent | None:
    """Return what the user has allowed the client so far."""
    return db.session.scalar(
        select(Consent).where(Consent.user_id == user_id, Consent.client_pk == client_pk)
    )


def remember(
    user_id: int,
    client: Client,
    *,
    asked: Iterable[str],
    allowed: Iterable[str],
    reference: str = "",
) -> Consent:
    """Keep the answer of the consent page; scopes not asked about stay as they were."""
    consent = _to_be_changed(user_id, client.id)
    wanted, given = set(asked), set(allowed)
    consent.scope = scopes.join((set(consent.scope.split()) - wanted) | given)
    consent.declined = scopes.join((set(consent.declined.split()) - wanted) | (wanted - given))
    consent.changed_at = now()
    db.session.flush()
    audit.record(
        Event.CONSENT_GIVEN,
        actor_id=user_id,
        user_id=user_id,
        client_id=client.client_id,
        reference=reference,
        scope=scopes.join(given),
    )
    return consent


def _to_be_changed(user_id: int, client_pk: int) -> Consent:
    """Return the row, made when it is missing; who wants it too waits for this transaction.

    Two tabs may ask for the first consent at once: the insert comes before any look.
    """
    key = {"user_id": user_id, "client_pk": client_pk}
    locked = (
        insert_or(CONSENTS)
        .values(**key, scope="", declined="")
        .on_conflict_do_update(index_elements=list(key), set_={"changed_at": now()})
    )
    db.session.execute(locked)
    wanted = select(Consent).filter_by(**key).execution_options(populate_existing=True)
    return db.session.scalars(wanted).one()


def of_user(user_id: int) -> Sequence[tuple[Consent, Client]]:
    """Return the consents of a user, each with its client."""
    wanted = (
        select(Consent, Client)
        .join(Client, Client.id == Consent.client_pk)
        .where(Consent.user_id == user_id)
        .order_by(Client.name)
    )
    return [(consent, client) for consent, client in db.session.execute(wanted).all()]


def withdraw(user_id: int, client: Client) -> None:
    """Forget what the user allowed the client and revoke everything that came from it."""
    consent = find(user_id, client.id)
    if consent is not None:
        db.session.delete(consent)
    db.session.execute(
        update(FAMILIES)
        .where(
            FAMILIES.c.user_id == user_id,
            FAMILIES.c.client_pk == client.id,
            FAMILIES.c.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
    audit.record(
        Event.CONSENT_WITHDRAWN, actor_id=user_id, user_id=user_id, client_id=client.client_id
    )
