"""Email domains of other providers: whoever types an address of one signs in there.

Which domain is mapped is public: the sign-in page tells everybody. Whether there is an account
with an address of it decides nothing here (security.md LG01).
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.database import db
from app.errors import InvalidInput
from app.models import UpstreamDomain, UpstreamProvider
from app.services.people import accounts

DOMAINS, PROVIDERS = UpstreamDomain.__table__, UpstreamProvider.__table__
MOST = 100


def of_address(email: str) -> str:
    """Return the domain of an address as it is compared; empty when it is none."""
    return accounts.key_of(email).rpartition("@")[2] if "@" in email else ""


def read(text: str) -> tuple[str, ...]:
    """Return the domains in what somebody typed, as they are compared, each once.

    Raises:
        InvalidInput: one of them is no domain, or there are too many.
    """
    found = dict.fromkeys(_checked(word) for word in text.replace(",", " ").split())
    if len(found) > MOST:
        raise InvalidInput("domains", _("These are too many domains."))
    return tuple(found)


def _checked(word: str) -> str:
    name = word.removeprefix("@")
    domain = of_address(f"somebody@{name}")
    if "@" in name or not _can_have_addresses(domain):
        raise InvalidInput("domains", _("Write %(domain)s as example.org.", domain=word))
    return domain


def _can_have_addresses(domain: str) -> bool:
    try:
        accounts.check_address(f"somebody@{domain}")
    except InvalidInput:
        return False
    return True


def by_provider() -> dict[int, list[str]]:
    """Return the domains of every provider that has any, by its number."""
    found: dict[int, list[str]] = {}
    for row in db.session.execute(select(DOMAINS).order_by(DOMAINS.c.domain)):
        found.setdefault(row.provider_id, []).append(row.domain)
    return found


def of(row: UpstreamProvider) -> Sequence[str]:
    """Return the domains of a provider."""
    mine = select(DOMAINS.c.domain).where(DOMAINS.c.provider_id == row.id)
    return db.session.scalars(mine.order_by(DOMAINS.c.domain)).all()


def put(row: UpstreamProvider, domains: Sequence[str]) -> None:
    """Give a provider these domains, see `read`, in place of those it had.

    Raises:
        InvalidInput: another provider has one of them.
    """
    _check_free(row, domains)
    try:
        with db.session.begin_nested():
            db.session.execute(delete(DOMAINS).where(DOMAINS.c.provider_id == row.id))
            for domain in domains:
                values = {"domain": domain, "provider_id": row.id}
                db.session.execute(insert(DOMAINS).values(**values))
    except IntegrityError:  # another administrator was faster
        _check_free(row, domains)
        raise


def _check_free(row: UpstreamProvider, domains: Sequence[str]) -> None:
    wanted = (
        select(DOMAINS.c.domain, PROVIDERS.c.name)
        .join(PROVIDERS, PROVIDERS.c.id == DOMAINS.c.provider_id)
        .where(DOMAINS.c.domain.in_(domains), DOMAINS.c.provider_id != row.id)
        .order_by(DOMAINS.c.domain)
    )
    taken = db.session.execute(wanted).first()
    if taken is not None:
        fault = _(
            "%(domain)s belongs to %(provider)s. Take it away there first.",
            domain=taken.domain,
            provider=taken.name,
        )
        raise InvalidInput("domains", fault)
