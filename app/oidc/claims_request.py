"""The `claims` parameter: claims asked for one by one (OIDC Core §5.5).

A claim is released when the person allows what carries it: on the consent page stands the scope
that the claim belongs to, so nobody gives away what they were not shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.oidc.reasons import Refusal
from app.security.strict_json import BadJson, parse_object
from app.services.authorization.levels import ACR_VALUES
from app.services.clients import scopes
from app.services.people import claims

PLACES = ("userinfo", "id_token")


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What is asked for: names of claims we know, and whose sign-in it must be."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    #: The only `sub` that will do, None for anybody's.
    subject: str | None = None
    #: The `acr` values that are asked for, and whether nothing less will do (§5.5.1.1).
    acr: tuple[str, ...] = ()
    needs_acr: bool = False

    @property
    def carriers(self) -> frozenset[str]:
        """Return the scopes that the claims belong to."""
        found = (scopes.carrier_of(name) for name in (*self.userinfo, *self.id_token))
        return frozenset(name for name in found if name is not None)

    def released(self, allowed: Collection[str]) -> dict[str, list[str]] | None:
        """Return the names to release, by place, when these scopes are allowed; None for none."""
        kept = {
            place: [name for name in getattr(self, place) if scopes.carrier_of(name) in allowed]
            for place in PLACES
        }
        return kept if any(kept.values()) else None


NOTHING = ClaimsRequest()


def parse(sent: str, client_scopes: Collection[str]) -> ClaimsRequest:
    """Read the parameter; claims we do not know, or the client may not have, are left out (§5.5).

    Raises:
        Refusal: it is not what §5.5 describes, or asks for a sign-in we cannot offer.
    """
    if not sent:
        return NOTHING
    try:
        asked = parse_object(sent.encode())
    except BadJson:
        raise _malformed("no JSON object") from None
    places = {place: _members(asked.get(place), place) for place in PLACES}
    for place, members in places.items():
        for name, wish in members.items():
            if wish is not None and not isinstance(wish, dict):
                raise _malformed(f"{place}.{name}")
    acr, needs_acr = _acr(places["id_token"].get("acr") or {})
    names = {
        place: tuple(name for name in members if scopes.carrier_of(name) in client_scopes)
        for place, members in places.items()
    }
    return ClaimsRequest(**names, subject=_subject(places), acr=acr, needs_acr=needs_acr)


def _members(value: Any, place: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise _malformed(place)
    return value or {}


def _malformed(where: str) -> Refusal:
    return Refusal("claims_malformed", "claims", sent=where)


def _acr(wish: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """Return the `acr` values of a wish, and whether one of them is essential (§5.5.1.1).

    Raises:
        Refusal: it is, and no sign-in here has any of them; or nobody can say whether it is.
    """
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    values = values if isinstance(values, list) else [values]
    is_essential = wish.get("essential", False)
    if not isinstance(is_essential, bool):  # "false" would be taken for true
        raise _malformed("id_token.acr.essential")
    is_essential = is_essential and bool(values)
    if is_essential and not any(value in ACR_VALUES for value in values):
        raise Refusal("acr_unavailable", "acr", sent=values, expected=ACR_VALUES)
    return tuple(value for value in values if isinstance(value, str)), is_essential


def _subject(places: dict[str, dict[str, Any]]) -> str | None:
    """Return the `sub` that is demanded: tokens of anybody else must not be the answer (§3.1.2.2).

    Raises:
        Refusal: it is no text, or the two places demand different ones.
    """
    wishes = {place: members.get("sub") or {} for place, members in places.items()}
    demanded = {place: wish["value"] for place, wish in wishes.items() if "value" in wish}
    for place, value in demanded.items():
        if not isinstance(value, str):
            raise _malformed(f"{place}.sub")
    if len(set(demanded.values())) > 1:
        raise _malformed("two different sub")
    return next(iter(demanded.values()), None)


def about(user: Any, names: Collection[str]) -> dict[str, Any]:
    """Return the claims of a user that have these names; what is unset is left out."""
    found = {name: claims.value_of(user, name) for name in names if scopes.carrier_of(name)}
    return {name: value for name, value in found.items() if value not in (None, "")}
