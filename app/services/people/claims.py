"""What we say about a user for a set of scopes (OIDC Core §5.1 and §5.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from app.models import User
from app.services.clients import scopes as catalogue
from app.services.people import groups


def _groups(user: Any) -> list[str] | None:
    """Return the names of the user's groups; asked of the database only when a scope wants them."""
    user_id = user.id if isinstance(user, User) else user.user_id
    return [group.name for group in groups.of_user(user_id)] or None


#: Claims whose value is not simply the column of the same name.
SPECIAL: dict[str, Callable[[Any], Any]] = {
    "sub": lambda user: user.subject,
    "email_verified": lambda user: user.email_verified if user.email else None,
    "phone_number_verified": lambda user: user.phone_number_verified if user.phone_number else None,
    "updated_at": lambda user: _seconds(user.updated_at),
    "address": lambda user: _filled(user.address),
    "groups": _groups,
}
CLAIMS = catalogue.CLAIMS
BY_SCOPE = {scope.name: scope.claims for scope in catalogue.SCOPES}


def about(user: Any, scopes: Iterable[str]) -> dict[str, Any]:
    """Return the claims of a user for the scopes; what is unset is left out, never empty.

    `user` is a User or a row that carries its columns.
    """
    claims: dict[str, Any] = {"sub": user.subject}
    for scope in scopes:
        for claim in BY_SCOPE.get(scope) or catalogue.claims_of(scope):
            value = value_of(user, claim)
            if value is not None and value != "":
                claims[claim] = value
    return claims


def value_of(user: Any, claim: str) -> Any:
    """Return one claim of a user, None when it is unset, or none that we know."""
    source = catalogue.source_of(claim)
    if source is None:
        return None
    special = SPECIAL.get(source)
    return special(user) if special else getattr(user, source)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _filled(address: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the address without empty members, None when nothing is left (OIDC Core §5.1.1)."""
    kept = {name: value for name, value in (address or {}).items() if value}
    return kept or None
