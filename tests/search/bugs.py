"""Bugs: every rule broken by itself, and the start from which that lets somebody in."""

from __future__ import annotations

from dataclasses import replace

from tests.search.rules import HONEST

NOBODY_YET = "nobody is there"
MAIL = "the attacker reads the owner's mail, but has no phone"
PASSWORD = "the attacker knows the password"
SESSION = "the attacker holds a session and has added an address"

SHOWS_FROM = {
    "account_waits_for_proof": NOBODY_YET,
    "code_is_bound_to_browser": NOBODY_YET,
    "taken_address_makes_nothing": MAIL,
    "reset_needs_proved_address": NOBODY_YET,
    "reset_keeps_second_step": MAIL,
    "reset_ends_the_rest": PASSWORD,
    "every_way_asks_for_phone": MAIL,
    "address_links_nothing": NOBODY_YET,
    "only_proofs_prove": NOBODY_YET,
    "link_is_bound_to_asker": NOBODY_YET,
    "change_is_bound_to_session": NOBODY_YET,
    "claim_is_no_address": NOBODY_YET,
    "going_back_by_hand_is_going_back": SESSION,
    "way_back_ends_later_ones": SESSION,
    "way_back_drops_the_rest": SESSION,
    "removed_address_opens_nothing": SESSION,
    "invitation_makes_new_accounts": MAIL,
    "deletion_ends_links": NOBODY_YET,
}
BUGS = {name: replace(HONEST, **{name: False}) for name in SHOWS_FROM}
