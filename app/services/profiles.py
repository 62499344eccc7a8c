"""Profiles: the standard claims of a user (OIDC Core §5.1), checked before they are kept.

What is wrong here would be wrong in every application: a strict client refuses the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.clock import now
from app.database import db
from app.errors import InvalidInput
from app.models import User
from app.services import audit
from app.services.audit import Event

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
LONGEST_ADDRESS_LINE = 500


def change(user: User, members: Mapping[str, Any]) -> None:
    """Set claims of a user; an empty value takes one away.

    Raises:
        InvalidInput: names the claim that may not be so, or is none.
    """
    for name, value in members.items():
        setattr(user, name, _checked(name, value))
    user.updated_at = now()
    db.session.flush()
    audit.record(Event.PROFILE_CHANGED, user_id=user.id, members=sorted(members))


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
    if name == "birthdate" and not BIRTHDATE.match(text):
        raise InvalidInput(name, "Write the date as YYYY-MM-DD, or the year alone.")
    if name in LINKS and not text.startswith(("https://", "http://")):
        raise InvalidInput(name, "Write the whole address, starting with https://.")
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
