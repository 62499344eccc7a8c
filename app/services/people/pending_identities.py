"""Identities that were proved in a browser and belong to nobody yet.

Kept by the server and bound to the browser, ten minutes at most: whoever links one has proved
both sides in one browser. What a form answers is named by the form: another tab may have put
another identity in its place since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import NotFound
from app.models import PendingIdentity, UpstreamProvider
from app.security import secrets

PENDING = PendingIdentity.__table__
LIFETIME = timedelta(minutes=10)
LONGEST_NAME = 200


class PendingGone(NotFound):
    """It timed out, was answered, or another one took its place."""

    public = "That took too long. Start again."


@dataclass(frozen=True, slots=True)
class Told:
    """Who somebody is at another provider, as it has just said and we have checked.

    `email_is_proven` is true only when the provider's word is trusted with it.
    """

    issuer: str
    subject: str
    email: str | None = None
    email_is_proven: bool = False
    name: str | None = None


def keep(provider_id: int, told: Told, *, browser: str, session_id: int | None = None) -> None:
    """Keep an identity for the person in this browser, in place of an earlier one."""
    values = {
        "id": secrets.new_id(),
        "provider_id": provider_id,
        "issuer": told.issuer,
        "subject": told.subject,
        "email": told.email,
        "email_is_proven": told.email_is_proven,
        "name": told.name and told.name[:LONGEST_NAME],
        "session_id": session_id,
        "expires_at": now() + LIFETIME,
    }
    db.session.execute(insert_or_update(PENDING, {"browser": secrets.digest(browser)}, values))


def find(browser: str) -> tuple[PendingIdentity, UpstreamProvider] | None:
    """Return what waits in this browser, with its provider; None when nothing does any more."""
    wanted = (
        select(PendingIdentity, UpstreamProvider)
        .join(UpstreamProvider, UpstreamProvider.id == PENDING.c.provider_id)
        .where(
            PENDING.c.browser == secrets.digest(browser),
            PENDING.c.expires_at > now(),
            UpstreamProvider.is_enabled,
        )
    )
    found = db.session.execute(wanted).one_or_none()
    return (found[0], found[1]) if found else None


def spend(which: str, *, browser: str) -> None:
    """Use an identity up, before anything is made of it; one of any number comes out of here.

    Raises:
        PendingGone: it is not the one that waits in this browser.
    """
    if not which.isprintable():  # PostgreSQL keeps no NUL
        raise PendingGone
    used = rows_changed(
        delete(PENDING).where(
            PENDING.c.id == which,
            PENDING.c.browser == secrets.digest(browser),
            PENDING.c.expires_at > now(),
        )
    )
    if not used:
        raise PendingGone


def told(row: PendingIdentity) -> Told:
    """Return what was told, as plain values."""
    return Told(row.issuer, row.subject, row.email, row.email_is_proven, row.name)
