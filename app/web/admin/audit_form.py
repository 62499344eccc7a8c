"""What the audit log is asked for: the form, read from the address or from a posted export."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from app.database import LARGEST_ID
from app.services.people import accounts
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_search import GROUPS, Cursor, Wanted
from app.web.admin import references
from app.web.admin.audit_words import REFUSALS
from app.web.admin.lists import LONGEST_TERM
from app.web.languages import zone

NAMES = ("event", "outcome", "by", "about", "client", "reference", "address", "since", "until")
#: Stands for nobody: what is looked for with it is not found.
NOBODY = 0
#: Stands for no event: what is looked for with it has not happened.
NEVER = frozenset({""})
OUTCOMES = ("refused", "ok")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, what that means, and which of it cannot be found at all."""

    terms: dict[str, str]
    wanted: Wanted
    unknown: list[str] = field(default_factory=list)


def read(values: Mapping[str, str]) -> Asked:
    """Read the form; what makes no sense is named in `unknown`."""
    terms = {name: _one_line(values.get(name, "")) for name in NAMES}
    unknown: list[str] = []
    wanted = Wanted(
        events=_with_outcome(_events(terms, unknown), terms["outcome"], unknown),
        actor_id=_person(terms, "by", unknown),
        user_id=_person(terms, "about", unknown),
        client_id=terms["client"],
        reference=references.written(terms["reference"]),
        address=_address(terms, unknown),
        since=_day(terms, "since", unknown),
        until=_day(terms, "until", unknown, days=1),
    )
    return Asked(terms, wanted, unknown)


def cursor(written: str) -> Cursor | None:
    """Return which row a page goes on after; None for whatever is no row."""
    moment, _, number = written.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (moment, number)):
        return None
    try:
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(moment))
    except OverflowError:
        return None
    return Cursor(at, min(int(number), LARGEST_ID))


def written(at: datetime, event_id: int) -> str:
    """Write down a row for the next page to go on after."""
    return f"{(at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}-{event_id}"


def _one_line(typed: str) -> str:
    return "".join(sign for sign in typed[:LONGEST_TERM] if sign.isprintable()).strip()


def _events(terms: dict[str, str], unknown: list[str]) -> frozenset[str]:
    name = terms["event"]
    if name in GROUPS:
        return frozenset(event.value for event in GROUPS[name])
    if name and name not in {event.value for event in Event}:
        unknown.append("event")
    return frozenset({name}) if name else frozenset()


def _with_outcome(events: frozenset[str], outcome: str, unknown: list[str]) -> frozenset[str]:
    """Return those of the events, or of all, that end like this."""
    if not outcome:
        return events
    if outcome not in OUTCOMES:
        unknown.append("outcome")
    refused = frozenset(event.value for event in REFUSALS)
    among = events or frozenset(event.value for event in Event)
    return (among & refused if outcome == "refused" else among - refused) or NEVER


def _person(terms: dict[str, str], name: str, unknown: list[str]) -> int | None:
    """Return the number of somebody typed as an email address or as the number itself."""
    typed = terms[name]
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return int(typed)
    user = accounts.find_by_email(typed)
    if user is None:
        unknown.append(name)
        return NOBODY
    return user.id


def _address(terms: dict[str, str], unknown: list[str]) -> str:
    try:
        return str(ipaddress.ip_address(terms["address"])) if terms["address"] else ""
    except ValueError:
        unknown.append("address")
        return "-"


def _day(terms: dict[str, str], name: str, unknown: list[str], *, days: int = 0) -> datetime | None:
    """Return when a day begins where the reader is, or so many days after."""
    if not terms[name]:
        return None
    try:
        day = date.fromisoformat(terms[name]) + timedelta(days=days)
        return datetime.combine(day, time(), zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        unknown.append(name)
        return None
