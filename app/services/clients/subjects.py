"""Who a client is told about: the public `sub`, or one of its own sector (OIDC Core §8).

A pairwise `sub` is an HMAC of the sector under a key of the user, which is random and leaves no
page and no token: two sectors cannot find out that they know the same person.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from app.models import Client
from app.security import secrets

TYPES = ("public", "pairwise")


def of(client: Client, person: Any) -> str:
    """Return the `sub` by which the client knows a person.

    `person` is a User, who is signed in, or a granted row.
    """
    if client.setting("subject_type") != "pairwise":
        return str(person.subject)
    return secrets.keyed_digest(person.pairwise_key, f"{_sector(client)} {person.subject}")


def _sector(client: Client) -> str:
    """Return the sector: a host (§8.1); the schema sees to it that there is one."""
    uris = client.setting("redirect_uris") or [""]
    return urlsplit(client.setting("sector_identifier_uri") or uris[0]).hostname or ""
