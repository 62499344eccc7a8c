"""Throttles: how often something may go wrong, for one account or one network.

A try is counted in one statement, before anybody learns what came of it: of any number of guesses
at once, no more come through than one after the other would. Mostly it is counted before it is
made, and given back if it went right. Passwords are counted after their hash, as most are right:
`reserve` or `went_right` decides then, both on the same rows in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network

from app.clock import now
from app.database import db, is_sqlite
from app.errors import TooMany
from app.security import secrets
from app.services.upkeep import throttle_statements as statements
from app.services.upkeep.memory import memory
from app.services.upkeep.throttle_statements import NEVER
from app.settings import settings

#: A count that nothing was added to for this long starts again.
MEMORY = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 20
#: People behind one IPv6 router share its first 64 bits.
PREFIX_V6 = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries are free, and how long the first one after them has to wait.

    Every further try doubles the wait, up to the longest.
    """

    kind: str
    free: int
    wait: timedelta = timedelta(seconds=30)
    longest: timedelta = LONGEST_WAIT

    def wait_after(self, tries: int) -> timedelta:
        """Return how long the next try has to wait after this many."""
        if tries < self.free:
            return timedelta(0)
        doubled = min(tries - self.free, MOST_DOUBLINGS)
        return min(self.wait * (1 << doubled), self.longest)

    def blocked_until(self, tries: int, moment: datetime) -> datetime:
        """Return until when the next try has to wait after this many, the last at `moment`."""
        wait = self.wait_after(tries)
        return moment + wait if wait else NEVER

    @property
    def steps(self) -> range:
        """Return the numbers of tries at which the wait grows."""
        last = self.free
        while self.wait_after(last) < self.longest:
            last += 1
        return range(self.free, last + 1)


@dataclass(frozen=True)
class Count:
    """What is counted: a limit, and for whom."""

    limit: Limit
    whom: str

    @cached_property
    def key(self) -> str:
        """Return the primary key: addresses could be guessed from a plain digest."""
        return secrets.keyed_digest(settings.secret_keys[0], f"{self.limit.kind} {self.whom}")


ACCOUNT = Limit("account", free=5)
NETWORK = Limit("network", free=50)
#: Wrong codes of a second step: 33 a day at most, of which three in a million would be right, so
#: that guessing all day succeeds once in ten thousand (security.md MF03).
SECOND_STEP = Limit("second step", free=4)
#: Passkeys that do not fit, from one network. Wrong passwords do not count here: who has to wait
#: for those can still use a passkey.
PASSKEY_NETWORK = Limit("passkey network", free=50)
#: Mails that a stranger may have sent to one address, and from one network.
MAIL = Limit("mail", free=5, wait=timedelta(minutes=1))
MAIL_NETWORK = Limit("mail network", free=30, wait=timedelta(minutes=1))
#: Requests that a network may leave behind in an hour, without anybody signing in for them. Many
#: people may share an address; 3,000 rows of the longest requests are some 30 MB.
PARKED = Limit("parked", free=3_000)
#: User codes that lead nowhere, from one browser and from one network: of 34 bits, while a thousand
#: devices wait, one in 25 million guesses is right (RFC 8628 §5.1).
USER_CODE = Limit("user code", free=5)
#: A network may be a whole company: a stranger in it must not lock it out while a code lives. With
#: a thousand devices waiting, who guesses all day is right once in ten thousand days.
USER_CODE_NETWORK = Limit("user code network", free=300, longest=timedelta(minutes=1))
#: Requests of devices that a network may leave behind in an hour.
DEVICES = Limit("devices", free=1_000)
#: People that a network may send to other providers in an hour without their coming back.
SENT_AWAY = Limit("sent away", free=1_000)
#: Clients that a network may register in an hour: more than a certification run does.
REGISTERED = Limit("registered", free=2_000)


def account(address_key: str, *, browser: str = "") -> Count:
    """Return the count of wrong passwords of an account, known or not (accounts.key_of).

    A browser its owner has used before has a count of its own: an outsider's wrong guesses must
    not lock the owner out (security.md RL01).
    """
    return Count(ACCOUNT, f"{address_key} {browser}".rstrip())


def own_mail(user_id: int) -> Count:
    """Return the count of mails that somebody asks for after their right password.

    Not the count of their address: a stranger can use that up, and would lock them out (RL01).
    """
    return Count(MAIL, f"own {user_id}")


def second_step(user_id: int, *, browser: str = "") -> Count:
    """Return the count of wrong codes of a user; a browser of theirs has a count of its own.

    The right password does not forget it: who guesses codes has the password.
    """
    return Count(SECOND_STEP, f"{user_id} {browser}".rstrip())


