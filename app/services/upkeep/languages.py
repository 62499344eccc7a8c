"""The languages we speak, which one somebody reads, and in which zone their day is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.units import format_unit
from flask_babel import get_locale

from app.models import User

LANGUAGES = ("en", "fr", "de", "es", "ar")
DEFAULT = "en"
#: How long a unit of time is, in seconds; the longest first.
UNITS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


def read_by(reader: User | None, *, asked: bool) -> str:
    """Return the language of a mail: the reader's own, if we speak it.

    `asked` tells that the reader has caused the mail: then it is the language of the pages they
    are looking at. What somebody else has caused must not come in the language of that person.
    """
    own = (reader.locale or "").split("-")[0].lower() if reader is not None else ""
    if own in LANGUAGES:
        return own
    shown = get_locale() if asked else None
    return shown.language if shown is not None and shown.language in LANGUAGES else DEFAULT


def zone(name: str | None) -> tzinfo:
    """Return the time zone of this name, UTC when there is none, or none of this name."""
    try:
        return get_timezone(name or "UTC")
    except LookupError:  # of a zone table newer than this machine's
        return UTC


def written(at: datetime, where: tzinfo) -> str:
    """Return a moment as it is written in the language in use, in a zone that it names."""
    return _written(at, where, get_locale() or Locale(DEFAULT))


@lru_cache(maxsize=64)  # a mail says each moment twice: in HTML and in plain text
def _written(at: datetime, where: tzinfo, locale: Locale) -> str:
    here = at.astimezone(where)
    return f"{format_datetime(here, 'medium', tzinfo=where, locale=locale)} {here.tzname()}"


def day(at: datetime, where: tzinfo, style: str = "long") -> str:
    """Return the day that a moment falls on in a zone, in the language in use."""
    locale = get_locale() or Locale(DEFAULT)
    return format_date(at.astimezone(where).date(), style, locale=locale)


def lasting(span: timedelta) -> str:
    """Return how long something lasts, in the longest unit that says it whole: "90 minutes"."""
    seconds = int(span.total_seconds())
    unit = next((name for name, size in UNITS.items() if seconds and seconds % size == 0), "second")
    locale = get_locale() or Locale(DEFAULT)
    return format_unit(seconds // UNITS[unit], f"duration-{unit}", length="long", locale=locale)
