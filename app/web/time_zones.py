"""Time zones as people choose them: by city, in their language, part of the world by part."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from babel import Locale
from babel.dates import get_timezone_location
from flask_babel import get_locale, lazy_gettext
from wtforms.fields.choices import SelectChoice

from app.services.people import profiles

ENGLISH = Locale("en")
#: How the names of zones begin, and what people call that. Names that begin otherwise, such as
#: US/Eastern or Etc/GMT+1, are old ones or no place.
PARTS = {
    "Africa": lazy_gettext("Africa"),
    "America": lazy_gettext("America"),
    "Antarctica": lazy_gettext("Antarctica"),
    "Arctic": lazy_gettext("Arctic"),
    "Asia": lazy_gettext("Asia"),
    "Atlantic": lazy_gettext("Atlantic Ocean"),
    "Australia": lazy_gettext("Australia"),
    "Europe": lazy_gettext("Europe"),
    "Indian": lazy_gettext("Indian Ocean"),
    "Pacific": lazy_gettext("Pacific Ocean"),
}
OTHER, OTHERS = lazy_gettext("Other"), ("UTC",)


class Place(NamedTuple):
    """A zone: the part of the world, the city as it is called there, and the name in zoneinfo."""

    part: str
    city: str
    name: str


def choices(known: str | None) -> list[SelectChoice]:
    """Return what can be chosen, in groups; `known`, the zone somebody has, is always among it."""
    places = _places(str(get_locale() or ENGLISH))
    listed = {place.name for place in places}
    others = [*OTHERS, *([known] if known and known not in {*listed, *OTHERS} else [])]
    return [
        *(SelectChoice(name, city, optgroup=str(PARTS[part])) for part, city, name in places),
        *(SelectChoice(name, optgroup=str(OTHER)) for name in others),
    ]


@cache
def _places(locale: str) -> tuple[Place, ...]:
    """Return the places in the order of the list; looking up all their cities takes a while."""
    spoken = Locale.parse(locale)
    found = [
        Place(name.partition("/")[0], _city(name, spoken), name) for name in _newest().values()
    ]
    return tuple(sorted(found, key=lambda place: (place.part, _without_marks(place.city))))


def _without_marks(city: str) -> str:
    """Return what a city is sorted by: É stands beside E."""
    return unicodedata.normalize("NFKD", city).casefold()


@cache
def _newest() -> dict[tuple[str, str], str]:
    """Return one name for each city: of Asia/Calcutta and Asia/Kolkata, the one it has today."""
    found: dict[tuple[str, str], str] = {}
    for name, key in _named():
        found[key] = max(found.get(key, name), name, key=lambda one: _fits(one, key[1]))
    return found


def _named() -> Iterator[tuple[str, tuple[str, str]]]:
    for name in sorted(profiles.zones()):
        part, _slash, rest = name.partition("/")
        if part in PARTS and rest:
            yield name, (part, _city(name, ENGLISH))


def _fits(name: str, city: str) -> int:
    """Return how much of a city's name stands in that of the zone."""
    rest = name.partition("/")[2].replace("_", " ")
    return len(rest) if rest in city else 0


def _city(name: str, locale: Locale) -> str:
    return get_timezone_location(name, locale, return_city=True).replace("_", " ")
