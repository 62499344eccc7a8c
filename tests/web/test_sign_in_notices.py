"""The owner hears of sign-ins that are out of the ordinary (security.md LG08)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.services.people.notices import MANY_TRIES
from tests import factories, mailbox
from tests.administrators import visitor
from tests.factories import PASSWORD


@pytest.fixture
def mails(db):
    """Return a function that gives the subjects of the mails in the outbox."""

    def subjects():
        db.session.rollback()
        return [letter.subject for letter in mailbox.outbox()]

    return subjects


def test_first_sign_in_of_all_is_no_news(signed_in, mails):
    assert mails() == []


def test_new_browser_is_told_of_with_device_and_network(app, signed_in, jane, db, settings):
    """ASVS 6.3.5."""
    visitor(app).sign_in(jane.email, PASSWORD)

    (letter,) = mailbox.outbox(jane.email)
    assert letter.subject == "Sign-in with a new browser"
    for part in (letter.text, letter.html):
        for words in ("Linux", "127.0.0.1", "UTC", f"{settings.issuer}/account/not-me"):
            assert words in part


def test_known_browser_is_not(signed_in, jane, mails):
    signed_in.sign_out().open("/login/sign-in").sign_in(jane.email, PASSWORD)

    assert mails() == []


def test_second_step_comes_before_the_notice(app, signed_in, jane, mails):
    """Who does not get in is nobody's news yet."""
    phone, _ = factories.phone(jane)
    there = visitor(app).sign_in(jane.email, PASSWORD)
    before = mails()
    there.press("continue", code=phone.code)

    assert "Sign-in with a new browser" not in before
    assert mails()[-1] == "Sign-in with a new browser"


def test_many_tries_and_then_a_success(app, signed_in, jane, mails, clock):
    """security.md LG08: many failures then success."""
    there = visitor(app)
    clock.move(timedelta(seconds=1))
    for _ in range(MANY_TRIES):
        there.open("/login/sign-in").sign_in(jane.email, "not the password at all")
    clock.move(timedelta(hours=1))
    there.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    assert mails() == ["Sign-in after many tries"]


def test_tries_are_counted_anew_after_a_success(app, signed_in, jane, mails, clock):
    for _ in range(2):
        for _ in range(MANY_TRIES - 1):
            signed_in.open("/login/sign-in?another=yes").sign_in(jane.email, "not the password")
        clock.move(timedelta(hours=1))
        signed_in.open("/login/sign-in?another=yes").sign_in(jane.email, PASSWORD)

    assert mails() == []


def test_tries_of_long_ago_do_not_count(app, signed_in, jane, mails, clock):
    for _ in range(MANY_TRIES):
        signed_in.open("/login/sign-in?another=yes").sign_in(jane.email, "not the password")
    clock.move(timedelta(days=1, minutes=1))
    signed_in.sign_out().open("/login/sign-in").sign_in(jane.email, PASSWORD)

    assert mails() == []
