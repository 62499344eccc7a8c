"""How long sessions live, and how many somebody may have (security.md SE03, SE08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Session
from app.services.authorization import levels, sessions
from tests import factories
from tests.administrators import browser_of, visitor
from tests.browser import Cookie
from tests.factories import PASSWORD
from tests.secrets_seen import remember

TWO_STEPS = ("pwd", "otp", "mfa")


@pytest.fixture
def strong(app, browser, jane, db):
    """Return Jane's browser with a session that two steps have opened."""
    _, token = sessions.open(jane, amr=TWO_STEPS)
    db.session.commit()
    browser.jar["__Host-sealwax"] = Cookie(remember(token))
    return browser


def is_in(browser):
    """Tell whether the browser is signed in; looking is a use of the session."""
    return browser.open("/account/").at == "/account/"


def test_limits_are_those_of_the_standard(settings):
    """NIST SP 800-63B AAL2: an hour unused, a day at all; a month for one step."""
    assert settings.strong_session_idle <= timedelta(hours=1)
    assert settings.strong_session_lifetime <= timedelta(hours=24)
    assert settings.session_lifetime <= timedelta(days=30)
    assert settings.admin_idle <= timedelta(minutes=15)
    assert settings.admin_lifetime <= timedelta(hours=12)


def test_strong_session_ends_after_an_hour_unused(strong, clock, settings):
    clock.move(settings.strong_session_idle - timedelta(minutes=1))
    assert is_in(strong)

    clock.move(settings.strong_session_idle)

    assert not is_in(strong)


def test_strong_session_in_use_ends_after_a_day(strong, clock, settings):
    ends_at = clock() + settings.strong_session_lifetime

    while is_in(strong):
        assert clock() < ends_at
        clock.move(settings.strong_session_idle * 0.7)

    assert clock() >= ends_at


def test_session_of_one_step_in_use_ends_after_a_month(signed_in, clock, settings):
    ends_at = clock() + settings.session_lifetime

    while is_in(signed_in):
        assert clock() < ends_at
        clock.move(settings.session_idle * 0.7)

    assert clock() >= ends_at


def test_session_that_is_lifted_gets_the_shorter_life(jane, db, clock, settings):
    """security.md SE03: what is behind it by now needs the limits of the higher level."""
    _, token = factories.session(jane)
    clock.move(timedelta(days=1))
    lifted = sessions.step_up(sessions.find(token), amr=TWO_STEPS)
    db.session.commit()

    row = db.session.scalars(select(Session)).one()
    db.session.refresh(row)

    assert row.acr == levels.MFA
    assert row.expires_at == clock() + settings.strong_session_lifetime
    clock.move(settings.strong_session_idle)
    assert sessions.find(remember(lifted)) is None


def test_lift_never_makes_a_life_longer(jane, db, clock, settings):
    opened, token = factories.session(jane)
    ends_at = opened.expires_at
    for _ in range(4):
        clock.move(settings.session_idle - timedelta(minutes=1))
        sessions.find(token)
    clock.move(ends_at - clock() - timedelta(hours=1))
    sessions.step_up(sessions.find(token), amr=TWO_STEPS)
    db.session.commit()

    db.session.refresh(opened)

    assert opened.expires_at == ends_at


def test_list_of_sessions_shows_the_living_alone(app, signed_in, jane, db, clock, settings):
    """ux.md 2.14: a strong session is over sooner, for the list as well."""
    sessions.open(jane, amr=TWO_STEPS)
    db.session.commit()
    assert signed_in.open("/account/security").has("sign-out-others")

    clock.move(settings.strong_session_idle)
    signed_in.open("/account/security")

    assert not signed_in.has("sign-out-others")


