"""Scopes in words: what each would let an application see of this very person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app.models import Client, User
from app.services.clients import scopes
from app.services.people import claims
from app.settings import settings

#: Profile claims that a value alone does not explain; the name comes first and needs no word.
WORDS = {
    "given_name": lazy_gettext("Given name: %(value)s"),
    "family_name": lazy_gettext("Family name: %(value)s"),
    "middle_name": lazy_gettext("Middle name: %(value)s"),
    "nickname": lazy_gettext("Nickname: %(value)s"),
    "preferred_username": lazy_gettext("Short name: %(value)s"),
    "profile": lazy_gettext("Profile page: %(value)s"),
    "picture": lazy_gettext("Picture: %(value)s"),
    "website": lazy_gettext("Website: %(value)s"),
    "gender": lazy_gettext("Gender: %(value)s"),
    "birthdate": lazy_gettext("Date of birth: %(value)s"),
    "zoneinfo": lazy_gettext("Time zone: %(value)s"),
    "locale": lazy_gettext("Language: %(value)s"),
}
ADDRESS_LINES = ("street_address", "postal_code", "locality", "region", "country")


def row(name: str, user: User, client: Client) -> dict[str, Any]:
    """Return what the consent page of an application shows of a scope, for this person."""
    scope = scopes.find(name)
    values = VALUES[name](user) if name in VALUES else _custom(scope, user)
    return {
        "name": name,
        "title": str(scope.title) if scope else name,
        "values": values,
        "missing": _missing(name) if _has_values(scope) and not values else "",
        "detail": _while_away() if name == "offline_access" else "",
        "required": scopes.is_offered(name, client) == "required",
        "needed": name in client.required_scopes,
    }


def _has_values(scope: scopes.Scope | None) -> bool:
    return scope is not None and (scope.name in VALUES or bool(scope.sources))


def _custom(scope: scopes.Scope | None, user: User) -> list[str]:
    """Return what a scope of the administrators' own gives, under the names applications see."""
    if scope is None or not scope.sources:
        return []
    found = {claim: claims.value_of(user, claim) for claim in scope.claims}
    return [f"{claim}: {_plain(value)}" for claim, value in found.items() if value]


def _plain(value: Any) -> str:
    """Return a claim's value on one line."""
    if isinstance(value, dict):
        return ", ".join(" ".join(str(part).split()) for part in value.values())
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def title(name: str) -> str:
    """Return the words for a scope in a list."""
    scope = scopes.find(name)
    return str(scope.title) if scope else name


def _profile(user: User) -> list[str]:
    found = [user.name] if user.name else []
    for claim, words in WORDS.items():
        value = claims.value_of(user, claim)
        if value:
            found.append(str(words) % {"value": value})
    return found


def _email(user: User) -> list[str]:
    if user.email_verified:
        return [_("%(email)s, confirmed", email=user.email)]
    return [_("%(email)s, not confirmed", email=user.email)]


def _phone(user: User) -> list[str]:
    return [user.phone_number] if user.phone_number else []


def _address(user: User) -> list[str]:
    kept = claims.value_of(user, "address") or {}
    if kept.get("formatted"):
        return [", ".join(kept["formatted"].split("\n"))]
    lines = [kept[line] for line in ADDRESS_LINES if kept.get(line)]
    return [", ".join(lines)] if lines else []


def _groups(user: User) -> list[str]:
    return claims.value_of(user, "groups") or []


def _missing(name: str) -> str:
    if name not in VALUES:
        return str(_("There is nothing to share yet."))
    return str(_("You are in none.") if name == "groups" else _("You haven't added one."))


def _while_away() -> str:
    words = ngettext(
        "Until you remove it, or %(num)d day unused.",
        "Until you remove it, or %(num)d days unused.",
        max(settings.refresh_idle.days, 1),
    )
    return str(words)


VALUES: dict[str, Callable[[User], list[str]]] = {
    "profile": _profile,
    "email": _email,
    "phone": _phone,
    "address": _address,
    "groups": _groups,
}
