"""Passkeys where people do not look for them: at sign-up, on the first page, after a reset."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Passkey, Password, Session, User
from app.services.authorization.levels import PHR
from app.services.people import passkeys
from tests import factories
from tests.administrators import browser_of, reads_mail, visitor
from tests.authenticator import LIES
from tests.factories import PASSWORD
from tests.mailbox import code_in
from tests.passkey_pages import create, use


@pytest.fixture
def at_home(app, jane):
    """Return Jane's browser after she has signed in."""
    return browser_of(app, jane)


def count(db, model=Passkey):
    return db.session.scalar(select(func.count()).select_from(model))


def signed_up(browser, settings, email="new@people.example"):
    """Ask for an account without a password, and prove the address."""
    if browser.page is None or browser.at != "/login/sign-up":
        browser.open("/login/sign-up")
    browser.press("register-passkey", email=email, password="")
    return browser.confirm(code_in(settings))


def test_new_account_needs_no_password(app, browser, db, settings):
    """ux.md 2.2: create a passkey instead."""
    signed_up(browser, settings)
    assert browser.at == "/login/first-passkey"
    assert count(db, Session) == 0
    assert browser.open("/account/").at == "/login/sign-in"

    device = create(browser.open("/login/first-passkey"))

    assert browser.at == "/account/"
    assert count(db, Password) == 0
    assert db.session.scalars(select(Session.acr)).all() == [PHR]
    assert use(visitor(app).open("/login/sign-in"), device).at == "/account/"


def test_link_of_a_sign_up_without_a_password_signs_nobody_in(browser, db, letters):
    """security.md MF11, LG04: the proved address is no factor, whichever way it was proved."""
    browser.open("/login/sign-up")
    browser.press("register-passkey", email="new@people.example", password="")

    browser.open(letters.link("new@people.example")).press("confirm")

    assert browser.at == "/login/first-passkey"
    assert count(db, Session) == 0
    create(browser)
    assert db.session.scalars(select(Session.acr)).all() == [PHR]


def test_new_account_goes_on_to_the_app(browser, rp, settings):
    rp.authorize(browser)
    browser.follow("Create an account")
    signed_up(browser, settings)

    create(browser)
    browser.allow()

    assert rp.callback(browser).code


@pytest.mark.parametrize("path", ["/login/second-step", "/login/enrol", "/login/passkey-step"])
def test_proved_address_is_no_first_factor(browser, db, path, settings):
    """security.md MF11, LG04: a mailed code signs nobody in."""
    signed_up(browser, settings)

    assert browser.open(path).at == "/login/sign-in"
    assert count(db, Session) == 0


def test_first_passkey_is_made_in_the_browser_that_proved_the_address(app, browser, settings):
    signed_up(browser, settings)

    assert visitor(app).open("/login/first-passkey").at == "/login/sign-in"


def test_lost_first_passkey_is_no_dead_end(browser, settings, clock):
    signed_up(browser, settings)
    assert "username=new" in browser.element("password-instead").get("href")
    clock.move(minutes=20)

    browser.open("/login/first-passkey")

    assert browser.at == "/login/sign-in"


def test_taken_address_looks_the_same(browser, jane, db):
    """security.md RV01."""
    browser.open("/login/sign-up").press("register-passkey", email=jane.email, password="")

    assert browser.at == "/login/check-email"
    assert count(db, User) == 1


def test_card_at_home_rests_once_it_was_refused(app, at_home, jane, clock):
    """ux.md 2.6: remembered for ninety days, hidden without script."""
    at_home.open("/account/")
    assert at_home.has("offer-passkey")
    assert at_home.shown.root.find_all("section")[0].has("hidden")

    at_home.press("passkey-later")

    assert at_home.at == "/account/"
    assert not at_home.has("offer-passkey")
    clock.move(passkeys.QUIET)
    assert browser_of(app, jane).open("/account/").has("offer-passkey")


def test_card_is_not_for_who_has_one(at_home, jane):
    factories.passkey(jane)

    assert not at_home.open("/account/").has("offer-passkey")


def after_reset(browser, jane, **values):
    """Sign in as somebody does who has just chosen a new password with a mailed link."""
    url = f"{browser.shown.url}&reset=done" if browser.page else "/login/sign-in?reset=done"
    reads_mail(browser.open(url), jane)
    return browser.press("sign-in", username=jane.email, password=PASSWORD, **values)


def test_new_password_is_a_good_moment(browser, rp, jane, db):
    """ux.md 2.4, 2.6: the request of the application is not lost."""
    after_reset(rp.authorize(browser), jane, passkeys="yes")
    assert browser.at == "/login/passkey-offer"

    create(browser)

    assert count(db) == 1
    assert rp.callback(browser.allow()).code


def test_offer_is_refused_with_one_press(browser, rp, jane, db):
    after_reset(rp.authorize(browser), jane, passkeys="yes")
    browser.press("not-now")

    assert browser.at == "/login/consent"
    browser.sign_out()
    browser.page = None
    assert after_reset(browser, jane, passkeys="yes").at == "/account/"


def test_browser_without_passkeys_is_offered_none(browser, jane):
    """ux.md 2.6: unsupported, hidden."""
    assert after_reset(browser, jane).at == "/account/"


def test_offer_that_fails_can_be_tried_again(browser, jane, db):
    after_reset(browser, jane, passkeys="yes")
    create(browser, lie=LIES["origin"])
    assert browser.status == 422
    assert browser.sees("No passkey was made. Try again?")

    create(browser)

    assert browser.at == "/account/"
    assert count(db) == 1


def test_offer_needs_somebody_signed_in(browser):
    assert browser.open("/login/passkey-offer").at == "/login/sign-in"
