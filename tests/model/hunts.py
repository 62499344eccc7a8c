"""Hunts: which planted bug is looked for with which acts, and from where.

A hunt has the few rules that lead to its bug, so that it comes there within some dozen examples.
"""

from __future__ import annotations

from tests.model import planted

BOTH = {"phones": ("jane", "joe")}
COMES = ("come", "come_again")
#: What to plant, the rules with which it is hunted, and where the hunt begins.
BUGS = {
    "the second step is left out": (planted.nobody_owes_a_step, ("sign_in", *COMES), BOTH),
    "trust is a second step": (
        planted.trust_is_a_second_step,
        ("sign_in", "sign_out"),
        {**BOTH, "trusted": 0},
    ),
    "any browser goes on with a request": (planted.any_browser_goes_on, ("ask", "take_over"), {}),
    "prompt=login is not obeyed": (planted.without("_login_demanded"), COMES, {}),
    "max_age is not obeyed": (planted.without("_too_old"), (*COMES, "wait"), {}),
    "a level is not demanded": (planted.without("_level_missing"), COMES, {}),
    "terms are not asked about": (planted.without("_terms_owed"), COMES, {}),
    "details are not asked for": (planted.without("_details_owed"), COMES, {}),
    "consent is not asked for": (planted.without("_consent_open"), COMES, {}),
    "an account is not chosen": (planted.without("_account_open"), COMES, {}),
    "sign-out forgets the cookie alone": (
        planted.sign_out_forgets_the_cookie_alone,
        ("sign_in", "sign_out", "put_cookie_back"),
        {},
    ),
    "old sessions live on": (
        planted.old_sessions_live_on,
        ("sign_in", "reset", "change_password"),
        {},
    ),
    "any password will do": (planted.any_password_will_do, ("type_password",), {"phones": ()}),
    "a password adds factors": (
        planted.a_password_adds_factors,
        ("sign_in", "make_passkey"),
        {"phones": ()},
    ),
    "an address is somebody": (planted.address_is_somebody, ("come_from_elsewhere",), {}),
    "a session set aside keeps its cookie": (
        planted.aside_keeps_its_cookie,
        ("sign_in", "make_room"),
        {},
    ),
    "a passkey goes alone": (
        planted.passkey_goes_alone,
        ("come_with_passkey", "remove_passkey"),
        {"keys": ("jane", "joe")},
    ),
}
#: Those that take longer to be found: `make model` hunts for them, too.
DEEPER_BUGS = {
    "a half sign-in outlives a change": (
        planted.half_outlives_a_change,
        ("first_step", "reset", "type_code"),
        BOTH,
    ),
    "trust outlives a change": (
        planted.trust_outlives_a_change,
        ("sign_in", "reset", "sign_out"),
        {**BOTH, "trusted": 0},
    ),
    "a code counts twice": (
        planted.code_counts_twice,
        ("first_step", "type_code", "sign_out"),
        BOTH,
    ),
    "a code moves auth_time": (
        planted.step_up_is_a_sign_in,
        ("sign_in", *COMES, "wait"),
        {**BOTH, "trusted": 0},
    ),
    "an open browser is enough": (
        planted.open_browsers_are_enough,
        ("sign_in", "wait", "make_passkey", "change_address"),
        {"phones": ()},
    ),
    "any browser links": (
        planted.any_browser_links,
        ("arrive", "sign_in", "press_link"),
        {"phones": (), "linked": ()},
    ),
    "any code confirms an address": (
        planted.any_code_confirms,
        ("sign_in", "add_address", "guess_address_code"),
        {},
    ),
    "a way back ends nothing": (
        planted.way_back_ends_nothing,
        ("sign_in", "change_address", "go_back"),
        {"phones": ()},
    ),
    "leaving changes nothing": (
        planted.leaving_changes_nothing,
        ("sign_in", "ask_for_deletion", "first_step"),
        {"phones": ()},
    ),
}
