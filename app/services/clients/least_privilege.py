"""What a client is allowed against what it uses: take the rest away, and give it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from app.clock import now
from app.errors import Conflict, Refused
from app.models import Client
from app.services.clients import address_uses, clients, uses
from app.services.clients.client_rules import grants_of
from app.services.clients.client_schema import DEVICE_CODE, ClientMetadata
from app.services.clients.scopes import ALWAYS
from app.services.clients.uses import Days, Fact, Kind
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

WINDOWS = (30, 90)
#: What was taken away can be given back for so long.
UNDONE_WITHIN = timedelta(days=30)
#: In the order a page shows them.
KINDS = (Kind.SCOPE, Kind.GRANT, Kind.RESPONSE, Kind.ADDRESS)
CODE = "authorization_code"
#: The grants by which people sign in.
SIGN_IN = frozenset({CODE, "implicit"})


class StillUsed(Conflict):
    """What was to be taken away has been used, or is not there any more."""


class NotTheirs(Refused):
    """An administrator took it away: an owner must not get it back alone (security.md AD03)."""

    public = "An administrator took this away. Only an administrator can give it back."


class NothingToGiveBack(Refused):
    """Too long ago, or somebody has changed the same settings since."""

    public = "This cannot be given back any more: the same settings were changed since."


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a client is allowed."""

    kind: Kind
    name: str
    used_on: date | None
    #: Since when its use would have been seen.
    watched_since: date
    is_used: bool
    #: It was watched for the whole window, and not used: it can be taken away.
    is_unused: bool
    #: People cannot leave it out and still use the client.
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a client is allowed, and what of it is not used."""

    days: int
    lines: list[Line]

    @property
    def unused(self) -> list[Line]:
        """Return what could be taken away."""
        return [line for line in self.lines if line.is_unused]

    @property
    def is_used(self) -> bool:
        """Tell whether anything was used in the window: otherwise, turning off is the answer."""
        return any(line.is_used for line in self.lines)

    @property
    def is_early(self) -> bool:
        """Tell whether nothing was watched for long enough to be judged."""
        return all(line.watched_since > _start(self.days) for line in self.lines)


def board(client: Client, *, days: int = WINDOWS[-1]) -> Board:
    """Return what the client is allowed, and what of it was used in so many days."""
    known = uses.of(client, uses.allowed(client.registration))
    last = _last_used(client, known)
    order = {kind: place for place, kind in enumerate(KINDS)}
    facts = sorted(known, key=lambda fact: (order[fact[0]], fact[1]))
    lines = [_line(client, fact, known[fact].allowed_on, last[fact], days) for fact in facts]
    needed = _needed(lines)
    return Board(
        days, [replace(line, is_unused=line.is_unused and line not in needed) for line in lines]
    )


def _line(
    client: Client, fact: Fact, allowed_on: date | None, used_on: date | None, days: int
) -> Line:
    registered = client.created_at.date()
    since = max(day for day in (client.watched_since, allowed_on, registered) if day is not None)
    start = _start(days)
    is_used = used_on is not None and used_on >= start
    return Line(
        *fact,
        used_on,
        since,
        is_used=is_used,
        is_unused=not is_used and since <= start,
        is_required=fact[0] is Kind.SCOPE and fact[1] in client.required_scopes | ALWAYS,
    )


def _start(days: int) -> date:
    return now().date() - timedelta(days=days)


def _last_used(client: Client, known: Mapping[Fact, Days]) -> dict[Fact, date | None]:
    """Return the last day of each; a grant is also used by what it takes to come by it."""
    last = {fact: days.used_on for fact, days in known.items()}
    addresses = [name for kind, name in known if kind is Kind.ADDRESS]
    for address, day in address_uses.last(client, addresses).items():
        last[(Kind.ADDRESS, address)] = day
    answers = [(name, day) for (kind, name), day in last.items() if kind is Kind.RESPONSE]
    for grant in SIGN_IN & {name for kind, name in known if kind is Kind.GRANT}:
        last[(Kind.GRANT, grant)] = _latest(
            day for answer, day in answers if grant in grants_of(answer)
        )
    for begun_by in (CODE, DEVICE_CODE):  # whoever refreshes signs in again one day
        if (Kind.GRANT, begun_by) in last:
            both = (last[(Kind.GRANT, begun_by)], last.get((Kind.GRANT, "refresh_token")))
            last[(Kind.GRANT, begun_by)] = _latest(both)
    return last


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _needed(lines: list[Line]) -> list[Line]:
    """Return what must stay though it was not used: people could not sign in any more."""
    if not any(line.name in SIGN_IN and not line.is_unused for line in lines):
        return []
    needed = []
    for kind in (Kind.RESPONSE, Kind.ADDRESS):
        of_kind = [line for line in lines if line.kind is kind]
        if of_kind and all(line.is_unused for line in of_kind):
            needed.append(max(of_kind, key=lambda line: line.used_on or date.min))
    return needed


def members_without(client: Client, taken: Collection[Fact]) -> dict[str, Any]:
    """Return the change of the registration that takes these away."""
    kept = client.registration
    members: dict[str, Any] = {}
    for kind in {kind for kind, _name in taken}:
        listed = (kept.get(kind) or "").split() if kind is Kind.SCOPE else kept.get(kind) or []
        left = [name for name in listed if (kind, name) not in taken]
        members[kind.value] = " ".join(left) if kind is Kind.SCOPE else left
        if kind is Kind.SCOPE:
            members["required_scopes"] = [name for name in left if name in client.required_scopes]
    gone = {name for kind, name in taken if kind is Kind.GRANT}
    answers = members.get(Kind.RESPONSE, kept.get(Kind.RESPONSE) or [])
    members[Kind.RESPONSE.value] = [name for name in answers if not gone & grants_of(name)]
    return members


def check(client: Client, taken: Collection[Fact], *, days: int) -> ClientMetadata:
    """Return what the registration would be without these.

    Raises:
        StillUsed: one was used in these days, or is not there.
        InvalidInput: the rest could not stand alone.
    """
    unused = {(line.kind, line.name) for line in board(client, days=days).unused}
    if not taken or not unused.issuperset(taken):
        raise StillUsed
    return clients.proposed(client, members_without(client, taken))


def tighten(
    client: Client, taken: Collection[Fact], *, days: int, by: int, sets_policy: bool
) -> None:
    """Take away what was not used in these days.

    Raises:
        StillUsed: one was used meanwhile, or is not there.
        InvalidInput: the rest could not stand alone.
        Conflict: somebody else has changed the client meanwhile.
    """
    check(client, taken, days=days)
    before = clients.proposed(client, {}).model_dump(mode="json")
    clients.update(client, members_without(client, taken), by=by)
    after = client.registration
    changed = [name for name in after if after[name] != before[name]]
    names = [f"{kind.value} {name}" for kind, name in sorted(taken)]
    client.tightened = {
        "at": now().isoformat(),
        "by_policy": sets_policy,
        "taken": names,
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
    audit.record(
        Event.CLIENT_TIGHTENED, actor_id=by, client_id=client.client_id, days=days, taken=names
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken away last and can still be given back."""

    at: datetime
    names: list[str]
    by_policy: bool


def last_taken(client: Client) -> Taken | None:
    """Return what can be given back: nothing else has changed these settings since."""
    kept = client.tightened
    if kept is None or datetime.fromisoformat(kept["at"]) + UNDONE_WITHIN <= now():
        return None
    if any(client.setting(name) != value for name, value in kept["after"].items()):
        return None
    return Taken(datetime.fromisoformat(kept["at"]), kept["taken"], kept["by_policy"])


def undo(client: Client, *, by: int, sets_policy: bool) -> None:
    """Give back exactly what was taken away.

    Raises:
        NothingToGiveBack: there is nothing, or the same settings were changed since.
        NotTheirs: an administrator took it, and it is somebody else who wants it back.
        InvalidInput: it may not be so any more.
    """
    taken = last_taken(client)
    if taken is None or client.tightened is None:
        raise NothingToGiveBack
    if taken.by_policy and not sets_policy:
        raise NotTheirs
    clients.update(client, client.tightened["before"], by=by)
    client.tightened = None
    audit.record(Event.CLIENT_RESTORED, actor_id=by, client_id=client.client_id, taken=taken.names)
