"""A window of ten minutes in which the next unknown redirect address of a client is written down.

It is never accepted by itself: an administrator looks at it and adds it, or does not. Whoever
knows the client's ID could send an address of their own while the window is open.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.models import AddressCapture, Client
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

CAPTURES = AddressCapture.__table__
WINDOW = timedelta(minutes=10)
#: How long what was caught stands on the page.
KEPT = timedelta(days=1)


def start(client: Client, *, by: int) -> datetime:
    """Open the window anew; return when it closes."""
    until = now() + WINDOW
    fresh = {"expires_at": until, "started_by_id": by}
    fresh |= dict.fromkeys(("reference", "address", "caught_at"))
    db.session.execute(insert_or_update(CAPTURES, {"client_pk": client.id}, fresh))
    audit.record(Event.CAPTURE_STARTED, actor_id=by, client_id=client.client_id)
    return until


def stop(client: Client) -> None:
    """Close the window and forget what it caught."""
    db.session.execute(delete(CAPTURES).where(CAPTURES.c.client_pk == client.id))


def catch(client: Client, address: str, *, reference: str) -> bool:
    """Write down an unknown address if a window waits for one; of several, the first one stays."""
    moment = now()
    waiting = update(CAPTURES).where(
        CAPTURES.c.client_pk == client.id,
        CAPTURES.c.expires_at > moment,
        CAPTURES.c.reference.is_(None),
    )
    caught = {"reference": reference, "address": address, "caught_at": moment}
    return bool(rows_changed(waiting.values(**caught)))


def find(client: Client) -> AddressCapture | None:
    """Return the window of a client while it is open, or has caught something lately."""
    row: AddressCapture | None = db.session.get(AddressCapture, client.id)
    if row is None:
        return None
    ends_at = row.expires_at + (KEPT if row.address else timedelta(0))
    return row if ends_at > now() else None
