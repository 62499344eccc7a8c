"""Other providers that people may sign in with: set up, change, turn off, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.database import db
from app.errors import InvalidInput, NotFound
from app.models import UpstreamIdentity, UpstreamProvider
from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.services.people import upstream_domains, upstream_wishes
from app.services.people.upstream_wishes import CLAIMS, Wanted
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.memory import memory
from app.settings import settings

KINDS = ("google", "microsoft", "generic")
#: Where people of each kind come from; a generic one is named by whoever sets it up.
ISSUERS = {
    "google": "https://accounts.google.com",
    "microsoft": "https://login.microsoftonline.com/common/v2.0",
}
SLUG = re.compile(r"[a-z0-9-]{1,40}")
MOST_SLUGS = 50
REMEMBERED = "upstreams"


class NoSuchUpstream(NotFound):
    """There is no such provider, or it is turned off."""

    public = "There is no such provider."


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page needs for a button."""

    slug: str
    name: str
    kind: str
    #: Email domains whose people sign in with it.
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upstream:
    """A provider as the protocol sees it."""

    id: int
    slug: str
    name: str
    kind: str
    issuer: str
    client_id: str
    scopes: str
    claims: Mapping[str, str]
    #: Whether its word may prove an address (see people.upstream_rules).
    trusts_email: bool
    #: None: there is none, or it cannot be opened any more.
    secret: str | None = field(default=None, repr=False)

    @property
    def redirect_uri(self) -> str:
        """Return the address answers come to: one a provider, against mix-up (RFC 9700 §4.4)."""
        return redirect_uri(self.slug)


def redirect_uri(slug: str) -> str:
    """Return the address to register with the provider."""
    return f"{settings.issuer}/login/upstream/{slug}/callback"


def offers() -> Sequence[Offer]:
    """Return the providers that sign-in pages offer, in their order; stale for two seconds."""
    return memory().recall(REMEMBERED, _offers)


def _offers() -> list[Offer]:
    domains = upstream_domains.by_provider()
    return [
        Offer(row.slug, row.name, row.kind, tuple(domains.get(row.id, ())))
        for row in listed()
        if row.is_enabled
    ]


def listed() -> Sequence[UpstreamProvider]:
    """Return every provider, in the order in which pages show them."""
    order = (UpstreamProvider.position, UpstreamProvider.id)
    return db.session.scalars(select(UpstreamProvider).order_by(*order)).all()


def get(slug: str) -> UpstreamProvider:
    """Return a provider.

    Raises:
        NoSuchUpstream: there is none.
    """
    wanted = select(UpstreamProvider).where(UpstreamProvider.slug == slug)
    found = db.session.scalar(wanted) if SLUG.fullmatch(slug) else None
    if found is None:
        raise NoSuchUpstream
    return found


def find_enabled(slug: str) -> UpstreamProvider:
    """Return a provider that people may sign in with.

    Raises:
        NoSuchUpstream: there is none, or it is turned off.
    """
    found = get(slug)
    if not found.is_enabled:
        raise NoSuchUpstream
    return found


def people(row: UpstreamProvider) -> int:
    """Return how many accounts are linked to it."""
    linked = select(func.count(func.distinct(UpstreamIdentity.user_id)))
    return db.session.scalar(linked.where(UpstreamIdentity.provider_id == row.id)) or 0


def opened(row: UpstreamProvider) -> Upstream:
    """Return a provider as plain values, with its secret."""
    return Upstream(
        id=row.id,
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        issuer=row.issuer,
        client_id=row.client_id,
        scopes=row.scopes,
        claims={**CLAIMS, **row.claims},
        trusts_email=row.trusts_email,
        secret=_secret(row),
    )


def _secret(row: UpstreamProvider) -> str | None:
    if not row.sealed_secret:
        return None
    try:
        return secrets.decrypt(settings.encryption_keys, row.sealed_secret, context=_context(row))
    except CannotDecrypt:  # the key outside the database was replaced: this one is lost
        return None


def _context(row: UpstreamProvider) -> str:
    """Name row and issuer: with another issuer the secret does not open (security.md AD05)."""
    return f"upstream {row.id} {row.issuer}"


def create(kind: str, wanted: Wanted, *, by: int | None) -> UpstreamProvider:
    """Set up a provider.

    Raises:
        InvalidInput: a value may not be used.
    """
    upstream_wishes.check(wanted)
    row = UpstreamProvider(kind=kind, claims={}, is_enabled=True)
    _fill(row, wanted)
    for number in range(1, MOST_SLUGS):
        row.slug = slug_of(kind, wanted.name, number)
        try:
            with db.session.begin_nested():
                db.session.add(row)
                db.session.flush()
            break
        except IntegrityError:
            continue
    else:
        raise InvalidInput("name", _("Too many providers have this name. Choose another."))
    _seal(row, wanted.secret)
    upstream_domains.put(row, wanted.domains)
    _note(Event.UPSTREAM_ADDED, row, by)
    return row


def change(row: UpstreamProvider, wanted: Wanted, *, by: int | None) -> None:
    """Change a provider; another issuer makes us forget the secret (security.md AD05).

    Raises:
        InvalidInput: a value may not be used.
    """
    upstream_wishes.check(wanted)
    if wanted.issuer != row.issuer:
        row.sealed_secret = None
    _fill(row, wanted)
    db.session.flush()
    _seal(row, wanted.secret)
    upstream_domains.put(row, wanted.domains)
    _note(Event.UPSTREAM_CHANGED, row, by)


def turn_off(row: UpstreamProvider, *, by: int | None) -> None:
    """Let nobody sign in with it any more; what is linked stays linked."""
    row.is_enabled = False
    _note(Event.UPSTREAM_TURNED_OFF, row, by)


def turn_on(row: UpstreamProvider, *, by: int | None) -> None:
    """Let people sign in with it again."""
    row.is_enabled = True
    _note(Event.UPSTREAM_TURNED_ON, row, by)


def delete(row: UpstreamProvider, *, by: int | None) -> None:
    """Forget a provider and who is linked to it."""
    _note(Event.UPSTREAM_DELETED, row, by)
    db.session.delete(row)
    db.session.flush()


def _fill(row: UpstreamProvider, wanted: Wanted) -> None:
    row.name, row.issuer, row.client_id = wanted.name, wanted.issuer, wanted.client_id
    row.scopes, row.position = wanted.scopes, wanted.position
    row.claims = dict(wanted.claims)
    row.may_sign_up, row.trusts_email = wanted.may_sign_up, wanted.trusts_email


def _seal(row: UpstreamProvider, secret: str) -> None:
    if secret:
        key = settings.encryption_keys[0]
        row.sealed_secret = secrets.encrypt(key, secret, context=_context(row))
        db.session.flush()


def _note(event: Event, row: UpstreamProvider, by: int | None) -> None:
    memory().forget(REMEMBERED)
    db.session.flush()
    audit.record(event, actor_id=by, upstream=row.slug)


def slug_of(kind: str, name: str = "", number: int = 1) -> str:
    """Return the name in addresses: of the kind, or made of the provider's own name."""
    words = kind if kind in ISSUERS else name
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:30].strip("-") or "provider"
    # `new` is the page that sets one up.
    return plain if number == 1 and plain != "new" else f"{plain}-{number}"
