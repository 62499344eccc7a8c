"""Origins of the pages of applications: whose scripts may read what endpoints answer (CORS)."""

from __future__ import annotations

from sqlalchemy import select

from app.database import db
from app.models import Client
from app.security import uris
from app.services.upkeep.memory import memory

KEY = "origins"
NONE: frozenset[str] = frozenset()


def allows(origin: str) -> bool:
    """Tell whether a page of this origin belongs to an application of ours.

    The answer to `OPTIONS` comes before any client is known, so it is asked of all of them.
    """
    return origin in memory().recall(KEY, _registered)


def allowed_lately(origin: str) -> bool:
    """Tell the same as this process knew it last, when the database cannot be asked."""
    return origin in memory().last(KEY, NONE)


def _registered() -> frozenset[str]:
    wanted = select(Client.registration).where(Client.disabled_at.is_(None))
    addresses = (
        uri
        for registration in db.session.scalars(wanted)
        for uri in registration.get("redirect_uris", ())
    )
    return frozenset(uris.origin_of(uri) for uri in addresses if uri.startswith("http"))
