"""The rules of linking, fact by fact; and whose word about an address is believed."""

from __future__ import annotations

from itertools import product

import pytest

from app.services.people.upstream_rules import Facts, Verdict, decide, email_is_proven

ALICE, BOB = 1, 2
EVERYTHING = [
    Facts(owner, owner is not None and off, asking, may, proven, taken)
    for owner, off, asking, may, proven, taken in product(
        (None, ALICE, BOB),
        (False, True),
        (None, ALICE),
        (False, True),
        (False, True),
        (False, True),
    )
]


@pytest.mark.parametrize("facts", EVERYTHING)
def test_only_the_owner_is_let_in(facts):
    """nOAuth: whatever address was told, nobody is let in by it."""
    verdict = decide(facts)

    if verdict is Verdict.SIGN_IN:
        assert facts.owner is not None
        assert not facts.owner_is_disabled


@pytest.mark.parametrize("facts", EVERYTHING)
def test_only_what_is_nobodys_can_be_linked_or_make_an_account(facts):
    verdict = decide(facts)

    if verdict in {Verdict.ASK_TO_LINK, Verdict.SIGN_UP, Verdict.SIGN_UP_BY_MAIL}:
        assert facts.owner is None
    if verdict is Verdict.ASK_TO_LINK:
        assert facts.asking is not None
    if verdict is Verdict.SIGN_UP:
        assert facts.may_sign_up
        assert facts.email_is_proven
        assert not facts.address_is_taken


@pytest.mark.parametrize("facts", [one for one in EVERYTHING if not one.email_is_proven])
def test_an_unproved_address_tells_nothing_about_accounts(facts):
    """ux.md 2.0.13."""
    parts = {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
    twin = Facts(**{**parts, "address_is_taken": not facts.address_is_taken})

    assert decide(facts) is decide(twin)


GMAIL, ELSEWHERE = "jane@gmail.com", "jane@people.example"


@pytest.mark.parametrize(
    ("kind", "claims", "email", "verified", "proven"),
    [
        ("google", {}, GMAIL, True, True),
        ("google", {}, "jane@GMAIL.com", True, True),
        ("google", {}, "jane@evil-gmail.com", True, False),
        ("google", {}, "jane@gmail.com.example", True, False),
        ("google", {}, ELSEWHERE, True, False),
        ("google", {"hd": "people.example"}, ELSEWHERE, True, True),
        ("google", {"hd": ""}, ELSEWHERE, True, False),
        ("google", {"hd": True}, ELSEWHERE, True, False),
        ("google", {}, GMAIL, False, False),
        ("google", {"hd": "people.example"}, ELSEWHERE, "true", False),
        ("microsoft", {}, ELSEWHERE, True, False),
        ("microsoft", {"xms_edov": True}, ELSEWHERE, None, True),
        ("microsoft", {"xms_edov": "1"}, ELSEWHERE, None, True),
        ("microsoft", {"xms_edov": 0}, ELSEWHERE, True, False),
        ("microsoft", {"xms_edov": "false"}, ELSEWHERE, True, False),
        ("generic", {}, ELSEWHERE, True, True),
        ("generic", {}, ELSEWHERE, "true", False),
        ("generic", {}, ELSEWHERE, 1, False),
        ("generic", {"hd": "x", "xms_edov": True}, ELSEWHERE, None, False),
        ("generic", {}, "", True, False),
    ],
)
def test_whose_word_about_an_address_is_believed(kind, claims, email, verified, proven):
    assert email_is_proven(kind, claims, email=email, verified=verified) is proven
