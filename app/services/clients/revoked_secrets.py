"""Secrets that were revoked: the rows are gone, the record of the act remembers their ends."""

from __future__ import annotations

from sqlalchemy import select

from app.database import db
from app.models import AuditEvent
from app.services.upkeep.audit import Event

#: The latest of a client; nobody looks for an older one.
MOST = 50


def has(client_id: str, *, ending: str) -> bool:
    """Tell whether a secret of the client with this end was revoked; asked after a refusal."""
    latest = (
        select(AuditEvent.details)
        .where(
            AuditEvent.event == Event.SECRET_REVOKED.value,
            AuditEvent.client_id == client_id,
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    )
    return any(details.get("ending") == ending for details in db.session.scalars(latest))
