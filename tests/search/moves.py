"""Moves: everything that somebody can do in a world; each yields its name and what comes of it."""

from __future__ import annotations

from app.services.authorization import levels
from app.services.people.step_rules import Owed
from app.services.people.upstream_rules import Verdict
from tests.search import inside
from tests.search.inside import ONLY, facts_of, is_clean
from tests.search.rules import Rules
from tests.search.world import (
    ADDRESSES,
    ATTACKER,
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

PASSWORD, FEDERATED = ("pwd",), ("fed",)
PASSKEY = levels.with_passkey((), is_synced=True)
NO = False


def moves(world: World, rules: Rules):
    """Yield every step from here: its name, and the next world."""
    for room in ROOMS:
        for name, after in room(world, rules):
            if after != world:
                yield name, after


def _let_in(world: World, rules: Rules, who: str, number: int, amr=PASSWORD) -> World:
    """Let somebody in who has passed a first step, and what they owe then."""
    account = world.at(number)
    owed = rules.owed(
        amr,
        has_second_step=account.phone != NOBODY,
        is_demanded=NO.__bool__,
        has_passkey=account.passkeys.__len__,
        is_spared=NO.__bool__,
    )
    if owed != Owed.NOTHING and who not in {account.phone, *account.passkeys}:
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
    is_taken_back = number == 0 and reader == OWNER and is_clean(after.at(0))
    return after._replace(is_breached=False) if is_taken_back else after


def _by_passkey(world, rules):
    for number, account in world.living():
        for who in account.passkeys:
            yield f"{who} uses a passkey of {number}", _let_in(world, rules, who, number, PASSKEY)


def _by_identity(world, rules):
    for who in PEOPLE:
        for address, claims in IDENTITIES[who]:
            facts = facts_of(world, rules, who, address, claims)
            verdict = rules.decide(facts)
            name = f"{who} comes from elsewhere as {address}: {verdict}"
            yield name, _follow(world, rules, verdict, facts, who, address)


def _follow(world, rules, verdict, facts, who, address):
    """Do what the product does upon a verdict (web/login/upstream.py, join.py)."""
    if verdict is Verdict.SIGN_IN:
        return _let_in(world, rules, who, facts.owner, FEDERATED)
    if verdict is Verdict.SIGN_UP:
        made = Account(verified=ONLY({address}), primary=address, linked=ONLY({who}))
        return _new(world, rules, who, made)
    if verdict is Verdict.SIGN_UP_BY_MAIL:
        return world._replace(sign_ups=world.sign_ups | {SignUp(who, address, who)})
    return world


ROOMS = (
    _sign_up,
    _confirm,
    _invite,
    _by_password,
    _reset,
    _by_passkey,
    _by_identity,
    *inside.ROOMS,
)
