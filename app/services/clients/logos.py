"""Logos of clients: fetched once, drawn anew, served by us.

A hot-linked picture would tell the application's host who is about to sign in, and when.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.clock import now
from app.database import at_once, db, end_reads, insert_or
from app.models import Client, ClientLogo
from app.security import pictures, secrets
from app.security.guarded_network import FetchFailed
from app.security.pictures import NoPicture
from app.services.upkeep import outgoing

LOGOS = ClientLogo.__table__
ACCEPT = "image/png, image/jpeg, image/webp, image/gif"
LARGEST = 512 * 1024
#: What could not be fetched is tried again after this.
BETWEEN_TRIES = timedelta(minutes=10)


def version(client: Client) -> str | None:
    """Return what changes with the logo, for its address; None when there is none to show."""
    uri = client.setting("logo_uri")
    if not uri:
        return None
    kept = _kept(client)
    failed = kept is not None and kept.uri == uri and kept.fault
    return None if failed else secrets.digest(uri)[:8]


def picture(client: Client) -> bytes | None:
    """Return the logo as a PNG, fetched if it never was; None when there is none to show.

    No transaction may be open. Of any number of processes, one fetches.
    """
    uri = client.setting("logo_uri")
    if not uri:
        return None
    kept = _kept(client)
    if kept is not None and kept.uri == uri and kept.content is not None:
        return bytes(kept.content)
    end_reads()
    return _fetched(client, uri) if _takes_turn(client, uri) else None


def _kept(client: Client) -> Any:
    return db.session.execute(select(LOGOS).where(LOGOS.c.client_pk == client.id)).one_or_none()


def _takes_turn(client: Client, uri: str) -> bool:
    moment = now()
    row = {"client_pk": client.id, "uri": uri, "tried_at": moment, "fault": ""}
    taken = (
        insert_or(LOGOS)
        .values(row)
        .on_conflict_do_update(
            index_elements=[LOGOS.c.client_pk],
            set_={"uri": uri, "tried_at": moment, "content": None, "fault": ""},
            where=(LOGOS.c.uri != uri) | (LOGOS.c.tried_at <= moment - BETWEEN_TRIES),
        )
        .returning(LOGOS.c.client_pk)
    )
    with at_once() as connection:
        return connection.execute(taken).first() is not None


def _fetched(client: Client, uri: str) -> bytes | None:
    drawn, fault = None, ""
    try:
        drawn = pictures.redraw(outgoing.get(uri, accept=ACCEPT, longest=LARGEST).body)
    except FetchFailed as failed:
        fault = failed.reason
    except NoPicture:
        fault = "no_picture"
    with at_once() as connection:
        mine = (LOGOS.c.client_pk == client.id) & (LOGOS.c.uri == uri)
        connection.execute(update(LOGOS).where(mine).values(content=drawn, fault=fault))
    return drawn
