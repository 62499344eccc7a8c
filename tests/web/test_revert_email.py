"""The way back of an address that somebody else has replaced (security.md RV07)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.jobs import cleanup
from app.models import AuditEvent, EmailRevert, Session, User, UserEmail
from app.services.upkeep.audit import Event
from tests import factories
from tests.address_pages import NEW, NEW_PASSWORD, THIRD, add, press_beside, promote, promoted
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD

OLD = "jane@people.example"


@pytest.fixture
def thief(clock, app, jane, letters):
    """Return the browser of somebody in Jane's session, who has changed her address."""
    assert jane.email == OLD
    assert clock.time, "the clock stands still"
    return promoted(browser_of(app, jane), letters)


@pytest.fixture
def owner(app):
    """Return the browser of Jane, who reads her mail."""
    return visitor(app)


def primary(db):
    """Return the primary address as it is by now."""
    return db.session.scalar(select(User.email))


def test_owner_puts_the_address_back_and_chooses_a_password(thief, owner, letters, db):
    owner.open(letters.link(OLD))
    assert "token" not in owner.shown.url
    assert primary(db) == NEW, "looking at it does nothing"

    owner.press("put-back")

    assert owner.at == "/login/reset"
    assert primary(db) == OLD
    owner.press("save", password=NEW_PASSWORD)
    assert owner.at == "/login/sign-in"
    assert owner.sign_in(OLD, NEW_PASSWORD).at == "/account/"
    assert Event.PRIMARY_REVERTED in db.session.scalars(select(AuditEvent.event)).all()


def test_everything_that_was_open_is_dead(rp, thief, owner, letters, jane, db):
    """Sessions and refresh tokens end; the session of whoever has the link is none."""
    rp.authorize(thief, scope="openid email offline_access", prompt="consent")
    thief.allow()
    tokens = rp.redeem(rp.callback(thief).code).json

    owner.open(letters.link(OLD)).press("put-back")

    assert thief.open("/account/").at == "/login/sign-in"
    assert owner.open("/account/").at == "/login/sign-in"
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    living = select(func.count()).select_from(Session).where(Session.ended_at.is_(None))
    assert db.session.scalar(living) == 0


def test_address_of_the_thief_opens_nothing_any_more(app, thief, owner, letters, db):
    owner.open(letters.link(OLD)).press("put-back")

    assert visitor(app).sign_in(NEW, PASSWORD).status == 422
    visitor(app).open("/login/forgot").press("send", email=NEW)
    assert "no confirmed account" in letters.text(NEW)
    assert db.session.get(UserEmail, NEW) is None


def test_way_back_is_there_when_the_thief_removes_the_address(thief, owner, letters, db):
    press_beside(thief, OLD, "remove")
    assert visitor_is_refused(thief, OLD)

    owner.open(letters.link(OLD)).press("put-back")

    assert primary(db) == OLD
    assert owner.press("save", password=NEW_PASSWORD).sign_in(OLD, NEW_PASSWORD).at == "/account/"


def visitor_is_refused(thief, email):
    """Tell whether an address signs nobody in."""
    browser = type(thief)(thief.transport, thief.origin)
    return browser.sign_in(email, PASSWORD).status == 422


def test_removed_address_is_nobody_elses_for_a_week(app, thief, letters, clock, db):
    press_beside(thief, OLD, "remove")
    other = browser_of(app, factories.user())

    assert add(other, OLD).sees(OLD)
    assert "is in use" in letters.all(OLD)[-1]["Subject"]

    clock.move(days=7, minutes=6)
    cleanup.clean()
    assert db.session.get(UserEmail, OLD) is None
    assert db.session.scalar(select(func.count()).select_from(EmailRevert)) == 0


def test_same_person_may_add_the_removed_address_again(thief, letters, db):
    press_beside(thief, OLD, "remove")

    add(thief, OLD).press("confirm", code=letters.code(OLD))

    assert thief.sees("The address is confirmed.")
    assert promote(thief, OLD).sees("The primary address is changed.")
    assert primary(db) == OLD


def test_way_back_goes_over_every_later_change(thief, owner, letters, db):
    """The thief changes it twice, and holds a way back to the address in between."""
    link = letters.link(OLD)
    promoted(thief, letters, THIRD)
    of_thief = letters.link(NEW)

    owner.open(link).press("put-back")

    assert primary(db) == OLD
    assert owner.open(of_thief).status == 410


def test_way_back_of_the_thief_leaves_that_of_the_owner(app, thief, owner, letters, db):
    link = letters.link(OLD)
    promoted(thief, letters, THIRD)
    visitor(app).open(letters.link(NEW)).press("put-back")
    assert primary(db) == NEW

    owner.open(link).press("put-back")

    assert primary(db) == OLD


def test_who_changes_it_there_and_back_keeps_no_way_in(thief, owner, letters, db):
    """The thief makes the old address primary again: the one in between is given no way back."""
    promote(thief, OLD)
    assert primary(db) == OLD
    assert letters.all(NEW)

    assert "token=" not in letters.text(NEW)
    assert db.session.scalars(select(EmailRevert.email_key)).all() == [OLD]
    assert owner.open(letters.link(OLD)).has("put-back")


def test_going_back_by_hand_ends_later_ways_back(app, thief, letters, db):
    promoted(thief, letters, THIRD)
    of_thief = letters.link(NEW)

    promote(thief, OLD)

    assert visitor(app).open(of_thief).status == 410


def test_link_works_once(thief, owner, letters):
    link = letters.link(OLD)
    owner.open(link).press("put-back")

    assert owner.open(link).status == 410
    assert owner.follow("Choose a new password").at == "/login/forgot"


def test_link_works_for_a_week(thief, owner, letters, clock):
    link = letters.link(OLD)
    clock.move(days=6, hours=23)
    assert owner.open(link).has("put-back")
    clock.move(hours=1)

    assert owner.open(link).status == 410


def test_account_that_is_off_stays_off(jane, thief, owner, letters, clock, db):
    """security.md RV05."""
    db.session.refresh(jane)
    jane.disabled_at = clock()
    db.session.commit()

    owner.open(letters.link(OLD)).press("put-back").press("save", password=NEW_PASSWORD)

    assert owner.sign_in(OLD, NEW_PASSWORD).sees("This account is turned off.")


def test_unconfirmed_address_gets_no_way_back(app, letters, db):
    """security.md RV08: it may be a stranger's, who must not get the account."""
    kim = factories.user("kim@people.example", email_verified=False)
    promoted(browser_of(app, kim), letters)

    assert letters.all("kim@people.example")
    assert db.session.scalar(select(func.count()).select_from(EmailRevert)) == 0
