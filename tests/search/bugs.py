"""Bugs: every rule broken by itself, and the start from which that lets somebody in."""

from __future__ import annotations

from dataclasses import replace

from app.services.people.step_rules import Owed
from tests.search.rules import HONEST

NOBODY_YET = "nobody is there"
MAIL = "the attacker reads the owner's mail, but has no phone"
PASSWORD = "the attacker knows the password"
SESSION = "the attacker holds a session and has added an address"

SHOWS_FROM = {
    "decide": NOBODY_YET,
    "is_proven": NOBODY_YET,
    "owed": MAIL,
    "account_waits_for_proof": NOBODY_YET,
    "code_is_bound_to_browser": NOBODY_YET,
    "taken_address_makes_nothing": MAIL,
    "reset_needs_proved_address": NOBODY_YET,
    "reset_keeps_second_step": MAIL,
    "reset_ends_the_rest": PASSWORD,
    "address_links_nothing": NOBODY_YET,
    "link_is_bound_to_asker": NOBODY_YET,
    "change_is_bound_to_session": NOBODY_YET,
    "claim_is_no_address": NOBODY_YET,
    "going_back_by_hand_is_going_back": SESSION,
    "way_back_ends_later_ones": SESSION,
    "way_back_drops_the_rest": SESSION,
    "way_back_drops_ways_in": SESSION,
    "removed_address_opens_nothing": SESSION,
    "invitation_makes_new_accounts": MAIL,
    "deletion_ends_links": NOBODY_YET,
}
#: The first steps of those that lie deep: without them it would take minutes to try everything.
FIRST_STEPS = {
    "going_back_by_hand_is_going_back": (
        "A makes attacker@ primary",
        "A makes owner@ primary",
        "A makes attacker@ primary",
    ),
    "removed_address_opens_nothing": ("resets of 0 are asked for", "O resets 0"),
}


def _believes_addresses(facts):
    """Decide as if the provider's word were a proof, whatever it is worth (nOAuth)."""
    return HONEST.decide(replace(facts, email_is_proven=True))


#: What takes the place of a function of the product.
INSTEAD = {
    "decide": _believes_addresses,
    "is_proven": lambda _kind, _claims, *, email, verified: bool(email) and verified,
    "owed": lambda _amr, **_: Owed.NOTHING,
}
BUGS = {name: replace(HONEST, **{name: INSTEAD.get(name, False)}) for name in SHOWS_FROM}
