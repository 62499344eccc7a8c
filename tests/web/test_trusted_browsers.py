"""Browsers that are spared the second step: for whom, for how long, and what ends it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.models import AuditEvent, Session, TrustedBrowser
from app.services.people import exports, trusted_browsers
from app.services.upkeep.audit import Event
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


@pytest.fixture
def other(app, jane, phone, clock, db):
    """Return the browser of Jane's telephone, which is spared the second step."""
    browser = take(half_way(visitor(app), jane), phone.code, trust="y").sign_out()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 Safari/604"
    db.session.execute(update(TrustedBrowser).values(user_agent=agent))
    db.session.commit()
    clock.move(minutes=1)
    return browser


def test_person_sees_which_devices_are_not_asked(browser, jane, phone, other):
    """security.md MF06: what lets in with less is seen, with the device and since when."""
    take(half_way(browser, jane), phone.code).open("/account/security")

    assert other.jar, "it is trusted"
    assert browser.sees("Where the second step is not asked for")
    assert browser.sees("Safari on iPhone")
    assert not browser.has("ask-everywhere"), "there is one"


def test_person_has_one_device_asked_again(browser, jane, phone, other, db):
    take(half_way(browser, jane), phone.code, trust="y").open("/account/security")

    browser.press("ask-2")

    assert browser.sees("The second step is asked for on that device again.")
    assert not browser.sees("Safari on iPhone")
    assert half_way(other, jane).at == "/login/second-step"
    assert half_way(browser.sign_out(), jane).at == "/account/"
    kinds = db.session.scalars(select(AuditEvent.event)).all()
    assert kinds.count(Event.BROWSER_TRUSTED) == 2
    assert kinds.count(Event.BROWSER_FORGOTTEN) == 1


def test_person_has_every_device_asked_again(browser, jane, phone, other):
    take(half_way(browser, jane), phone.code, trust="y").open("/account/security")

    browser.press("ask-everywhere")

    assert not browser.sees("Where the second step is not asked for")
    assert half_way(browser.sign_out(), jane).at == "/login/second-step"
    assert half_way(other, jane).at == "/login/second-step"


def test_nobody_ends_the_trust_of_somebody_else(browser, jane, phone, other, app, db):
    row = db.session.scalars(select(TrustedBrowser)).one()
    name = trusted_browsers.name_of(row)
    bob = visitor(app).sign_in(factories.user("bob@people.example").email, PASSWORD)
    take(half_way(browser, jane), phone.code).open("/account/security")
    sent = browser.fill("ask-1")
    assert name in sent.url
    assert row.browser not in browser.answer.text, "what is kept of the cookie is on no page"

    bob.open("/account/security")
    bob.post(sent.url, {"csrf_token": dict(bob.fill("change-password").fields)["csrf_token"]})

    assert bob.status == 404
    assert half_way(other, jane).at == "/account/"


def test_trust_is_in_ones_own_activity_and_in_what_one_takes_along(browser, jane, phone, other):
    """security.md AU01: with the device."""
    take(half_way(browser, jane), phone.code).open("/account/activity")

    assert browser.sees("A device was set not to be asked for the second step")
    [kept] = exports.of(jane)["trusted_browsers"]
    assert "iPhone" in kept["browser"]
    assert other.jar, "it is trusted"


def test_walk_after_a_break_in_names_the_device_that_is_not_asked(browser, jane, phone, other):
    """ux.md 2.14: no other session is open, but one can be opened with the password alone."""
    take(half_way(browser, jane), phone.code).open("/account/not-me")

    assert browser.sees("one is not asked for the second step")
