"""Which scopes exist, what each lets a client see, and how the consent page offers it.

The standard ones are fixed; those that administrators have made are read from the database, at most
two seconds old. Words of an application's own APIs need not be here at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask_babel import LazyString, get_locale, lazy_gettext
from sqlalchemy import select

from app.database import reading
from app.models import Client, CustomScope
from app.services.upkeep.languages import DEFAULT
from app.services.upkeep.memory import memory

Offer = Literal["required", "on", "off"]


@dataclass(frozen=True, slots=True)
class Words:
    """What people read, in each language that somebody has written it in."""

    by_language: Mapping[str, str]

    def __str__(self) -> str:
        """Return it in the language of the page."""
        locale = get_locale()
        return self.read_in(locale.language if locale else DEFAULT)

    def read_in(self, language: str) -> str:
        """Return it in a language, in English where nobody has translated it."""
        return self.by_language.get(language) or self.by_language[DEFAULT]


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope: its claims (OIDC Core §5.4) and the words people see."""

    name: str
    title: LazyString | Words
    claims: tuple[str, ...]
    offer: Offer = "on"
    #: Of claims that are not standard: the standard claim whose value each has.
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Custom:
    """The scopes that administrators have made: those that are on, and the names of the others."""

    on: Mapping[str, Scope]
    off: frozenset[str]
    sources: Mapping[str, str]


SCOPES = (
    Scope("openid", lazy_gettext("An ID for your account in this app"), ("sub",), "required"),
    Scope(
        "profile",
        lazy_gettext("Your name and profile"),
        (
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ),
    ),
    Scope("email", lazy_gettext("Your email address"), ("email", "email_verified")),
    Scope("address", lazy_gettext("Your postal address"), ("address",), "off"),
    Scope(
        "phone",
        lazy_gettext("Your phone number"),
        ("phone_number", "phone_number_verified"),
        "off",
    ),
    Scope("groups", lazy_gettext("The groups you belong to"), ("groups",), "off"),
    Scope("offline_access", lazy_gettext("Keep access when you're away"), ()),
)
BY_NAME = {scope.name: scope for scope in SCOPES}
CARRIERS = {claim: scope.name for scope in SCOPES for claim in scope.claims if claim != "sub"}
NAMES = tuple(BY_NAME)
#: Nobody can leave these out, whatever the client.
ALWAYS = frozenset(scope.name for scope in SCOPES if scope.offer == "required")
#: The standard claims, in the order of the scopes.
CLAIMS = tuple(claim for scope in SCOPES for claim in scope.claims)
_CUSTOM = select(
    CustomScope.name,
    CustomScope.titles,
    CustomScope.claims,
    CustomScope.starts_on,
    CustomScope.disabled_at,
).order_by(CustomScope.name)


def custom() -> Custom:
    """Return what administrators have made, as it stood two seconds ago at most."""
    return memory().recall("scopes", _load)


def _load() -> Custom:
    with reading() as connection:
        rows = connection.execute(_CUSTOM).all()
    on = {
        row.name: Scope(
            row.name,
            Words(row.titles),
            tuple(row.claims),
            "on" if row.starts_on else "off",
            row.claims,
        )
        for row in rows
        if row.disabled_at is None
    }
    off = frozenset(row.name for row in rows if row.disabled_at is not None)
    sources = {claim: source for scope in on.values() for claim, source in scope.sources.items()}
    return Custom(on, off, sources)


def find(name: str) -> Scope | None:
    """Return a scope, None when it is a word of somebody's own API, or turned off."""
    return BY_NAME.get(name) or custom().on.get(name)


def claims_of(name: str) -> tuple[str, ...]:
    """Return the claims that a scope gives."""
    scope = find(name)
    return scope.claims if scope else ()


def source_of(claim: str) -> str | None:
    """Return the standard claim whose value a claim has, None for one that nobody knows."""
    return claim if claim in CLAIMS else custom().sources.get(claim)


def carrier_of(claim: str) -> str | None:
    """Return the scope that a claim belongs to; `sub` and claims nobody knows belong to none."""
    if claim in CLAIMS:
        return CARRIERS.get(claim)
    found = (scope.name for scope in custom().on.values() if claim in scope.claims)
    return next(found, None)


def giving(source: str) -> dict[str, tuple[str, ...]]:
    """Return the scopes that give the value of a standard claim, each with the claims it is in."""
    found: dict[str, tuple[str, ...]] = {}
    if source in CARRIERS:
        found[CARRIERS[source]] = (source,)
    for scope in custom().on.values():
        under = tuple(claim for claim in scope.claims if source_of(claim) == source)
        if under:
            found[scope.name] = under
    return found


def without_off(names: Iterable[str]) -> list[str]:
    """Leave out the scopes that are turned off; only for names of no standard scope asked."""
    kept = list(names)
    if all(name in BY_NAME for name in kept):
        return kept
    off = custom().off
    return [name for name in kept if name not in off]


def split(scope: str | None) -> tuple[str, ...]:
    """Return the names in a scope parameter, each once, in the order given."""
    return tuple(dict.fromkeys((scope or "").split()))


def join(names: Iterable[str]) -> str:
    """Return a scope parameter; scopes of ours come first, in the order of the table."""
    wanted = set(names)
    ours = [name for name in NAMES if name in wanted]
    return " ".join([*ours, *sorted(wanted.difference(ours))])


def is_offered(name: str, client: Client) -> Offer:
    """Tell how the consent page of a client offers a scope; a client's own scopes start ticked."""
    if name in client.required_scopes:
        return "required"
    scope = find(name)
    return scope.offer if scope else "on"
