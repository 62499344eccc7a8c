"""When each registered address was last used: to the day, and written once a day at most."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from app.clock import now
from app.database import db, insert_or
from app.models import AddressUse, Client
from app.security import secrets, uris
from app.services.upkeep.memory import memory

USES = AddressUse.__table__
REDIRECT, LOGOUT = "redirect_uris", "post_logout_redirect_uris"


def note(client: Client, presented: str, *, member: str = REDIRECT) -> None:
    """Note that an address was used today; part of the transaction of what it was used for.

    A worker that has noted it today asks nobody: no request pays for this but the first of a day.
    """
    today = now().date()
    address = uris.matching(presented, client.setting(member) or (), native=client.is_native)
    # SQLite gives the number of a row that is gone to the next one, an identifier never.
    key = (client.client_id, _digest(member, address or presented))
    if memory().noted.get(key) == today:
        return
    row = insert_or(USES).values(client_pk=client.id, digest=key[1], used_on=today)
    later = row.on_conflict_do_update(
        index_elements=["client_pk", "digest"],
        set_={"used_on": row.excluded.used_on},
        where=USES.c.used_on < row.excluded.used_on,
    )
    db.session.execute(later)
    memory().note(key, today)


def last(
    client: Client, addresses: Collection[str], *, member: str = REDIRECT
) -> dict[str, date | None]:
    """Return the last day each of these addresses was used, None for those that never were."""
    known = {_digest(member, address): address for address in addresses}
    wanted = select(USES.c.digest, USES.c.used_on).where(
        USES.c.client_pk == client.id, USES.c.digest.in_(known)
    )
    found = {known[digest]: used_on for digest, used_on in db.session.execute(wanted).all()}
    return {address: found.get(address) for address in addresses}


def _digest(member: str, address: str) -> str:
    return secrets.digest(f"{member} {address}")
