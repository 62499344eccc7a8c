"""Accounts: one for every spelling of an address."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.errors import InvalidInput
from app.models import User
from app.services.people import accounts, person_names
from app.services.people.accounts import AddressTaken
from app.services.people.person_names import NewPerson
from tests import factories

PASSWORD = "four green boats sail home"

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane@People.Example", "jane@people.example"),
        (" jane@people.example ", "jane@people.example"),
        ("\uff4aane@people.example", "jane@people.example"),
        ("jane@people\uff0eexample", "jane@people.example"),
        ("jane@b\u00fccher.example", "jane@xn--bcher-kva.example"),
        ("jane@BU\u0308CHER.example", "jane@xn--bcher-kva.example"),
        ("STRASSE@people.example", "stra\u00dfe@people.example"),
        ("ﬁne@people.example", "fine@people.example"),
    ],
)
def test_spellings_of_an_address_are_one(one, other):
    """CVE-2025-24806."""
    assert accounts.key_of(one) == accounts.key_of(other)
    assert accounts.key_of(accounts.key_of(one)) == accounts.key_of(one)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jane@people.example", "jane+x@people.example"),
        ("jane.doe@people.example", "janedoe@people.example"),
        ("jane@people.example", "jane@peopl\u0435.example"),
    ],
)
def test_addresses_that_differ_stay_apart(one, other):
    assert accounts.key_of(one) != accounts.key_of(other)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "broken", ["", "@", "a@", "a@\u2603..x", "@@@", "x" * 5000, "a@" + "ü" * 99]
)
def test_what_is_no_address_is_compared_all_the_same(broken):
    assert isinstance(accounts.key_of(broken), str)


def test_address_is_taken_once(db):
    factories.user("jane@people.example")

    with pytest.raises(AddressTaken):
        accounts.create("JANE@people.example", password=PASSWORD)
    with pytest.raises(AddressTaken):
        accounts.create_signed_up("JANE@people.example", password_hash="x", person=NewPerson())

    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    "email", ["jane", "jane@", "a b@people.example", "\ufdfa" * 20 + "@x.example"]
)
def test_account_needs_an_address(db, email):
    """The last one grows to 380 letters when it is compared."""
    with pytest.raises(InvalidInput) as refused:
        accounts.create(email, password=PASSWORD)

    assert refused.value.field == "email"
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_account_without_a_usable_password_is_not_made(db):
    with pytest.raises(InvalidInput):
        accounts.create("jane@people.example", password="short")

    assert db.session.scalars(select(User)).all() == []


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jane   Doe ", "Jane Doe"),
        ("Jane\nDoe", "Jane Doe"),
        ("Jane\u202eeoD", "Jane eoD"),
        ("نور", "نور"),
        ("\0", ""),
    ],
)
def test_name_is_one_line_that_turns_nothing_around(typed, kept):
    assert person_names.one_line(typed) == kept
