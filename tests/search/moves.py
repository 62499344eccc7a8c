"""Moves: everything that somebody can do in a world; each yields its name and what comes of it."""

from __future__ import annotations

from tests.search.rules import Rules
from tests.search.world import (
    ADDRESSES,
    ATTACKER,
    HOME,
    IDENTITIES,
    LEAKED,
    NOBODY,
    OWNER,
    PEOPLE,
    Account,
    Link,
    SignUp,
    World,
)

ONLY = frozenset


def moves(world: World, rules: Rules):
    """Yield every step from here: its name, and the next world."""
    for room in ROOMS:
        for name, after in room(world, rules):
            if after != world:
                yield name, after


def _let_in(world: World, rules: Rules, who: str, number: int) -> World:
    """Let somebody in who has passed a first step; the phone is asked for on every way."""
    account = world.at(number)
    if rules.every_way_asks_for_phone and account.phone not in {NOBODY, who}:
        return world
    entered = account.entered
    if not (world.is_breached and number == 0 and who == ATTACKER):
        entered |= {who}
    return world.change(number, sessions=account.sessions | {who}, entered=entered)


def _new(world: World, rules: Rules, who: str, account: Account) -> World:
    made = world.add(account)
    if made == world:
        return world
    number = next(n for n, each in made.living() if each is account)
    return _let_in(made, rules, who, number)


# --- sign-up, invitation ------------------------------------------------------------------------


def _sign_up(world, rules):
    for who in PEOPLE:
        for address in ADDRESSES:
            yield f"{who} signs up with {address}", _ask_for(world, rules, who, address)


def _ask_for(world, rules, who, address):
    if rules.account_waits_for_proof:
        return world._replace(sign_ups=world.sign_ups | {SignUp(who, address)})
    if any(address in each.claimed | each.verified for _, each in world.living()):
        return world
    return _new(world, rules, who, Account(claimed=ONLY({address}), password=who))


def _confirm(world, rules):
    for asked in world.sign_ups:
        for reader, address in world.readers:
            if address != asked.address:
                continue
            if rules.code_is_bound_to_browser and reader != asked.by:
                continue
            yield f"{reader} confirms the sign-up of {asked.by}", _make(world, rules, asked, reader)
    for number, account in world.living():
        for reader, address in world.readers:
            if address in account.claimed and not rules.account_waits_for_proof:
                proved = world.change(
                    number,
                    claimed=account.claimed - {address},
                    verified=account.verified | {address},
                    primary=address,
                )
                yield f"{reader} confirms {address}", _let_in(proved, rules, reader, number)


def _make(world, rules, asked, reader):
    rest = world._replace(sign_ups=world.sign_ups - {asked})
    taken = world.owner_of(asked.address)
    if taken is not None:
        if rules.taken_address_makes_nothing:
            return rest
        opened = rest.change(taken, password=asked.by, phone=NOBODY)
        return _let_in(opened, rules, reader, taken)
    made = Account(
        verified=ONLY({asked.address}),
        primary=asked.address,
        password=NOBODY if asked.identity else asked.by,
        linked=ONLY({asked.identity}) - {NOBODY},
    )
    return _new(rest, rules, reader, made)


def _invite(world, rules):
    for reader, address in world.readers:
        taken = world.owner_of(address)
        if taken is None:
            made = Account(verified=ONLY({address}), primary=address, password=reader)
            yield f"{reader} is invited", _new(world, rules, reader, made)
        elif not rules.invitation_makes_new_accounts:
            changed = world.change(taken, password=reader, phone=NOBODY)
            yield f"{reader} is invited again", _let_in(changed, rules, reader, taken)


# --- ways in ------------------------------------------------------------------------------------


def _by_password(world, rules):
    for number, account in world.living():
        for who in PEOPLE:
            if account.password in {who, LEAKED}:
                yield f"{who} signs in to {number}", _let_in(world, rules, who, number)


def _reset(world, rules):
    for number, account in world.living():
        proved = account.verified if rules.reset_needs_proved_address else (
            account.verified | account.claimed
        )  # fmt: skip
        asked = {link for address in proved if (link := Link("reset", number, address))}
        yield f"resets of {number} are asked for", world._replace(links=world.links | asked)
    for link in world.links:
        if link.kind != "reset" or world.accounts[link.account] is None:
            continue
        for reader, address in world.readers:
            if address == link.address:
                yield f"{reader} resets {link.account}", _use_reset(world, rules, link, reader)


