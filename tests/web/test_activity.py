"""One's own history, and a way out when it was somebody else (ux.md 2.14, security.md SE08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.models import AuditEvent
from app.services.people import exports
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web.account.activity import PAGE
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD


def test_strangers_sign_in_first(browser, jane):
    assert browser.open("/account/activity").at == "/login/sign-in"


def test_person_sees_what_was_done_and_from_where(app, signed_in, jane):
    visitor(app).sign_in(jane.email, "not the password at all")

    signed_in.open("/account/").follow("Activity")

    assert signed_in.at == "/account/activity"
    assert signed_in.sees("Signed in")
    assert signed_in.sees("Linux")
    assert signed_in.sees("Somebody tried to sign in and could not")


def test_person_does_not_see_where_an_administrator_sits(signed_in, jane, db):
    """Nor a file of what is kept of them: they see what was done, and when."""
    boss = factories.admin()
    audit.record(Event.SIGNED_OUT_EVERYWHERE, actor_id=boss.id, user_id=jane.id, address="10.9.8.7")
    db.session.commit()

    assert signed_in.open("/account/activity").sees("Signed out on other devices")
    assert not signed_in.sees("10.9.8.7")
    assert "10.9.8.7" not in str(exports.collected(jane)["activity"])


@pytest.mark.one_engine
def test_event_of_a_newer_version_is_passed_over(signed_in, jane, db):
    """reliability.md F4: two versions run beside one another while the new one is rolled out."""
    audit.record(Event.PROFILE_CHANGED, actor_id=jane.id, user_id=jane.id)
    db.session.flush()
    db.session.execute(update(AuditEvent).values(event="something.new"))
    db.session.commit()

    assert signed_in.open("/account/activity").status == 200
    assert signed_in.open("/account/").status == 200


def test_nobody_sees_what_others_did(signed_in, db):
    """ASVS 8.2.2."""
    other = factories.user()
    audit.record(Event.PASSWORD_RESET, actor_id=other.id, user_id=other.id)
    db.session.commit()

    assert not signed_in.open("/account/activity").sees("New password chosen")


def test_it_goes_back_ninety_days(signed_in, jane, db, clock):
    audit.record(Event.PASSWORD_RESET, actor_id=jane.id, user_id=jane.id)
    db.session.commit()
    clock.move(audit.OWN_HISTORY + timedelta(minutes=1))

    signed_in.sign_in(jane.email, PASSWORD).open("/account/activity")

    assert signed_in.sees("Signed in")
    assert not signed_in.sees("New password chosen")


@pytest.mark.one_engine
def test_one_kind_is_looked_at_alone(signed_in, jane, db):
    """ux.md 2.14: filters; the way to older ones keeps to it."""
    audit.record(Event.CONSENT_REFUSED, actor_id=jane.id, user_id=jane.id)
    for _ in range(PAGE + 1):
        audit.record(Event.PROFILE_CHANGED, actor_id=jane.id, user_id=jane.id)
    db.session.commit()
    page = signed_in.open("/account/activity").follow("Access of apps")
    assert page.sees("Access not allowed to an app")
    assert not page.sees("Profile changed")

    page.follow("Changes to your account").follow("Show older")

    assert page.sees("Profile changed")
    assert not page.sees("Access not allowed to an app")
    page.follow("Sign-ins")
    assert page.sees("Signed in")
    assert not page.sees("Profile changed")
    assert page.open("/account/activity?kind=no-such").sees("Profile changed")


def test_older_events_stand_on_the_next_page(signed_in, jane, db):
    audit.record(Event.PASSWORD_RESET, actor_id=jane.id, user_id=jane.id)
    for _ in range(PAGE):
        audit.record(Event.PROFILE_CHANGED, actor_id=jane.id, user_id=jane.id)
    db.session.commit()

    assert not signed_in.open("/account/activity").sees("New password chosen")
    assert signed_in.follow("Show older").sees("New password chosen")


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 40, "٣"])
def test_a_made_up_place_does_no_harm(signed_in, before):
    assert signed_in.open(f"/account/activity?before={before}").status == 200


def test_every_other_session_ends_at_once(app, signed_in, jane):
    """security.md SE08."""
    elsewhere = [browser_of(app, jane), browser_of(app, jane)]
    stranger = browser_of(app, factories.user())

    signed_in.open("/account/security").press("sign-out-others")

    assert signed_in.sees("You are signed out on every other device.")
    assert not signed_in.has("sign-out-others")
    assert [one.open("/account/").at for one in elsewhere] == ["/login/sign-in"] * 2
    assert stranger.open("/account/").at == "/account/"


def test_person_sees_which_app_it_was_about(signed_in, rp):
    rp.authorize(signed_in)
    signed_in.deny()

    signed_in.open("/account/activity")

    assert signed_in.sees("Access not allowed to an app \N{EN DASH} Photo Box")
    assert signed_in.open("/account/").sees("Access not allowed to an app \N{EN DASH} Photo Box")


def test_app_that_is_gone_has_no_name(signed_in, jane, db):
    audit.record(Event.CONSENT_GIVEN, actor_id=jane.id, user_id=jane.id, client_id="it-is-gone")
    db.session.commit()

    assert signed_in.open("/account/activity").sees("Access allowed to an app")
    assert not signed_in.sees("it-is-gone")
