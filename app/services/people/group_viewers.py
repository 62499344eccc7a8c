"""Which applications see who is in a group, and of how many members."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.database import db
from app.models import Group, Membership
from app.services.authorization import scope_consents
from app.services.clients import clients, scopes

MEMBERSHIPS = Membership.__table__
#: The standard claim; scopes of one's own may give its value under other names.
SOURCE = "groups"


@dataclass(frozen=True, slots=True)
class Viewer:
    """An application that may ask for the groups of a person."""

    client_id: str
    name: str
    is_disabled: bool
    #: An administrator vouches for it: it asks nobody, and every member counts.
    is_trusted: bool
    #: With which scopes, and in which claims.
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    #: How many members of the group let it see them.
    members: int


def of(group: Group) -> list[Viewer]:
    """Return the applications that may ask for the groups of a member, by name."""
    giving = scopes.giving(SOURCE)
    members = select(MEMBERSHIPS.c.user_id).where(MEMBERSHIPS.c.group_id == group.id)
    counts = scope_consents.by_client(giving, among=members)
    total = db.session.scalar(select(func.count()).select_from(members.subquery())) or 0
    found = []
    for client in clients.every():
        names = tuple(name for name in scopes.split(client.setting("scope")) if name in giving)
        if not names:
            continue
        is_trusted = bool(client.setting("trusted"))
        found.append(
            Viewer(
                client_id=client.client_id,
                name=client.name,
                is_disabled=client.is_disabled,
                is_trusted=is_trusted,
                scopes=names,
                claims=tuple(dict.fromkeys(claim for name in names for claim in giving[name])),
                members=total if is_trusted else counts.get(client.id, 0),
            )
        )
    return found
