"""Profiles: the standard claims of a user (OIDC Core §5.1), checked before they are kept.

What is wrong here would be wrong in every application: a strict client refuses the whole answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.clock import now
from app.database import db
from app.errors import InvalidInput
from app.models import User
from app.services.people import profile_pictures
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

Format = tuple[Callable[[str], object], LazyString | str]
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
#: E.164, written as OIDC Core §5.1 writes it: `+1 (425) 555-1212`, `+1 (604) 555-1234;ext=5678`.
PHONE = re.compile(r"\+[ (]*[1-9](?:[ ().\-/]*[0-9]){6,14}(?:;ext=[0-9]{1,10})?\Z")
LONGEST_ADDRESS_LINE = 500


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones; each look would walk the folders they lie in."""
    return frozenset(available_timezones())


_IS_LINK: Format = (
    lambda text: text.startswith(("https://", "http://")),
    lazy_gettext("Write the whole address, starting with https://."),
)
#: What the text of a claim must look like, and the advice when it does not.
FORMATS: dict[str, Format] = {
    "birthdate": (
        BIRTHDATE.match,
        lazy_gettext("Write the date as YYYY-MM-DD, or the year alone."),
    ),
    "locale": (LOCALE.match, lazy_gettext("Write a language tag, such as en-GB or fr.")),
    "zoneinfo": (
        lambda text: text in zones(),
        lazy_gettext("Choose one of the list, such as Europe/Paris."),
    ),
    "phone_number": (
        PHONE.match,
        lazy_gettext("Start with + and the country code, then write the number in digits."),
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


def faults(members: Mapping[str, Any]) -> list[InvalidInput]:
    """Return everything that `change` would refuse, in the order of the members."""
    found = []
    for name, value in members.items():
        try:
            _checked(name, value)
        except InvalidInput as fault:
            found.append(fault)
    return found


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
    if name == "phone_number":
        value = _dialled(value)
    text = _line(name, value, getattr(User.__table__.c[name].type, "length", 0))
    fits, advice = FORMATS.get(name, (bool, ""))
    if not fits(text):
        raise InvalidInput(name, str(advice))
    return text


def _dialled(value: Any) -> Any:
    """Return a phone number as it is kept: figures of any script, `00` for the plus, any blanks.

    What an address book copies holds marks of direction, too (UAX #9).
    """
    if not isinstance(value, str):
        return value
    seen = [sign for sign in value.strip() if unicodedata.category(sign) != "Cf"]
    text = "".join(_plain(sign) for sign in seen).strip()
    return f"+{text[2:].lstrip()}" if text.startswith("00") else text


def _plain(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    kind = unicodedata.category(sign)
    return {"Zs": " ", "Pd": "-"}.get(kind, sign)


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(name, "Give true or false.")
    return value


def _line(name: str, value: Any, longest: int) -> str:
    text = str(value).strip()
    if isinstance(value, bool | dict | list) or not text.isprintable() or len(text) > longest:
        raise InvalidInput(
            name, gettext("Use one line of at most %(num)d characters.", num=longest)
        )
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
