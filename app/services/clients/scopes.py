"""Which scopes exist, what each lets a client see, and how the consent page offers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flask_babel import LazyString, lazy_gettext

Offer = Literal["required", "on", "off"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope: its claims (OIDC Core §5.4) and the words people see."""

    name: str
    title: LazyString
    claims: tuple[str, ...]
    offer: Offer = "on"


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
NAMES = tuple(BY_NAME)


def split(scope: str | None) -> tuple[str, ...]:
    """Return the names in a scope parameter, each once, in the order given."""
    return tuple(dict.fromkeys((scope or "").split()))


def join(names: Iterable[str]) -> str:
    """Return a scope parameter; scopes of ours come first, in the order of the table."""
    wanted = set(names)
    ours = [name for name in NAMES if name in wanted]
    return " ".join([*ours, *sorted(wanted.difference(ours))])


def is_offered(name: str) -> Offer:
    """Tell how the consent page offers a scope; a client's own scopes start ticked."""
    scope = BY_NAME.get(name)
    return scope.offer if scope else "on"