def network(address: str, limit: Limit = NETWORK) -> Count:
    """Return the count of a network: one IPv4 address, or the first half of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Count(limit, "unknown")
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, IPv6Address):
        return Count(limit, str(ip_network((parsed, PREFIX_V6), strict=False)))
    return Count(limit, str(parsed))


def parked(address: str, since: datetime) -> Count:
    """Return the count of requests that a network left waiting in one hour; each starts anew."""
    return Count(PARKED, f"{network(address).whom} {since:%Y-%m-%d %H}")


def user_code(whom: str) -> Count:
    """Return the count of user codes that a user, or a browser, has typed and that lead nowhere."""
    return Count(USER_CODE, secrets.digest(whom))


def devices(address: str, since: datetime) -> Count:
    """Return the count of requests of devices from a network in one hour."""
    return Count(DEVICES, f"{network(address).whom} {since:%Y-%m-%d %H}")


def sent_away(address: str, since: datetime) -> Count:
    """Return the count of people that a network sent to other providers in one hour."""
    return Count(SENT_AWAY, f"{network(address).whom} {since:%Y-%m-%d %H}")


def registered(address: str, since: datetime) -> Count:
    """Return the count of clients that a network has registered in one hour."""
    return Count(REGISTERED, f"{network(address).whom} {since:%Y-%m-%d %H}")


def reserve(counts: Sequence[Count]) -> None:
    """Count a try against each; the caller commits before the work that is guarded.

    Raises:
        TooMany: one of them has to wait; the caller rolls back.
    """
    moment = now()
    # Always in the same order: two tries at once cannot lock each other out.
    for count in sorted(counts, key=lambda one: one.key):
        next_one = _add(count, moment)
        if next_one is None:
            raise _refusal((count,), moment)
        if next_one > moment:
            memory().expect_wait(count.key)


def _add(count: Count, moment: datetime) -> datetime | None:
    """Add one, unless the count has to wait; return until when the next one will, None if so."""
    limit = count.limit
    values: dict[str, object] = {"count": count.key, "moment": moment, "until": moment + MEMORY}
    values |= {f"after_{tries}": limit.blocked_until(tries, moment) for tries in (1, *limit.steps)}
    values["longest"] = moment + limit.longest
    add = statements.add(limit.free, limit.steps, sqlite=is_sqlite())
    next_one: datetime | None = db.session.scalar(add, values)
    return next_one


def _refusal(counts: Sequence[Count], moment: datetime) -> TooMany:
    """Return what to raise about a try beside which one of these has to wait."""
    for count in counts:
        memory().expect_wait(count.key)
    return _too_many(_blocked_until(counts), moment)


def _too_many(until: datetime, moment: datetime) -> TooMany:
    return TooMany(max(until - moment, timedelta(seconds=1)))


def _blocked_until(counts: Sequence[Count]) -> datetime:
    """Return when none of them has to wait any more, NEVER where none is on record."""
    keys = {f"key_{place}": count.key for place, count in enumerate(counts)}
    return db.session.scalar(statements.blocked_until(len(counts)), keys) or NEVER


def check(counts: Sequence[Count]) -> None:
    """Spare the work that a try costs while one of them has to wait; this decides nothing else.

    Hardly anybody has to wait: the database is asked only about those that this process has seen
    do so. Another process finds out when the first try is counted, which is after its work.

    Raises:
        TooMany: one of them has to wait.
    """
    keys = {count.key for count in counts}
    if memory().waiting.isdisjoint(keys):
        return
    moment, until = now(), _blocked_until(counts)
    if until > moment:
        raise _too_many(until, moment)
    memory().waiting.difference_update(keys)


def went_right(account_count: Count, network_count: Count) -> None:
    """Forget the wrong tries of an account; its network keeps those of others.

    In the order `reserve` has, and on the same rows: whoever guesses at once stands in one line,
    and the right one has no answer either if too many wrong ones came before it.

    Raises:
        TooMany: one of them has to wait by now; the caller rolls back.
    """
    moment, counts = now(), (account_count, network_count)
    first, second = sorted(count.key for count in counts)
    keys = {"first": first, "second": second, "forgotten": account_count.key}
    lets = statements.let_both_through(sqlite=is_sqlite())
    if lets.run(keys | {"moment": moment}) < len(counts):
        raise _refusal(counts, moment)


def forget(count: Count) -> None:
    """Start again from nothing: the right password was typed."""
    db.session.execute(statements.FORGET, {"count": count.key})


def give_back(count: Count) -> None:
    """Take back one try that did not go wrong."""
    db.session.execute(statements.GIVE_BACK, {"count": count.key, "free": count.limit.free})


def give_all_back(counts: Sequence[Count]) -> None:
    """Take back one try of each, in the order `reserve` has."""
    for count in sorted(counts, key=lambda one: one.key):
        give_back(count)
