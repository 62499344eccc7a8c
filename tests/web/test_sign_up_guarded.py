"""Sign-up does no work and writes no row for who should not have it."""

from __future__ import annotations

from sqlalchemy import func, select

from app.models import SignUp
from app.services.people import sign_ups
from app.services.upkeep import throttles

EMAIL = "new@people.example"
PASSWORD = "four words of mine"


def test_nothing_is_hashed_for_who_has_to_wait(browser, db, clock, monkeypatch):
    """Hashing is what an attacker would make us do."""
    hashed = []
    monkeypatch.setattr(sign_ups, "hash_password", lambda typed: hashed.append(typed) or "hash")
    for _ in range(throttles.MAIL.free + 1):
        browser.open("/login/sign-up").sign_up(EMAIL, PASSWORD)

    assert browser.status == 429
    assert len(hashed) == throttles.MAIL.free


def test_address_that_grows_too_long_is_refused_at_its_field(browser, db):
    """PostgreSQL would refuse the row: NFKC makes 18 letters of this one."""
    browser.open("/login/sign-up").sign_up("\ufdfa" * 20 + "@people.example", PASSWORD)

    assert browser.status == 422
    assert db.session.scalar(select(func.count()).select_from(SignUp)) == 0
