"""Consents: what a user allowed a client; ask, remember, change, withdraw, restore.

A consent may have an end, which its client's setting says when it is given. From then on it counts
for nothing, and nothing that came from it lives on: codes.issue hands the end down to the family.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select, update

from app.clock import now
from app.database import db, insert_or, rows_changed
from app.errors import NotFound, Refused
from app.models import Client, Consent
from app.services.authorization import families
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

CONSENTS = Consent.__table__


@dataclass(frozen=True, slots=True)
class Changed:
    """Which scopes the user has taken back from a client, and which they allow it from now on."""

    off: frozenset[str]
    on: frozenset[str]


class Needed(Refused):
    """What was to be taken back goes with the client: all of it or nothing."""

    public = "The app needs this. Remove its access instead."


def settled(person: SignedIn, client: Client) -> frozenset[str]:
    """Return the scopes that the person need not be asked about again.

    What they left out is one of them until the client cannot do without it.
    """
    return person.allowed | (person.declined - client.required_scopes)


def find(user_id: int, client_pk: int) -> Consent | None:
    """Return what the user allows the client now."""
    found = last(user_id, client_pk)
    return None if found is None or found.is_over else found


def last(user_id: int, client_pk: int) -> Consent | None:
    """Return what the user has allowed the client, also when it has come to its end."""
    return db.session.scalar(
        select(Consent).where(
            Consent.user_id == user_id,
            Consent.client_pk == client_pk,
            Consent.removed_at.is_(None),
        )
    )


def end_of(client: Client, known: Consent | None, asked: Iterable[str]) -> datetime | None:
    """Return when an answer to these scopes will end, None when it has no end.

    Whoever is asked about a part alone has not prolonged the rest, which they did not look at.
    """
    days = client.setting("consent_days")
    end = now() + timedelta(days=days) if days and not client.setting("trusted") else None
    if known is None or known.is_over or set(known.scope.split()).issubset(asked):
        return end
    return min((each for each in (end, known.ends_at) if each), default=None)


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
    _answer(consent, client, asked=asked, allowed=allowed, reference=reference)
    return consent


def _answer(
    consent: Consent,
    client: Client,
    *,
    asked: Iterable[str],
    allowed: Iterable[str],
    reference: str = "",
) -> None:
    if consent.is_over:  # what nobody is asked about must not come back with the rest
        consent.scope = consent.declined = ""
    wanted, given = set(asked), set(allowed)
    consent.ends_at = end_of(client, consent, wanted)
    consent.scope = scopes.join((set(consent.scope.split()) - wanted) | given)
    consent.declined = scopes.join((set(consent.declined.split()) - wanted) | (wanted - given))
    consent.changed_at = now()
    if consent.removed_at is not None:
        consent.given_at = now()
        consent.removed_at = consent.removed_scope = consent.removed_declined = None
    db.session.flush()
    audit.record(
        Event.CONSENT_GIVEN,
        actor_id=consent.user_id,
        user_id=consent.user_id,
        client_id=client.client_id,
        reference=reference,
        scope=scopes.join(given),
    )


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
        .where(Consent.user_id == user_id, Consent.in_force())
        .order_by(Client.name)
    )
    return [(consent, client) for consent, client in db.session.execute(wanted).all()]


def left_out(consent: Consent, client: Client) -> frozenset[str]:
    """Return what the user has left out, and the client may still ask for.

    Nobody asks about it again: a refusal that its owner cannot find is remembered silently
    (ux.md 2.8).
    """
    return frozenset(consent.declined.split()) & client.scopes


def change(user_id: int, client: Client, *, ticked: Iterable[str]) -> Changed:
    """Take back what is not ticked, from the consent and from what was issued; allow what is.

    Scopes that nobody can leave out stay. What the user was never asked about is not allowed by
    this, and no token is widened by it: the client gets it when it next asks.

    Raises:
        NotFound: the user has allowed the client nothing.
        Needed: the client cannot do without one of them; nothing is changed.
    """
    if find(user_id, client.id) is None:
        raise NotFound("This app has no access.")
    consent = _to_be_changed(user_id, client.id)
    kept = set(ticked)
    off = frozenset(set(consent.scope.split()) - kept - scopes.ALWAYS)
    if off & client.required_scopes:
        raise Needed
    changed = Changed(off, left_out(consent, client) & kept)
    if changed.on:
        _answer(consent, client, asked=changed.on, allowed=changed.on)
    if changed.off:
        _narrow(consent, client, changed.off)
    return changed


def _narrow(consent: Consent, client: Client, off: frozenset[str]) -> None:
    consent.scope = scopes.join(set(consent.scope.split()) - off)
    consent.declined = scopes.join({*consent.declined.split(), *off})
    consent.changed_at = now()
    db.session.flush()
    families.narrow(consent.user_id, client.id, without=off)
    audit.record(
        Event.CONSENT_NARROWED,
        actor_id=consent.user_id,
        user_id=consent.user_id,
        client_id=client.client_id,
        scope=scopes.join(off),
    )


def withdraw(user_id: int, client: Client) -> None:
    """Take back what the user allowed the client and revoke everything that came from it.

    For a while it can be restored: then the client need not ask again, but must sign in again.
    """
    mine = and_(CONSENTS.c.user_id == user_id, CONSENTS.c.client_pk == client.id)
    db.session.execute(
        update(CONSENTS)
        .where(mine, CONSENTS.c.removed_at.is_(None))
        .values(
            removed_at=now(),
            removed_scope=CONSENTS.c.scope,
            removed_declined=CONSENTS.c.declined,
            scope="",
            declined="",
        )
    )
    families.revoke_all(user_id, client.id)
    audit.record(
        Event.CONSENT_WITHDRAWN, actor_id=user_id, user_id=user_id, client_id=client.client_id
    )


def restore(user_id: int, client: Client) -> bool:
    """Allow again what was withdrawn a short while ago; tell whether there was still time.

    One UPDATE decides. What was revoked stays dead: whoever copied a token gets nothing back.
    """
    mine = and_(CONSENTS.c.user_id == user_id, CONSENTS.c.client_pk == client.id)
    restored = rows_changed(
        update(CONSENTS)
        .where(mine, CONSENTS.c.removed_at > now() - Consent.UNDO)
        .values(
            scope=CONSENTS.c.removed_scope,
            declined=CONSENTS.c.removed_declined,
            changed_at=now(),
            removed_at=None,
            removed_scope=None,
            removed_declined=None,
        )
    )
    if not restored:
        return False
    audit.record(
        Event.CONSENT_RESTORED, actor_id=user_id, user_id=user_id, client_id=client.client_id
    )
    return True


def restorable(user_id: int) -> Sequence[Client]:
    """Return the clients whose consent can still be restored, the last withdrawn first."""
    wanted = (
        select(Client)
        .join(Consent, Consent.client_pk == Client.id)
        .where(Consent.user_id == user_id, Consent.removed_at > now() - Consent.UNDO)
        .order_by(Consent.removed_at.desc())
    )
    return db.session.scalars(wanted).all()
