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
