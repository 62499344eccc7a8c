"""Adding a redirect address that an attempt has brought: by an administrator, checked, recorded."""

from __future__ import annotations

from typing import Any

from app.models import Client
from app.security import uris
from app.services.clients import captures, clients
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


def members_with(client: Client, address: str) -> dict[str, Any]:
    """Return the change of the registration that adds the address."""
    registered = list(client.setting("redirect_uris") or ())
    return {"redirect_uris": [*registered, address] if address not in registered else registered}


def add(client: Client, address: str, *, reference: str, by: int) -> None:
    """Register the address, under the same rules as any other; nothing changes if it is there.

    Raises:
        InvalidInput: it may not be registered.
        Conflict: somebody else has changed the client meanwhile.
    """
    if address in (client.setting("redirect_uris") or ()):
        return
    clients.update(client, members_with(client, address), by=by)
    audit.record(
        Event.REDIRECT_ADDED,
        actor_id=by,
        client_id=client.client_id,
        reference=reference,
        uri=address,
    )
    caught = captures.find(client)
    if caught is not None and caught.address == address:
        captures.stop(client)


def is_of_new_host(client: Client, address: str) -> bool:
    """Tell whether no registered address has this host: then it may be anybody's."""
    known = {uris.host_of(uri) for uri in client.setting("redirect_uris") or ()}
    return not uris.is_loopback(address) and uris.host_of(address) not in known