def test_page_says_when_an_idle_session_ends(strong, clock, settings):
    """ux.md 2.13: so that a script can ask before; the press counts as a use."""
    idle = settings.strong_session_idle
    left = int(strong.open("/account/profile").element("idle").get("data-left"))
    assert left == idle.total_seconds()
    clock.move(idle - timedelta(minutes=1))

    strong.press("stay")

    assert strong.answer.json == {"left": left}
    clock.move(idle - timedelta(minutes=1))
    assert is_in(strong)


def test_time_that_is_left_is_never_told_too_long(strong, clock, settings):
    """The use of a session is written down every five minutes; in between it is not."""
    strong.open("/account/profile")
    clock.move(timedelta(minutes=4))

    left = int(strong.open("/account/profile").element("idle").get("data-left"))

    clock.move(timedelta(seconds=left - 1))
    assert is_in(strong)


def test_administration_asks_sooner_and_is_kept_by_its_own_button(app, db, clock, settings):
    browser = browser_of(app, factories.admin()).open("/admin/groups/new")
    assert int(browser.element("idle").get("data-left")) == settings.admin_idle.total_seconds()
    assert browser.element("stay").inside("form").get("action") == "/admin/stay"
    clock.move(settings.admin_idle - timedelta(minutes=1))

    browser.press("stay")

    clock.move(settings.admin_idle - timedelta(minutes=1))
    assert browser.open("/admin/groups/new").at == "/admin/groups/new"


def test_too_late_an_answer_changes_nothing(strong, clock, settings):
    strong.open("/account/profile")
    clock.move(settings.strong_session_idle + timedelta(seconds=1))

    strong.press("stay")

    assert strong.at == "/login/sign-in"


def test_page_of_a_session_of_a_week_does_not_ask(signed_in):
    assert not signed_in.open("/account/profile").has("idle")


@pytest.fixture
def two_only(app, stage):
    """Return an application where everybody has two sessions at most."""
    return stage.variant(sessions_per_user=2)


def test_session_used_longest_ago_makes_way_and_its_owner_reads_it(two_only, jane, clock):
    """security.md SE08, ASVS 7.1.2: the limit is documented and enforced."""
    first, second, third = (visitor(two_only) for _ in range(3))
    for browser in (first, second):
        browser.sign_in(jane.email, PASSWORD)
        clock.move(timedelta(minutes=6))
    assert is_in(first), "the first is used once more"
    clock.move(timedelta(minutes=6))

    third.sign_in(jane.email, PASSWORD)

    assert not is_in(second)
    assert is_in(first)
    assert is_in(third)
    assert third.open("/account/activity").sees("too many devices")


def test_limit_counts_the_living_and_each_user_alone(two_only, jane, clock, settings):
    visitor(two_only).sign_in(jane.email, PASSWORD)
    clock.move(settings.session_idle)
    other = browser_of(two_only, factories.user())
    browsers = [visitor(two_only), visitor(two_only)]

    for browser in browsers:
        browser.sign_in(jane.email, PASSWORD)

    assert all(is_in(browser) for browser in browsers)
    assert not browsers[0].open("/account/activity").sees("too many devices")
    assert is_in(other)


def test_limit_costs_sign_in_no_statement(app, jane, db, statements):
    """performance.md: asked along with what is asked anyway."""
    visitor(app).sign_in(jane.email, PASSWORD)
    fresh = visitor(app).open("/login/sign-in")
    with statements() as few:
        fresh.sign_in(jane.email, PASSWORD)
    for _ in range(5):
        factories.session(jane)
    again = visitor(app).open("/login/sign-in")
    with statements() as many:
        again.sign_in(jane.email, PASSWORD)

    assert many.count == few.count


def test_quarter_of_the_sessions_makes_way_at_once(jane, db):
    """performance.md: who signs in over and over, like a robot, pays for the limit rarely."""
    opened = [factories.session(jane)[0].id for _ in range(21)]

    sessions.end_surplus(jane.id, 20)

    living = select(Session.id).where(Session.ended_at.is_(None)).order_by(Session.id)
    assert db.session.scalars(living).all() == opened[6:]
