"""Applications: the list, with its search."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.models import Client
from app.security import uris
from app.services.clients import client_metadata, client_rules, clients, overview
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import blueprint, own_clients


@blueprint.get("/applications", endpoint="clients")
@needs(Permission.READ_APPLICATIONS, narrows=True)
def list_clients() -> ResponseReturnValue:
    """Show one page of the applications that the search finds."""
    wanted, among = lists.term("q"), own_clients(Permission.READ_APPLICATIONS)
    found = lists.paged(
        lambda page: clients.search(wanted, among=among, page=page), clients.PAGE_SIZE
    )
    used = overview.last_sign_ins([client.id for client in found.rows])
    return render_template(
        "admin/clients.html",
        clients=[{**summary(client), "last_used_at": used.get(client.id)} for client in found.rows],
        q=wanted,
        page=found.page,
        pages=found.pages,
        total=found.total,
        deleted=lists.term("deleted"),
    )


def summary(client: Client) -> dict[str, Any]:
    """Return what every page of an application shows of it."""
    addresses = client.setting("redirect_uris") or []
    return {
        "client_id": client.client_id,
        "name": client.name,
        "kind": client_metadata.kind_of(client.registration),
        "host": uris.host_of(addresses[0]) if addresses else "",
        "redirect_uris": addresses,
        "scope": client.setting("scope") or "",
        "is_disabled": client.is_disabled,
        "has_secret": client_rules.has_secret(client.registration),
        "created_at": client.created_at,
    }
