"""Who people are at other providers: find the owner, link, make an account, take away.

A user is found by issuer and subject alone. Changes are recorded and mailed to the owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db
from app.errors import Conflict, NotFound
from app.models import UpstreamIdentity, UpstreamProvider, User
from app.services.people import accounts, notices
from app.services.people.pending_identities import Told
from app.services.people.person_names import NewPerson
from app.services.people.upstream_rules import Facts
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

IDENTITIES, PROVIDERS = UpstreamIdentity.__table__, UpstreamProvider.__table__


class IdentityTaken(Conflict):
    """The identity belongs to an account: another request, or another person, was faster."""

    public = "That account is linked already."


def owner(provider_id: int, told: Told) -> User | None:
    """Return whose identity it is, None when it is nobody's."""
    wanted = select(User).join(IDENTITIES, User.id == IDENTITIES.c.user_id)
    return db.session.scalar(wanted.where(_is(provider_id, told)))


def facts(provider: UpstreamProvider, told: Told, *, asking: int | None) -> Facts:
    """Return what the rules have to know; `asking` is the user whose session wants to link."""
    found = owner(provider.id, told)
    taken = bool(told.email) and accounts.is_taken(told.email or "")
    return Facts(
        owner=found.id if found else None,
        owner_is_disabled=found is not None and found.is_disabled,
        asking=asking,
        may_sign_up=provider.may_sign_up,
        email_is_proven=told.email_is_proven,
        address_is_taken=taken,
    )


def used(provider_id: int, told: Told) -> None:
    """Note that somebody signs in with an identity, and the address it has by now."""
    db.session.execute(
        update(IDENTITIES)
        .where(_is(provider_id, told))
        .values(used_at=now(), email=told.email or IDENTITIES.c.email)
    )


def link(user: User, provider: UpstreamProvider, told: Told, *, address: str = "") -> None:
    """Give an identity to a user who has proved both sides; the owner is told.

    Raises:
        IdentityTaken: it is somebody's.
    """
    _insert(user.id, provider.id, told)
    _record(Event.UPSTREAM_LINKED, user, provider, address)
    sentence = _("From now on %(provider)s can sign in to your account.", provider=provider.name)
    notices.tell(user, _("A way to sign in was added"), sentence)


def sign_up(provider: UpstreamProvider, told: Told, *, person: NewPerson) -> User:
    """Make an account without a password for an identity whose address is proved.

    Raises:
        AddressTaken, IdentityTaken: somebody was faster.
    """
    user = accounts.create_signed_up(told.email or "", password_hash="", person=person)
    _insert(user.id, provider.id, told)
    _record(Event.UPSTREAM_LINKED, user, provider, "")
    return user


def for_sign_up(provider_id: int, told: Told) -> dict[str, Any]:
    """Return an identity as a sign-up keeps it until the mailed code comes back."""
    return {
        "provider_id": provider_id,
        "issuer": told.issuer,
        "subject": told.subject,
        "email": told.email,
    }


def attach(user: User, kept: Mapping[str, Any]) -> None:
    """Give the identity that a sign-up kept to the account it has made.

    Raises:
        IdentityTaken: it is somebody's by now.
        NotFound: the provider may let nobody new in any more.
    """
    provider = db.session.get(UpstreamProvider, kept["provider_id"], populate_existing=True)
    if provider is None or not (provider.is_enabled and provider.may_sign_up):
        raise NotFound
    _insert(user.id, provider.id, Told(kept["issuer"], kept["subject"], kept["email"]))
    _record(Event.UPSTREAM_LINKED, user, provider, "")


def of_user(user_id: int) -> Sequence[tuple[UpstreamIdentity, UpstreamProvider]]:
    """Return who a user is elsewhere, the oldest first."""
    wanted = (
        select(UpstreamIdentity, UpstreamProvider)
        .join(UpstreamProvider, UpstreamProvider.id == IDENTITIES.c.provider_id)
        .where(IDENTITIES.c.user_id == user_id)
        .order_by(IDENTITIES.c.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted)]


def get(user_id: int, identity_id: int) -> tuple[UpstreamIdentity, UpstreamProvider]:
    """Return an identity of a user, and the provider.

    Raises:
        NotFound: it is none of the user's.
    """
    found = next((row for row in of_user(user_id) if row[0].id == identity_id), None)
    if found is None:
        raise NotFound
    return found


def remove(user: User, identity_id: int, *, by: int | None = None, address: str = "") -> None:
    """Take an identity from its owner, who is told; whether a way in is left is for ways_in.

    `by` is the administrator who does it, None for the owner.

    Raises:
        NotFound: it is none of the user's.
    """
    mine = (IDENTITIES.c.id == identity_id) & (IDENTITIES.c.user_id == user.id)
    gone = db.session.execute(delete(IDENTITIES).where(mine).returning(IDENTITIES.c.provider_id))
    provider_id = gone.scalar_one_or_none()
    if provider_id is None:
        raise NotFound
    provider = db.session.get_one(UpstreamProvider, provider_id)
    _record(Event.UPSTREAM_REMOVED, user, provider, address, by=by)
    sentence = _("%(provider)s no longer signs in to your account.", provider=provider.name)
    if by is not None:
        sentence = _(
            "An administrator has removed %(provider)s: it no longer signs in to your account. "
            "You are signed out everywhere.",
            provider=provider.name,
        )
    notices.tell(user, _("A way to sign in was removed"), sentence, asked=by is None)


def remove_since(user: User, moment: datetime, *, address: str = "") -> None:
    """Take away the identities linked after a moment; the owner is told of each."""
    for identity, _provider in of_user(user.id):
        if identity.created_at > moment:
            remove(user, identity.id, address=address)


def has_any(user_id: int, *, but: int | None = None) -> bool:
    """Tell whether a user can sign in with a provider that is turned on, by another one than `but`.

    `but` is the identifier of an identity.
    """
    linked = exists().where(
        IDENTITIES.c.user_id == user_id,
        IDENTITIES.c.id != (but or 0),
        IDENTITIES.c.provider_id == PROVIDERS.c.id,
        PROVIDERS.c.is_enabled,
    )
    return bool(db.session.scalar(select(linked)))


def _is(provider_id: int, told: Told) -> Any:
    return (
        (IDENTITIES.c.provider_id == provider_id)
        & (IDENTITIES.c.issuer == told.issuer)
        & (IDENTITIES.c.subject == told.subject)
    )


def _insert(user_id: int, provider_id: int, told: Told) -> None:
    row = {
        "provider_id": provider_id,
        "issuer": told.issuer,
        "subject": told.subject,
        "user_id": user_id,
        "email": told.email,
        "created_at": now(),
    }
    try:
        with db.session.begin_nested():
            db.session.execute(insert(IDENTITIES), row)
    except IntegrityError:
        raise IdentityTaken from None


def _record(
    event: Event, user: User, provider: UpstreamProvider, address: str, *, by: int | None = None
) -> None:
    audit.record(
        event,
        actor_id=user.id if by is None else by,
        user_id=user.id,
        address=address,
        upstream=provider.slug,
    )
