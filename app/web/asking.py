"""What the consent page says, for whoever shows it: to the person, or to an administrator ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.clock import now
from app.models import Client, Consent, User
from app.security import uris
from app.services.authorization import consents
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes
from app.settings import settings
from app.web import logos, permissions

NEW_FOR_DAYS = 30


def is_more(names: Iterable[str], person: SignedIn, row: Client, known: Consent | None) -> bool:
    """Tell whether the person has allowed something before, and something is new or needed now."""
    if known is None or known.is_over:
        return False
    return not consents.settled(person, row).issuperset(names)


def rows(
    names: Iterable[str], user: User, person: SignedIn, row: Client, *, is_more: bool
) -> list[dict[str, Any]]:
    """Return a row for each scope: what is new comes first, what is allowed already is folded."""
    settled = consents.settled(person, row)
    found = [
        {
            **permissions.row(name, user, row),
            "checked": _starts_ticked(name, person, row),
            "is_new": is_more and name not in settled,
            "already": is_more and name in person.allowed,
        }
        for name in names
    ]
    return sorted(found, key=lambda each: not each["is_new"])


def _starts_ticked(name: str, person: SignedIn, row: Client) -> bool:
    if name in person.allowed:
        return True
    if name in person.declined:
        return False
    if settings.scopes_start != "usual":
        return settings.scopes_start == "on"
    return scopes.is_offered(name, row) == "on"


def client(
    row: Client, redirect_uri: str, known: Consent | None, names: Iterable[str]
) -> dict[str, Any]:
    """Return what the page says about the application; the host is the registered one."""
    age = (now() - row.created_at).days
    return {
        "name": row.name,
        "logo": logos.address(row),
        "host": uris.host_of(redirect_uri) if redirect_uri else "",
        "is_local": uris.is_loopback(redirect_uri) or not redirect_uri.startswith("https:"),
        "policy_uri": row.setting("policy_uri") or "",
        "tos_uri": row.setting("tos_uri") or "",
        "is_first_time": known is None,
        "ended_at": known.ends_at if known and known.is_over else None,
        "ends_at": consents.end_of(row, known, names),
        "added_days_ago": age if age < NEW_FOR_DAYS else None,
        "is_checked": not row.self_registered,
    }
