"""What a person is called: the whole name, and its parts where a new account asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.settings import settings


@dataclass(frozen=True, slots=True)
class PersonName:
    """The claims `name`, `given_name` and `family_name` (OIDC Core §5.1); None is never sent.

    The whole is never taken apart: nobody can tell where "Ana María de la Cruz" divides.
    """

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None

    @classmethod
    def of(
        cls, name: str | None, given_name: str | None = "", family_name: str | None = ""
    ) -> Self:
        """Return what was typed as it is kept; the whole is made of the parts where it is empty."""
        given, family = one_line(given_name or ""), one_line(family_name or "")
        whole = one_line(name or "") or " ".join(filter(None, (given, family)))
        return cls(whole or None, given or None, family or None)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody says of themselves who makes an account."""

    name: PersonName = PersonName()
    #: The version of the terms that they agree to; empty: they were not asked.
    terms_version: str = ""


def one_line(name: str) -> str:
    """Return a name as it is kept: one line, without signs that turn or hide others."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


def parts_are_required() -> bool:
    """Tell whether a new account needs a first and a last name."""
    return settings.sign_up_names == "required"
