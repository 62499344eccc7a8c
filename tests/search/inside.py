"""Inside: what somebody who is signed in can change, and the ways back that are mailed."""

from __future__ import annotations

from app.services.people.upstream_rules import Facts, Verdict
from tests.search.world import (
    ADDRESSES,
    ATTACKER,
    HOME,
    IDENTITIES,
    KIND,
    OWNER,
    PEOPLE,
    Link,
)

ONLY = frozenset


def is_clean(account):
    """Tell whether nothing on an account is anybody's but the owner's."""
    mine = {HOME[OWNER]}
    ways_in = account.linked | account.passkeys
    return account.verified <= mine and not account.claimed and ways_in <= {OWNER}


def _sessions(world):
    for number, account in world.living():
        for who in account.sessions:
            yield number, account, who


def facts_of(world, rules, who, address, claims, *, asking=None):
    """Return what the product knows of an identity (services/people/upstream_identities.py)."""
    owner = next((n for n, each in world.living() if who in each.linked), None)
    taken = world.owner_of(address)
    if owner is None and not rules.address_links_nothing:
        owner = taken
    proven = rules.is_proven(KIND, dict(claims), email=address, verified=True)
    return Facts(
        owner=owner,
        asking=asking,
        may_sign_up=True,
        email_is_proven=proven,
        address_is_taken=taken is not None,
    )


def _link(world, rules):
    for number, account, who in _sessions(world):
        provers = (who,) if rules.link_is_bound_to_asker else PEOPLE
        for prover in provers:
            address, claims = IDENTITIES[prover][0]
            facts = facts_of(world, rules, prover, address, claims, asking=number)
            if rules.decide(facts) is Verdict.ASK_TO_LINK:
                linked = world.change(number, linked=account.linked | {prover})
                yield f"{who} links {prover} to {number}", linked
        for other in account.linked:
            if account.password or account.passkeys or len(account.linked) > 1:
                unlinked = world.change(number, linked=account.linked - {other})
                yield f"{who} unlinks {other} from {number}", unlinked


def _passkeys(world, _rules):
    for number, account, who in _sessions(world):
        made = world.change(number, passkeys=account.passkeys | {who})
        yield f"{who} makes a passkey for {number}", made
        for other in account.passkeys:
            if account.password or account.linked or len(account.passkeys) > 1:
                removed = world.change(number, passkeys=account.passkeys - {other})
                yield f"{who} removes the passkey of {other} from {number}", removed


def _addresses(world, rules):
    for number, account, who in _sessions(world):
        for address in ADDRESSES:
            if address not in account.verified | account.claimed:
                claimed = account.claimed | {address}
                yield f"{who} adds {address} to {number}", world.change(number, claimed=claimed)
    for number, account in world.living():
        for reader, address in world.readers:
            if address in account.claimed and rules.account_waits_for_proof:
                yield from _prove(world, rules, number, reader, address)


def _prove(world, rules, number, reader, address):
    account = world.at(number)
    if rules.change_is_bound_to_session and reader not in account.sessions:
        return
    if world.owner_of(address) is not None:
        return
    after = world.change(
        number, claimed=account.claimed - {address}, verified=account.verified | {address}
    )
    yield f"{reader} proves {address} for {number}", after


def _primary(world, rules):
    for number, account, who in _sessions(world):
        good = account.verified if rules.claim_is_no_address else account.verified | account.claimed
        for address in good - {account.primary}:
            after = world.change(number, primary=address, verified=account.verified | {address})
            after = after.without_links(number, "reset")
            links = _links_after_change(after, rules, number, account.primary)
            yield f"{who} makes {address} primary", after._replace(links=links)
            yield f"{who} takes {address} off", _take_off(world, rules, number, address)


def _links_after_change(world, rules, number, old):
    """Return the links when `old` is primary no more: it gets a way back, unless it was between."""
    known = _ways_back(world, number)
    settled = [link.age for link in known if link.address == world.at(number).primary]
    if settled and rules.going_back_by_hand_is_going_back:
        return world.links - {link for link in known if link.age > min(settled)}
    age = 1 + max((link.age for link in known), default=0)
    return world.links | {Link("way back", number, old, min(age, 3))}


def _take_off(world, rules, number, address):
    account = world.at(number)
    after = world.change(number, verified=account.verified - {address})
    if rules.removed_address_opens_nothing:
        after = after.without_links(number, "reset")
    return after


def _ways_back(world, number):
    return {link for link in world.links if (link.kind, link.account) == ("way back", number)}


def _go_back(world, rules):
    for link in world.links:
        if link.kind != "way back" or world.accounts[link.account] is None:
            continue
        for reader, address in world.readers:
            if address == link.address:
                after = _use_way_back(world, rules, link)
                yield f"{reader} goes back to {address}", _taken_back(after, reader, link.account)


def _taken_back(world, reader, number):
    """It is the owner's again, who believes so, unless the password is known to others."""
    done = number == 0 and reader == OWNER and world.at(number).password == OWNER
    return world._replace(is_breached=False) if done else world


def _use_way_back(world, rules, link):
    number = link.account
    account = world.at(number)
    parts = {"primary": link.address, "verified": account.verified | {link.address}}
    if rules.way_back_drops_the_rest:
        parts |= {"verified": ONLY({link.address}), "claimed": ONLY(), "sessions": ONLY()}
    if rules.way_back_drops_ways_in:
        parts |= {"linked": ONLY(), "passkeys": ONLY()}
    after = world.change(number, **parts)
    gone = {link}
    if rules.way_back_ends_later_ones:
        gone |= {each for each in _ways_back(world, number) if each.age > link.age}
        after = after.without_links(number, "reset")
    return after._replace(links=after.links - gone)


def _delete(world, rules):
    for number, _account, who in _sessions(world):
        after = world.put(number, None)
        if rules.deletion_ends_links:
            after = after.without_links(number, "reset", "way back")
        yield f"{who} deletes {number}", after


def _secure(world, _rules):
    """The owner, let in again, takes off what is not theirs: from now on it counts."""
    account = world.accounts[0]
    if not world.is_breached or account is None or OWNER not in account.sessions:
        return
    if is_clean(account) and account.password == OWNER and ATTACKER not in account.sessions:
        yield "O has looked through it all", world._replace(is_breached=False)


ROOMS = (_link, _passkeys, _addresses, _primary, _go_back, _delete, _secure)
