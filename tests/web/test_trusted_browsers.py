"""Browsers that are spared the second step: for whom, for how long, and what ends it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Session
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember


@pytest.fixture
def phone(jane, clock):
    """Give Jane a second step; return her phone."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[0]


def half_way(browser, jane):
    """Pass the first step."""
    return browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)


def take(browser, code, **values):
    """Pass the second one."""
    return browser.press("continue", code=remember(code), **values)


def test_trusted_browser_is_asked_once(browser, jane, phone, clock):
    """security.md MF13."""
    take(half_way(browser, jane), phone.code, trust="y").sign_out()

    assert half_way(browser, jane).at == "/account/"
    browser.sign_out()
    clock.move(days=30)
    assert half_way(browser, jane).at == "/login/second-step"


def test_browser_is_trusted_for_one_person(browser, jane, phone):
    take(half_way(browser, jane), phone.code, trust="y").sign_out()
    bob = factories.user("bob@people.example")
    factories.phone(bob)

    assert half_way(browser, bob).at == "/login/second-step"


def test_trust_ends_with_a_changed_password(browser, jane, phone, clock):
    """security.md MF13: revoked on credential change."""
    new = "seven purple llamas hum at noon"
    take(half_way(browser, jane), phone.code, trust="y").open("/account/security")
    browser.press("change-password", current_password=PASSWORD, password=remember(new))
    browser.sign_out()
    clock.move(seconds=30)

    browser.open("/login/sign-in").sign_in(jane.email, new)

    assert browser.at == "/login/second-step"


def test_trust_is_not_enough_for_what_is_sensitive(browser, jane, phone, clock):
    """security.md MF13: never satisfies step-up."""
    take(half_way(browser, jane), phone.code, trust="y").sign_out()
    half_way(browser, jane)
    clock.move(seconds=30)

    browser.open("/account/data")
    assert browser.at == "/login/second-step"
    assert not browser.has("trust")
    take(browser, phone.code)

    assert browser.at == "/account/data"


def test_trust_ends_where_one_signs_out_every_other_device(app, browser, jane, phone, clock):
    """security.md MF13, SE08: a device that was stolen is not spared the code."""
    take(half_way(browser, jane), phone.code, trust="y")
    clock.move(seconds=30)
    other = visitor(app)
    take(half_way(other, jane), phone.code).open("/account/security").press("sign-out-others")

    assert half_way(browser, jane).at == "/login/second-step"


def test_trust_ends_with_the_session_that_is_ended_from_elsewhere(
    app, browser, jane, phone, clock, db
):
    """security.md MF13, SE08."""
    take(half_way(browser, jane), phone.code, trust="y")
    stolen = db.session.scalars(select(Session)).one().id
    clock.move(seconds=30)
    other = visitor(app)
    take(half_way(other, jane), phone.code).open("/account/security").press(f"end-{stolen}")

    assert half_way(browser, jane).at == "/login/second-step"


def test_trust_of_this_device_stays_when_others_are_signed_out(browser, jane, phone):
    take(half_way(browser, jane), phone.code, trust="y").open("/account/security")
    factories.session(jane)
    browser.open("/account/security").press("sign-out-others").sign_out()

    assert half_way(browser, jane).at == "/account/"


def test_trust_of_a_device_that_is_signed_out_can_be_taken_back(app, browser, jane, phone, clock):
    """security.md MF06: people see what lets in without the code, and end it."""
    take(half_way(browser, jane), phone.code, trust="y").sign_out()
    clock.move(seconds=30)
    other = visitor(app)
    take(half_way(other, jane), phone.code).open("/account/security").press("sign-out-others")
    assert not other.has("sign-out-others")

    assert half_way(browser, jane).at == "/login/second-step"
