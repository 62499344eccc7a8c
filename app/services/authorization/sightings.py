"""What a worker sees in passing and notes in memory, to be written every few seconds.

The key set is asked for tens of thousands of times a second, and a token is signed for every
request of a machine: neither may wait for the database. What a worker has not written when it is
killed is lost, so that all of this is evidence and never a rule.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import Table

from app.clock import now
from app.database import db, insert_or
from app.models import ClientAddress, KeyFetch, SignedTokens
from app.services.authorization.attempts import shown

#: Of addresses, which strangers may make up, a worker notes so many an hour and no more.
MOST_FETCHERS = 2_000
MOST_CALLERS = 5_000
#: Tokens signed between two writes; where nobody writes, the oldest are forgotten.
MOST_SIGNED = 200_000
#: Who is noted is noted again when they come later than this.
NOTED_FOR = timedelta(hours=1)
#: Tokens that expire within the same five minutes are counted together.
GRAIN = 300
LONGEST_AGENT = 120
SIGNED, FETCHES = SignedTokens.__table__, KeyFetch.__table__
CALLERS = ClientAddress.__table__


@dataclass(slots=True)
class Seen:
    """What was seen since the last write."""

    signed: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    fetched: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    called: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self.signed or self.fetched or self.called)


class Sightings:
    """The notes of one process; several threads write into them at once."""

    def __init__(self) -> None:
        self._signed: deque[tuple[str, str, int]] = deque(maxlen=MOST_SIGNED)
        self._seen = Seen()
        self._fetchers: set[str] = set()
        self._callers: set[tuple[str, str]] = set()
        self._since = now()

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]  # as new

    def signed(self, kid: str, client_id: str, expires: int) -> None:
        """Note that a key has signed a token for a client; `expires` is in seconds."""
        self._signed.append((kid, client_id, -(-expires // GRAIN) * GRAIN))

    def is_new_fetcher(self, address: str) -> bool:
        """Tell whether this address is yet to be noted; asked for every fetch of the keys."""
        return address not in self._fetchers and len(self._fetchers) < MOST_FETCHERS

    def fetched(self, address: str, agent: str) -> None:
        """Note that an address has fetched the key set as it stands."""
        self._fetchers.add(address)
        self._seen.fetched[address] = (agent, now())

    def key_set_changed(self) -> None:
        """Note everybody anew: they have not fetched this one yet."""
        self._fetchers = set()

    def called(self, client_id: str, address: str) -> None:
        """Note that a client has asked for tokens, and from where."""
        caller = (client_id, address)
        if caller not in self._callers and len(self._callers) < MOST_CALLERS:
            self._callers.add(caller)
            self._seen.called[caller] = now()

    def taken(self) -> Seen:
        """Return what is to be written, and start anew; `give_back` it when that fails."""
        seen, self._seen = self._seen, Seen()
        while self._signed:
            seen.signed[self._signed.popleft()] += 1
        if now() - self._since > NOTED_FOR:
            self._fetchers, self._callers, self._since = set(), set(), now()
        return seen

    def give_back(self, seen: Seen) -> None:
        """Keep what could not be written for the next time."""
        self._seen.fetched = {**seen.fetched, **self._seen.fetched}
        self._seen.called = {**seen.called, **self._seen.called}
        self._signed.extend(seen.signed.elements())


def init_sightings(app: Flask) -> None:
    """Give an application notes."""
    app.extensions["sealwax.sightings"] = Sightings()


def here() -> Sightings:
    """Return the notes of the current application in this process."""
    return cast("Sightings", current_app.extensions["sealwax.sightings"])


def write(seen: Seen) -> None:
    """Write what was seen; the caller commits."""
    signed = [
        {"kid": kid, "client_id": client_id, "expires_at": _moment(expires), "count": count}
        for (kid, client_id, expires), count in seen.signed.items()
    ]
    fetched = [
        {"address": _plain(address), "agent": shown(agent)[:LONGEST_AGENT], "fetched_at": moment}
        for address, (agent, moment) in seen.fetched.items()
    ]
    called = [
        {"client_id": client_id, "address": _plain(address), "seen_at": moment}
        for (client_id, address), moment in seen.called.items()
    ]
    _put(SIGNED, signed, adds=("count",))
    _put(FETCHES, fetched)
    _put(CALLERS, called)


def _put(table: Table, rows: list[dict[str, Any]], *, adds: tuple[str, ...] = ()) -> None:
    """Insert rows, or bring those that are there up to date; columns in `adds` are added to."""
    keys = [column.name for column in table.primary_key]
    first = insert_or(table)
    fresh = {
        column.name: table.c[column.name] + first.excluded[column.name]
        if column.name in adds
        else first.excluded[column.name]
        for column in table.c
        if column.name not in keys
    }
    # One at a time and always in the same order: an address may be there twice, in two spellings,
    # and two workers at once must not wait for each other.
    for row in sorted(rows, key=lambda row: [str(row[name]) for name in keys]):
        db.session.execute(first.on_conflict_do_update(index_elements=keys, set_=fresh), row)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _plain(address: str) -> str:
    """Return an address in its one spelling; IPv4 is IPv4, also for a server that speaks both."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return shown(address)[:45]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(parsed)
