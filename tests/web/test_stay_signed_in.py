"""Keep me signed in on this device: a box, unticked, where the setting offers it (ux.md 2.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.models import Session
from app.services.authorization import devices, sessions
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.passkey_pages import use
from tests.secrets_seen import remember

SESSION = "__Host-sealwax"
IDLE, LONGEST = timedelta(days=20), timedelta(days=28)


@pytest.fixture
def offering(make_app, clock):
    """Return a provider that offers the box, while the clock stands still."""
    assert clock.time, "the clock stands still"
    return make_app(keep_signed_in=True, kept_session_idle=IDLE, kept_session_lifetime=LONGEST)


@pytest.fixture
def door(offering):
    """Return a browser that shows the sign-in page."""
    return visitor(offering).open("/login/sign-in")


def kept(browser, person):
    """Sign somebody in who ticks the box."""
    remember(PASSWORD)
    return browser.press("sign-in", username=person.email, password=PASSWORD, keep=["y"])


def is_in(browser):
    """Tell whether the browser is signed in; looking is a use of the session."""
    return browser.open("/account/").at == "/account/"


def test_box_is_not_there_by_default(browser, jane):
    """ux.md 2.1: no "remember me" by default."""
    assert not browser.open("/login/sign-in").has("keep")


def test_box_is_unticked_where_it_is_offered(door):
    assert door.has("keep")
    assert "keep" not in dict(door.fill("sign-in").fields)
    assert door.sees("Not on a shared computer.")


def test_session_outlives_the_browser_when_it_is_ticked(door, jane):
    """The cookie is kept as long as the session may live."""
    kept(door, jane)
    assert door.jar[SESSION].max_age == str(int(LONGEST.total_seconds()))

    assert is_in(door.close())


def test_session_ends_with_the_browser_when_it_is_not(door, jane, db):
    door.sign_in(jane.email, PASSWORD)
    assert door.jar[SESSION].max_age == ""
    assert not db.session.scalars(select(Session)).one().is_kept

    assert not is_in(door.close())


def test_tick_counts_for_nothing_where_it_is_not_offered(browser, jane, db):
    """A field that was added to the form keeps no session."""
    filled = browser.open("/login/sign-in").fill(
        "sign-in", username=jane.email, password=remember(PASSWORD)
    )
    browser.post(filled.url, {**dict(filled.fields), "keep": "y"})

    assert browser.jar[SESSION].max_age == ""
    assert not db.session.scalars(select(Session)).one().is_kept


def test_kept_session_may_be_unused_for_longer(door, jane, clock):
    """security.md SE03, judged by the server."""
    kept(door, jane)
    clock.move(IDLE - timedelta(minutes=1))
    assert is_in(door)

    clock.move(IDLE)

    assert not is_in(door)


def test_kept_session_is_like_any_other_once_nothing_may_be_kept(door, jane, clock, app, settings):
    """What an administrator has switched off ends, as after any change of a lifetime."""
    kept(door, jane)
    clock.move(settings.session_idle)

    later = visitor(app)
    later.jar.update(door.jar)

    assert not is_in(later)
    assert is_in(door)


def test_kept_session_in_use_ends_all_the_same(door, jane, clock):
    """security.md SE03: 30 days at most after a single step."""
    kept(door, jane)
    ends_at = clock() + LONGEST

    while is_in(door):
        assert clock() < ends_at
        clock.move(IDLE * 0.3)

    assert clock() >= ends_at


def test_list_of_sessions_knows_it_as_long_as_it_lives(offering, jane, db, clock):
    """The database judges as the request does."""
    with offering.app_context():
        sessions.open(jane, amr=("pwd",), is_kept=True)
        sessions.open(jane, amr=("pwd",))
        db.session.commit()
        clock.move(days=8)
        assert [one.is_kept for one in devices.of_user(jane)] == [True]
        clock.move(IDLE)
        assert devices.of_user(jane) == []


def test_page_of_sessions_says_which_are_kept(door, jane):
    kept(door, jane)

    assert door.open("/account/security").sees("Stays signed in")


def test_tick_passes_through_the_second_step(door, jane, db):
    """The session is a strong one then, and lives by the times of those (security.md SE03)."""
    phone, _codes = factories.phone(jane)
    kept(door, jane).press("continue", code=remember(phone.code))

    assert db.session.scalars(select(Session)).one().is_kept
    assert door.jar[SESSION].max_age == str(int(timedelta(days=1).total_seconds()))
    assert is_in(door.close())


def test_kept_session_of_two_steps_lives_no_longer_than_any(door, jane, clock, settings):
    """security.md SE03: AAL2 is an hour unused, a day at all."""
    phone, _codes = factories.phone(jane)
    kept(door, jane).press("continue", code=remember(phone.code))

    clock.move(settings.strong_session_idle)

    assert not is_in(door)


def test_browser_that_is_spared_the_second_step_stays_signed_in(door, jane, clock):
    phone, _codes = factories.phone(jane)
    kept(door, jane).press("continue", code=remember(phone.code), trust=["y"])
    clock.move(hours=2)

    kept(door.open("/login/sign-in"), jane)
    clock.move(days=10)

    assert is_in(door.close())


def test_tick_passes_through_the_confirmation_of_an_address(offering, letters, db):
    kim = factories.user("kim@people.example", email_verified=False)
    browser = kept(visitor(offering).open("/login/sign-in"), kim)

    browser.press("confirm", code=letters.code(kim.email))

    assert is_in(browser.close())


def test_passkey_takes_the_tick_along(door, jane, db):
    """form.js writes it into the form of the passkey."""
    device = factories.passkey(jane)
    door.open("/login/sign-in").element("use-passkey")
    filled = door.fill("use-passkey")
    assert ("keep", "") in filled.fields

    use(door, device)
    assert not db.session.scalars(select(Session)).one().is_kept
    door.sign_out()
    use(door.open("/login/sign-in"), device, keep="yes")

    wanted = select(Session.is_kept).where(Session.ended_at.is_(None))
    assert db.session.scalars(wanted).all() == [True]


def test_step_up_leaves_it_kept(door, jane, rp, db):
    """A new cookie takes the place of the old one, and is kept as well."""
    phone, _codes = factories.phone(jane)
    kept(door, jane).press("continue", code=remember(phone.code), trust=["y"])
    db.session.commit()
    door.sign_out()
    kept(door.open("/login/sign-in"), jane)
    door.open("/login/second-step?again=yes&next=/account/")

    door.press("continue", code=remember(phone.shown(1)))

    assert door.jar[SESSION].max_age == str(int(timedelta(days=1).total_seconds()))


def test_confirming_who_one_is_leaves_it_kept(door, jane):
    """The box is not shown there: who is signed in has answered before."""
    kept(door, jane).open("/login/sign-in?again=yes")
    assert not door.has("keep")

    door.press("sign-in", password=PASSWORD)

    assert is_in(door.close())


def test_signing_in_anew_without_the_tick_ends_it(door, jane):
    """The last answer counts."""
    kept(door, jane).open("/login/sign-in")
    assert door.has("keep"), "they may sign in beside who is signed in"

    door.sign_in(jane.email, PASSWORD)

    assert not is_in(door.close())


def test_signing_out_ends_it(door, jane):
    kept(door, jane).sign_out()

    assert not is_in(door.close())


@pytest.mark.parametrize("name", ["kept_session_idle", "kept_session_lifetime"])
@pytest.mark.parametrize("days", [0, 31])
def test_longer_than_a_month_is_refused_at_the_start(settings, name, days):
    """security.md SE03: 30 days at most."""
    given = {**settings.model_dump(), name: timedelta(days=days)}
    with pytest.raises(ValidationError):
        type(settings)(**given)
