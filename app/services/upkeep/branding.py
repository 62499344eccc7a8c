"""Whose pages these are: what the environment says, unless administrators have set it.

Name, contact, links, colours and logos only: they change no rule. What a mistake could open or shut
stays with whoever runs the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext, lazy_gettext
from sqlalchemy import case, or_, select

from app.clock import now
from app.database import db, insert_or_update, is_busy, reading
from app.errors import InvalidInput
from app.models import Branding
from app.security import colours, secrets
from app.security.colours import Scheme
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.memory import memory
from app.settings import Settings, settings

TABLE = Branding.__table__
#: What is a setting of the environment, too.
TEXTS = ("service_name", "support_contact", "privacy_url", "terms_url")
COLOURS: dict[str, Scheme] = {"accent": "light", "accent_dark": "dark"}
#: Of light pages and of dark ones.
LOGOS = ("logo", "logo_dark")
LONGEST_NAME = 60
LONGEST_LINK = 500
_FIELDS = (*TEXTS, *COLOURS, *(f"{name}_handle" for name in LOGOS))
_ROW = select(*(TABLE.c[name] for name in _FIELDS))
_LAST = "sealwax.brand"


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose pages these are; colours and logos are empty where nothing is set."""

    service_name: str
    support_contact: str
    privacy_url: str
    terms_url: str
    accent: str = ""
    accent_dark: str = ""
    logo_handle: str = ""
    logo_dark_handle: str = ""


def current() -> Brand:
    """Return what holds, as it stood two seconds ago at most."""
    return memory().recall("branding", _load)


def _load() -> Brand:
    """Read the row; the last one that could be read while the database is away."""
    try:
        with reading() as connection:
            row = connection.execute(_ROW).mappings().first()
    except Exception as error:
        if not is_busy(error):
            raise
        last: Brand | None = current_app.extensions.get(_LAST)
        return last or of_environment()
    kept = {str(name): value for name, value in (row or {}).items() if value}
    brand = replace(of_environment(), **kept)
    current_app.extensions[_LAST] = brand
    return brand


def of_environment() -> Brand:
    """Return what the environment says."""
    return Brand(**{name: getattr(settings, name) for name in TEXTS})


def applied(given: Settings) -> Settings:
    """Return the settings with what administrators have set in their place."""
    brand = current()
    return given.model_copy(update={name: getattr(brand, name) for name in TEXTS})


def stored() -> dict[str, str]:
    """Return what administrators have set; what they leave to the environment is empty."""
    row = db.session.get(Branding, Branding.ONLY)
    return {name: (getattr(row, name) if row else None) or "" for name in _FIELDS}


def logo(handle: str) -> bytes | None:
    """Return the logo, None when it is another by now."""
    row = TABLE.c
    of_its_scheme = case((row.logo_handle == handle, row.logo), else_=row.logo_dark)
    known = or_(row.logo_handle == handle, row.logo_dark_handle == handle)
    return db.session.scalar(select(of_its_scheme).where(known))


def checked(given: dict[str, str]) -> dict[str, str]:
    """Return texts and colours as they are kept.

    Raises:
        InvalidInput: names the field; a colour that cannot be read comes with one that can.
    """
    clean = {name: " ".join(given.get(name, "").split()) for name in (*TEXTS, *COLOURS)}
    if len(clean["service_name"]) > LONGEST_NAME:
        raise InvalidInput("service_name", gettext("Use 60 characters or fewer."))
    for name in ("privacy_url", "terms_url"):
        _check_link(name, clean[name])
    if clean["support_contact"] and not _is_address(clean["support_contact"]):
        _check_link("support_contact", clean["support_contact"])
    for name, scheme in COLOURS.items():
        clean[name] = _colour(name, clean[name].lower(), scheme)
    if clean["accent_dark"] and not clean["accent"]:
        raise InvalidInput("accent", gettext("Choose one for light pages as well."))
    if clean["accent"] and not clean["accent_dark"]:
        clean["accent_dark"] = colours.nearest(clean["accent"], "dark")
    return clean


def _is_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at and "." in host and not set(text) & set(" :/<>\"'"))


def _check_link(name: str, link: str) -> None:
    """Refuse what a browser would run or not find: javascript: would run on our pages (XSS)."""
    parts = urlsplit(link)
    is_web = parts.scheme in {"https", "http"} and bool(parts.hostname) and not parts.username
    if link and (not is_web or len(link) > LONGEST_LINK or " " in link):
        raise InvalidInput(name, gettext("Write the whole address, with https:// in front."))


def _colour(name: str, colour: str, scheme: Scheme) -> str:
    if not colour:
        return ""
    if not colours.HEX.fullmatch(colour):
        raise InvalidInput(name, gettext("Write a colour as # and six digits, such as #2a3eb5."))
    if not colours.is_readable(colour, scheme):
        words = str(TOO_PALE) % {
            "contrast": f"{colours.lowest(colour, scheme):.1f}",
            "nearest": colours.nearest(colour, scheme),
        }
        raise InvalidInput(name, words)
    return colour


TOO_PALE = lazy_gettext(
    "This cannot be read: its contrast is %(contrast)s to 1, and 4.5 is needed. The nearest that "
    "can is %(nearest)s."
)


def change(clean: dict[str, str], *, logos: Mapping[str, bytes | None], by: int) -> None:
    """Keep what `checked` has returned, and those of the LOGOS that are given; None removes one.

    They are as security.pictures has drawn them.
    """
    values: dict[str, Any] = {name: value or None for name, value in clean.items()}
    for name, content in logos.items():
        values |= {name: content, f"{name}_handle": secrets.new_id() if content else None}
    values["changed_at"] = now()
    db.session.execute(insert_or_update(TABLE, {"id": Branding.ONLY}, values))
    told = {name: value for name, value in clean.items() if value}
    has_new_logo = any(logos.values())
    audit.record(Event.BRANDING_CHANGED, actor_id=by, set=told, has_new_logo=has_new_logo)
    memory().forget("branding")
