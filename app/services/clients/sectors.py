"""Sectors: hosts that know a person by the same pairwise `sub` (OIDC Core §8.1).

Whoever names a sector has to be named by it: otherwise anybody could learn the `sub` by which
somebody else's applications know a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.errors import InvalidInput
from app.security.guarded_network import FetchFailed
from app.services.clients.client_schema import ClientMetadata
from app.services.upkeep import outgoing

FIELD = "sector_identifier_uri"
NOTHING: dict[str, Any] = {}


def check(metadata: ClientMetadata, *, before: Mapping[str, Any] = NOTHING) -> None:
    """Ask the sector whether it knows the redirect addresses, when either has changed.

    Call it before anything is written: the answer may take seconds.

    Raises:
        InvalidInput: it does not, or cannot be asked.
    """
    uri, addresses = metadata.sector_identifier_uri, metadata.redirect_uris
    known = before.get(FIELD) == uri and set(addresses) <= set(before.get("redirect_uris") or ())
    if not uri or known:
        return
    try:
        listed = json.loads(outgoing.get(uri, accept="application/json").body)
    except FetchFailed as failed:
        message = f"It could not be fetched ({failed.reason})."
        raise InvalidInput(FIELD, message) from None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise InvalidInput(FIELD, "There is no JSON array of addresses.")
    missing = [address for address in addresses if address not in listed]
    if missing:
        raise InvalidInput(FIELD, f"It does not list {missing[0]}.")
