"""Passwords: which may be used, and that every sign of them counts."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from app.errors import InvalidInput
from app.security import passwords as hashing
from app.services.people import accounts, passwords
from tests import factories

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("db")]


@pytest.mark.parametrize(
    "password",
    [
        "four green boats",
        "15 boats at sea",
        "4829-1193-5520-8841",
        "masterful dragonflies sing",
        "no rules, only length",
        "ünïcödé wörks tøø",
        "家の猫は夜に歩くのが好きだった",
        " ".join(f"boat {number}" for number in range(30)),
        "  spaces at ends  ",
    ],
)
def test_long_passwords_of_any_signs_are_taken(password):
    """NIST SP 800-63B-4 §3.1.1.2: length, and no rules of composition."""
    passwords.check_allowed(password)


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "",
        "x" * 30,
        "abababababababab",
        "a1b2" * 65,
        "sealwaxsealwaxsealwax",
        "four green\0boats",
        "qwertyuiopasdfgh",
        "abcdefghijklmnopqr",
        "1234567890123456",
        "Password1234567!",
        "letmein-welcome-2024",
        "boats boats boats ",
    ],
)
def test_passwords_that_are_easy_to_guess_are_refused(password):
    with pytest.raises(InvalidInput):
        passwords.check_allowed(password)


def test_refusal_says_how_much_is_missing():
    with pytest.raises(InvalidInput, match="Use 1 more character"):
        passwords.check_allowed("fourteen chars")
    with pytest.raises(InvalidInput, match="Use 3 more characters"):
        passwords.check_allowed("twelve chars")


@pytest.mark.parametrize("context", [("jane@people.example", ""), ("", "Jane of the Seven Seas")])
def test_own_name_and_address_are_no_passwords(context):
    with pytest.raises(InvalidInput, match="too close to a name"):
        passwords.check_allowed("".join(context) + "1", context=context)


def test_every_sign_of_a_password_counts():
    """NIST SP 800-63B-4: the whole secret; bcrypt would stop at the 72nd byte."""
    long = "a b c d e f g " * 18
    stored = hashing.hash_password(long)

    assert passwords.fits(stored, long)
    assert not passwords.fits(stored, f"{long[:-1]}x")
    assert not passwords.fits(stored, long.strip())
    assert not passwords.fits(stored, long.upper())


def test_password_is_the_same_from_every_keyboard():
    composed = unicodedata.normalize("NFC", "vier grüne Boote fahren")
    taken_apart = unicodedata.normalize("NFD", composed)

    assert composed != taken_apart
    assert passwords.fits(hashing.hash_password(composed), taken_apart)


def test_nothing_stored_fits_nothing():
    assert not passwords.fits(None, "nobody has this password")


@pytest.mark.usefixtures("_real_hashes")
def test_hash_is_argon2id_with_the_parameters_of_today():
    """OWASP: 19 MiB, two passes; a salt of 128 bits for each."""
    stored = hashing.hash_password("four green boats sail home")
    found = extract_parameters(stored)

    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert found.salt_len >= 16
    assert hashing.hash_password("four green boats sail home") != stored


def test_old_hash_is_replaced_and_a_new_one_kept():
    """security.md PW04: what `stronger` returns replaces the stored hash at a sign-in."""
    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(factories.PASSWORD)

    stronger = passwords.stronger(old, factories.PASSWORD)

    assert stronger is not None
    assert passwords.fits(stronger, factories.PASSWORD)
    assert passwords.stronger(stronger, factories.PASSWORD) is None


def test_password_that_was_changed_meanwhile_stays(db):
    """A sign-in with the old one that began before must not put it back."""
    user = factories.user()
    stored = accounts.get_for_change(user.id)[1]

    passwords.strengthen(user, "the hash that was there before", "a new hash of the old password")

    assert accounts.get_for_change(user.id)[1] == stored
