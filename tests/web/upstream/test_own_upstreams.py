"""Link and remove other sign-ins in one's account: both sides proved, in one session."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Mail, Session, UpstreamIdentity
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD


@pytest.fixture
def hers(app, jane):
    """Return a browser in which Jane has just signed in."""
    return browser_of(app, jane)


@pytest.fixture
def go(other, provider):
    """Return a function that begins to link and gives the address that leads back."""

    def begin(browser):
        browser.open("/account/upstreams").press(f"link-{provider.slug}")
        return other.authorize(browser.left_for)

    return begin


def test_person_links_and_is_told(hers, jane, go, db):
    """ux.md 2.14."""
    hers.open(go(hers))

    assert hers.at == "/login/link"
    assert db.session.scalars(select(UpstreamIdentity)).all() == [], "a GET links nothing"
    hers.press("link")

    assert hers.at == "/account/upstreams"
    assert hers.sees("Linked. It signs you in from now on.")
    assert db.session.scalars(select(UpstreamIdentity)).one().user_id == jane.id
    assert db.session.scalars(select(Mail.template)).all() == ["account_notice"]
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert Event.UPSTREAM_LINKED in events
    assert hers.open("/account/security").sees("jane@people.example")
    assert hers.open("/account/activity").sees("A sign-in elsewhere was linked")


def test_another_session_cannot_finish(app, hers, go, nothing_done, reason, jane):
    """The session that asked is gone: whoever sits there now gets nothing."""
    back = go(hers)
    hers.sign_out()
    mallory = factories.user("mallory@people.example")
    hers.open("/login/sign-in").sign_in(mallory.email, PASSWORD)

    hers.open(back)

    assert hers.status == 400
    assert reason() == "upstream_session_differs"
    nothing_done(users=2)


def test_nobody_finishes_after_signing_out(hers, go, nothing_done, reason):
    back = go(hers)
    hers.sign_out()

    hers.open(back)

    assert reason() == "upstream_session_differs"
    nothing_done(users=1)


def test_the_page_of_one_session_does_not_link_to_another(hers, go, nothing_done):
    hers.open(go(hers))
    hers.sign_out()
    mallory = factories.user("mallory@people.example")
    hers.open("/login/sign-in").sign_in(mallory.email, PASSWORD)

    hers.open("/login/link")

    assert hers.status == 400
    assert not hers.has("link")
    nothing_done(users=2)


def test_the_answer_is_about_what_the_page_showed(hers, go, other, nothing_done):
    """Another tab has put another identity in its place."""
    hers.open(go(hers))
    shown = hers.fill("link")
    other.person = {"sub": "mallory-there", "email": "mallory@people.example"}
    hers.open(go(hers))

    hers.post(shown.url, dict(shown.fields))

    nothing_done(users=1)


def test_a_page_is_answered_once(hers, go, count):
    hers.open(go(hers))
    shown = hers.fill("link")
    hers.press("link")

    hers.post(shown.url, dict(shown.fields))

    assert hers.at == "/account/upstreams"
    assert count(UpstreamIdentity) == 1


def test_an_identity_of_somebody_else_is_not_taken(hers, go, linked, reason, count):
    linked(factories.user("other@people.example"))

    hers.open(go(hers))

    assert hers.status == 400
    assert hers.sees("That account is linked already")
    assert reason() == "upstream_taken"
    assert count(UpstreamIdentity) == 1


def test_what_waits_times_out(hers, go, clock, nothing_done):
    hers.open(go(hers))
    clock.move(minutes=10, seconds=1)

    hers.press("link")

    nothing_done(users=1)


def test_linking_wants_a_sign_in_of_just_now(hers, provider, clock, nothing_done):
    """security.md SE10."""
    hers.open("/account/upstreams")
    clock.move(minutes=16)

    hers.press(f"link-{provider.slug}")

    assert hers.at == "/login/sign-in"
    nothing_done(users=1)


def test_person_removes_and_other_devices_are_signed_out(app, hers, jane, linked, db):
    row = linked(jane)
    elsewhere = browser_of(app, jane)
    hers.open("/account/upstreams").press(f"remove-{row.id}")

    assert hers.sees("Removed.")
    db.session.rollback()
    assert db.session.scalars(select(UpstreamIdentity)).all() == []
    assert db.session.scalars(select(Mail.template)).all() == ["account_notice"]
    assert elsewhere.open("/account/").at == "/login/sign-in"


def test_the_last_way_in_stays(app, linked, db, count):
    """ux.md 2.14: refuse removing the last way in."""
    person = factories.user("jane@people.example", password=None)
    row = linked(person)
    browser = browser_of(app, person)

    browser.open("/account/upstreams").press(f"remove-{row.id}")

    assert browser.status == 409
    assert browser.sees("Add another way to sign in first.")
    assert count(UpstreamIdentity) == 1
    assert db.session.scalars(select(Mail)).all() == []


def test_a_provider_that_is_off_is_no_way_in(app, linked, add, other, db, count):
    person = factories.user("jane@people.example", password=None)
    row = linked(person)
    dead = add(other, name="Dead")
    dead.is_enabled = False
    db.session.add(
        UpstreamIdentity(provider_id=dead.id, issuer=other.issuer, subject="x", user_id=person.id)
    )
    db.session.commit()

    browser_of(app, person).open("/account/upstreams").press(f"remove-{row.id}")

    assert count(UpstreamIdentity) == 2


def test_nobody_removes_what_is_somebody_elses(app, jane, hers, linked, count):
    row = linked(factories.user("other@people.example"))
    hers.open("/account/upstreams")
    filled = hers.fill("link-example")

    hers.post(f"/account/upstreams/{row.id}/remove", dict(filled.fields))

    assert hers.status == 404
    assert count(UpstreamIdentity) == 1


@pytest.mark.parametrize("number", [0, 2**31, 10**30])
def test_a_number_that_is_none_is_not_found(hers, provider, number):
    hers.open("/account/upstreams")
    filled = hers.fill(f"link-{provider.slug}")

    assert hers.post(f"/account/upstreams/{number}/remove", dict(filled.fields)).status == 404


def test_who_has_no_password_is_shown_how_to_choose_one(app, linked, db):
    person = factories.user("jane@people.example", password=None)
    linked(person)
    browser = browser_of(app, person)

    browser.open("/account/security")

    assert not browser.has("change-password")
    browser.follow("Choose a password")
    assert browser.at == "/login/forgot"


def test_deleting_the_provider_forgets_who_is_linked(jane, linked, provider, db, count):
    linked(jane)
    db.session.delete(provider)
    db.session.commit()

    assert count(UpstreamIdentity) == 0
    assert count(Session) == 0


def test_strangers_are_sent_to_sign_in(app, provider):
    browser = visitor(app)

    assert browser.open("/account/upstreams").at == "/login/sign-in"
    assert browser.open("/login/link").at == "/login/sign-in"


def test_the_data_tell_what_is_linked(hers, jane, linked, app, db):
    """security.md RV13."""
    linked(jane)
    hers.open("/account/data").press("download")

    assert json.loads(hers.answer.text)["linked"][0]["subject"] == "jane-there"