def _use_reset(world, rules, link, reader):
    number = link.account
    parts = {"password": reader}
    if not rules.reset_keeps_second_step:
        parts["phone"] = NOBODY
    after = world.change(number, **parts)
    if rules.reset_ends_the_rest:
        after = after.change(number, sessions=ONLY()).without_links(number, "reset")
    is_taken_back = number == 0 and reader == OWNER and _is_clean(after.at(0))
    return after._replace(is_breached=False) if is_taken_back else after


def _is_clean(account):
    """Tell whether nothing on an account is anybody's but the owner's."""
    mine = {HOME[OWNER]}
    return account.verified <= mine and not account.claimed and account.linked <= {OWNER}


def _by_identity(world, rules):
    for who in PEOPLE:
        owner = next((n for n, each in world.living() if who in each.linked), None)
        if owner is not None:
            yield f"{who} comes from elsewhere to {owner}", _let_in(world, rules, who, owner)
            continue
        for address, is_proof in IDENTITIES[who]:
            name = f"{who} comes from elsewhere as {address}"
            yield name, _stranger(world, rules, who, address, is_proof=is_proof)


def _stranger(world, rules, who, address, *, is_proof):
    """Decide about an identity that is nobody's (services/upstream_rules.py, decide)."""
    taken = world.owner_of(address)
    if taken is not None:
        if rules.address_links_nothing:
            return world
        linked = world.at(taken).linked | {who}
        return _let_in(world.change(taken, linked=linked), rules, who, taken)
    if is_proof or not rules.only_proofs_prove:
        made = Account(verified=ONLY({address}), primary=address, linked=ONLY({who}))
        return _new(world, rules, who, made)
    return world._replace(sign_ups=world.sign_ups | {SignUp(who, address, who)})


# --- what is done from within -------------------------------------------------------------------


def _sessions(world):
    for number, account in world.living():
        for who in account.sessions:
            yield number, account, who


def _link(world, rules):
    for number, account, who in _sessions(world):
        provers = (who,) if rules.link_is_bound_to_asker else PEOPLE
        for prover in provers:
            owner = next((n for n, each in world.living() if prover in each.linked), None)
            if owner is None:
                linked = world.change(number, linked=account.linked | {prover})
                yield f"{who} links {prover} to {number}", linked
        for other in account.linked:
            if account.password or len(account.linked) > 1:
                unlinked = world.change(number, linked=account.linked - {other})
                yield f"{who} unlinks {other} from {number}", unlinked


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
            age = 1 + max((link.age for link in world.links if link.account == number), default=0)
            back = {Link("way back", number, account.primary, min(age, 3))}
            if rules.way_back_is_for_who_was_there_before and _ways_back(world, number):
                back = set()
            after = world.change(number, primary=address, verified=account.verified | {address})
            after = after.without_links(number, "reset")
            yield f"{who} makes {address} primary", after._replace(links=after.links | back)
            yield f"{who} takes {address} off", _take_off(world, rules, number, address)


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
    """It is the owner's again when nothing but addresses was changed."""
    account = world.at(number)
    is_own = account.linked <= {OWNER} and account.password == OWNER
    done = number == 0 and reader == OWNER and is_own
    return world._replace(is_breached=False) if done else world


def _use_way_back(world, rules, link):
    number = link.account
    account = world.at(number)
    parts = {"primary": link.address, "verified": account.verified | {link.address}}
    if rules.way_back_drops_the_rest:
        parts |= {"verified": ONLY({link.address}), "claimed": ONLY(), "sessions": ONLY()}
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
    if _is_clean(account) and account.password == OWNER and ATTACKER not in account.sessions:
        yield "O has looked through it all", world._replace(is_breached=False)


ROOMS = (
    _sign_up,
    _confirm,
    _invite,
    _by_password,
    _reset,
    _by_identity,
    _link,
    _addresses,
    _primary,
    _go_back,
    _delete,
    _secure,
)
