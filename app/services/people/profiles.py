"""Profiles: the standard claims of a user (OIDC Core §5.1), checked before they are kept.

What is wrong here would be wrong in every application: a strict client refuses the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from app.clock import now
from app.database import db
from app.errors import InvalidInput
from app.models import User
from app.services.people import profile_pictures
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

Format = tuple[Callable[[str], object], str]
TEXTS = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "gender",
    "zoneinfo",
    "locale",
    "phone_number",
)
LINKS = ("profile", "picture", "website")
ADDRESS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
#: YYYY-MM-DD, a year alone, or no year (OIDC Core §5.1).
BIRTHDATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?\Z")
#: A language, perhaps a script and a region (BCP 47).
LOCALE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|\d{3}))?\Z")
LONGEST_ADDRESS_LINE = 500
_IS_LINK: Format = (
    lambda text: text.startswith(("https://", "http://")),
    "Write the whole address, starting with https://.",
)
#: What the text of a claim must look like, and the advice when it does not.
FORMATS: dict[str, Format] = {
    "birthdate": (BIRTHDATE.match, "Write the date as YYYY-MM-DD, or the year alone."),
    "locale": (LOCALE.match, "Write a language tag, such as en-GB or fr."),
    "zoneinfo": (
        lambda text: text in available_timezones(),
        "Choose one of the list, such as Europe/Paris.",
    ),
    **dict.fromkeys(LINKS, _IS_LINK),
}


def change(user: User, members: Mapping[str, Any], *, by: int | None = None) -> None:
    """Set claims of a user; an empty value takes one away.

    Raises:
        InvalidInput: names the claim that may not be so, or is none.
    """
    checked = {name: _checked(name, value) for name, value in members.items()}
    if checked.get("phone_number", user.phone_number) != user.phone_number:
        user.phone_number_verified = False  # nobody has proved the new one
    for name, value in checked.items():
        setattr(user, name, value)
    user.updated_at = now()
    db.session.flush()
    if "picture" in checked:
        profile_pictures.forget_replaced(user)
    audit.record(Event.PROFILE_CHANGED, actor_id=by, user_id=user.id, members=sorted(members))


def formatted(address: Mapping[str, str]) -> str:
    """Return a postal address as it stands on an envelope (OIDC Core §5.1.1)."""
    town = " ".join(address[name] for name in ("postal_code", "locality") if name in address)
    lines = [address.get("street_address"), town, address.get("region"), address.get("country")]
    return "\n".join(line for line in lines if line)


def _checked(name: str, value: Any) -> Any:
    if name == "phone_number_verified":
        return _truth(name, value)
    if value in ("", None):
        return None
    if name == "address":
        return _address(value)
    if name not in {*TEXTS, *LINKS, "birthdate"}:
        raise InvalidInput(name[:60], "There is no claim of this name.")
    text = _line(name, value, getattr(User.__table__.c[name].type, "length", 0))
    fits, advice = FORMATS.get(name, (bool, ""))
    if not fits(text):
        raise InvalidInput(name, advice)
    return text


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(name, "Give true or false.")
    return value


def _line(name: str, value: Any, longest: int) -> str:
    text = str(value).strip()
    if isinstance(value, bool | dict | list) or not text.isprintable() or len(text) > longest:
        raise InvalidInput(name, f"Use one line of at most {longest} characters.")
    return text


def _address(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not set(value).issubset(ADDRESS):
        raise InvalidInput("address", f"Give an object with some of: {', '.join(ADDRESS)}.")
    return {
        name: "\n".join(_line("address", line, LONGEST_ADDRESS_LINE) for line in _lines(text))
        for name, text in value.items()
    }


def _lines(text: Any) -> list[Any]:
    """Return the lines of an address: `formatted` and `street_address` may have several."""
    return text.splitlines() if isinstance(text, str) else [text]
