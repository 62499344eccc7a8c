"""Standard claims are kept as OIDC Core §5.1 wants them, or refused."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput
from app.services.clients import scopes
from app.services.people import claims, groups, profiles
from tests import factories


def test_every_claim_of_every_scope_can_be_set(db):
    """protocol.md 2.9: the test user of a certification run needs all of them."""
    person = factories.user(email_verified=True)
    crew = groups.create("Crew", description="", requires_second_step=False, by=person.id)
    groups.add_member(crew, person, by=person.id)

    profiles.change(person, factories.CLAIMS)

    told = claims.about(person, scopes.NAMES)
    assert set(told) == set(claims.CLAIMS)
    assert {name: told[name] for name in factories.CLAIMS} == factories.CLAIMS


def test_empty_value_takes_a_claim_away(db):
    person = factories.user(nickname="jd")
    profiles.change(person, {"nickname": ""})

    assert "nickname" not in claims.about(person, ["profile"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birthdate", "31.01.1990"),
        ("birthdate", "1990-13-01"),
        ("website", "jane.example"),
        ("profile", "javascript:alert(1)"),
        ("name", "x" * 201),
        ("name", "two\nlines"),
        ("name", "nul\0"),
        ("name", {"a": 1}),
        ("phone_number", "abc"),
        ("phone_number", "01 23 45 67 89"),
        ("phone_number", "+33 1 23"),
        ("phone_number", "+1234567890123456"),
        ("phone_number", "+33 1 23 45 67 89 or so"),
        ("phone_number", 33123456789),
        ("phone_number_verified", "yes"),
        ("address", "1 Rue X"),
        ("address", {"planet": "Earth"}),
        ("email", "other@people.example"),
        ("subject", "x"),
        ("is_admin", True),
    ],
)
def test_what_applications_would_refuse_is_refused_here(db, name, value):
    """protocol.md 2.8; and nothing but claims can be set."""
    with pytest.raises(InvalidInput) as refused:
        profiles.change(factories.user(), {name: value})

    assert refused.value.field == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+33123456789", "+33123456789"),
        ("+1 (425) 555-1212", "+1 (425) 555-1212"),
        ("+1 (604) 555-1234;ext=5678", "+1 (604) 555-1234;ext=5678"),
        ("0033 1 23.45.67.89", "+33 1 23.45.67.89"),
        ("\u202a+33\u202f1\u00a023\u201345 67 89\u202c", "+33 1 23-45 67 89"),
        ("+\u0669\u0666\u0666 \u0661\u0662 345 6789", "+966 12 345 6789"),
    ],
)
def test_phone_number_is_taken_as_people_write_it(db, typed, kept):
    """OIDC Core §5.1: E.164, and blanks, dashes and parentheses where people put them."""
    person = factories.user()

    profiles.change(person, {"phone_number": typed})

    assert person.phone_number == kept


def test_everything_that_may_not_be_so_is_named_at_once(db):
    found = profiles.faults({"phone_number": "abc", "name": "Jane", "birthdate": "yesterday"})

    assert [fault.field for fault in found] == ["phone_number", "birthdate"]
