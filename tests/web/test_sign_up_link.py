"""The link in the mail of a sign-up: for who began here, for other devices, and against thieves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app.models import Session, SignUp, User
from tests import factories
from tests.administrators import visitor
from tests.chromium import visiting
from tests.gallery.served import with_chromium

PASSWORD = "four green boats sail home"
OWN = "nine quiet rivers run north"
EMAIL = "new@people.example"


@pytest.fixture
def asked(browser):
    """Return the browser of somebody who has asked for an account and waits."""
    return browser.sign_up(EMAIL, PASSWORD, name="New Person")


def people(db):
    """Return how many accounts have the address."""
    wanted = select(func.count()).select_from(User).where(User.email == EMAIL)
    return db.session.scalar(wanted)


def choose(browser, link, password=OWN, **typed):
    """Open the link in a browser that has not asked, and choose a password there."""
    return browser.open(link).press("confirm", password=password, **typed)


def test_link_in_the_same_browser_signs_in_with_one_button(asked, db, letters):
    """ux.md 2.3: code and link in one mail."""
    asked.open(letters.link(EMAIL))
    assert asked.at == "/login/confirm-email"
    assert asked.sees(EMAIL)
    assert not asked.has("password"), "it was chosen here already"
    assert people(db) == 0

    asked.press("confirm")

    assert asked.at == "/account/"
    made = db.session.scalars(select(User)).one()
    assert (made.email, made.name, made.email_verified) == (EMAIL, "New Person", True)
    assert visitor_signs_in(asked, PASSWORD)


def visitor_signs_in(browser, password):
    """Tell whether somebody gets in with a password."""
    browser.sign_out()
    return browser.open("/login/sign-in").sign_in(EMAIL, password).at == "/account/"


def test_looking_at_the_link_does_nothing(app, asked, db, letters):
    """security.md RV04: mail scanners open every link."""
    link = letters.link(EMAIL)
    for _ in range(10):
        scanner = visitor(app).open(link)
        assert scanner.has("confirm")
        assert "token" not in scanner.shown.url
        assert scanner.answer.headers["referrer-policy"] == "no-referrer"

    assert people(db) == 0
    assert asked.open(link).press("confirm").at == "/account/"


def test_link_goes_back_to_the_application(rp, browser, letters):
    rp.authorize(browser)
    browser.sign_up(EMAIL, PASSWORD)

    browser.open(letters.link(EMAIL)).press("confirm")

    assert browser.at == "/login/consent"
    browser.allow()
    assert rp.redeem(rp.callback(browser).code).status == 200


def test_other_device_confirms_with_a_password_of_its_own_and_signs_nobody_in(
    app, asked, db, letters
):
    """ux.md 2.3, security.md RV08."""
    other = choose(visitor(app), letters.link(EMAIL), name="Newer Person")

    assert other.sees("This address is confirmed")
    assert people(db) == 1
    assert db.session.scalar(select(User.name)) == "Newer Person"
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0
    assert other.open("/account/").at == "/login/sign-in"
    assert other.sign_in(EMAIL, OWN).at == "/account/"


def test_waiting_page_goes_on_to_the_sign_in(app, asked, letters):
    """ux.md 2.3: the link "I've done it"; the address is filled in."""
    asked.follow("I've done it")
    assert asked.sees("The address is not confirmed yet.")
    assert asked.open("/login/check-email/state").answer.json == {"confirmed": False}
    choose(visitor(app), letters.link(EMAIL))

    assert asked.open("/login/check-email/state").answer.json == {"confirmed": True}
    asked.open("/login/check-email?done=yes")

    assert asked.at == "/login/sign-in"
    assert asked.sees("This address is confirmed. Sign in.")
    assert asked.element("username").get("value") == EMAIL
    assert asked.press("sign-in", password=OWN).at == "/account/"


def test_request_of_an_application_waits_for_the_other_device(app, rp, browser, letters):
    rp.authorize(browser)
    browser.sign_up(EMAIL, PASSWORD)
    choose(visitor(app), letters.link(EMAIL))

    browser.follow("I've done it").press("sign-in", password=OWN).allow()

    assert rp.callback(browser).code


def test_stranger_who_typed_the_address_first_gets_nothing(app, db, letters):
    """CVE-2026-15611, security.md RV08: the owner of the mailbox opens the stranger's link."""
    stranger, owner = visitor(app), visitor(app)
    stranger.sign_up(EMAIL, "password of the stranger", name="Stranger")

    choose(owner, letters.link(EMAIL), name="")

    assert people(db) == 1
    assert stranger.open("/login/check-email").at == "/login/sign-in"
    assert stranger.open("/account/").at == "/login/sign-in"
    assert stranger.sign_in(EMAIL, "password of the stranger").status == 422
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0
    assert owner.open("/login/sign-in").sign_in(EMAIL, OWN).at == "/account/"


def test_code_of_a_confirmed_sign_up_is_worth_nothing(app, asked, db, letters):
    code = letters.code(EMAIL)
    filled = asked.fill("confirm", code=code)
    choose(visitor(app), letters.link(EMAIL))

    asked.post(filled.url, dict(filled.fields))

    assert asked.at == "/login/sign-in"
    assert people(db) == 1
    assert db.session.scalar(select(SignUp.password_hash)) == ""


def test_used_link_is_no_dead_end(app, asked, letters):
    """ux.md 2.3: never a dead end on a used link."""
    link = letters.link(EMAIL)
    asked.confirm(letters.code(EMAIL))

    other = visitor(app).open(link)

    assert other.status == 200
    assert other.sees("This address is already confirmed")
    assert other.follow("Sign in").at == "/login/sign-in"


def test_expired_link_offers_both_ways_on(clock, asked, letters):
    """security.md RV02: half an hour."""
    clock.move(minutes=30)

    asked.open(letters.link(EMAIL))

    assert asked.status == 410
    assert asked.has("to-sign-in")
    assert asked.follow("Start over").at == "/login/sign-up"


def test_newer_mail_kills_the_older_link(clock, asked, letters):
    """security.md RV06."""
    older = letters.link(EMAIL)
    clock.move(minutes=1)
    asked.press("again")

    assert asked.open(older).status == 410
    assert asked.open(letters.link(EMAIL)).status == 200


def test_weak_password_is_refused_and_the_link_stays(app, asked, letters, db):
    other = choose(visitor(app), letters.link(EMAIL), password="short")
    assert other.status == 422
    assert people(db) == 0

    assert other.press("confirm", password=OWN).sees("This address is confirmed")


def test_address_can_be_changed(asked):
    """ux.md 2.3: "Change address", with what was typed."""
    asked.follow("Change address")

    assert asked.at == "/login/sign-up"
    assert asked.element("email").get("value") == EMAIL


def test_another_address_of_somebody_is_the_already_registered_way(browser, jane, letters, db):
    """security.md RV08: a confirmed address leads to one account."""
    factories.address(jane, EMAIL)

    browser.sign_up(EMAIL, PASSWORD)

    assert browser.at == "/login/check-email"
    assert "already have an account" in letters.all(EMAIL)[-1]["Subject"]
    assert db.session.scalar(select(SignUp.link_digest)) is None


@pytest.mark.parametrize("token", ["", "x", "swx_ec_" + "A" * 43, "\0", "é", "x" * 200])
def test_invented_link_is_no_link(browser, token):
    assert browser.open(f"/login/confirm-email?token={token}").status == 410


@with_chromium
def test_page_that_waits_says_so_and_goes_on(origin):
    """ux.md 2.3: it looks every five seconds."""
    with visiting(origin) as page:
        state, target = re.compile(r"\?state$"), re.compile(r"/login/check-email\?")
        page.route(state, lambda route: route.fulfill(json={"confirmed": True}))
        beyond = f"{origin}/__ui__/login/sign_in/confirmed"
        page.route(target, lambda route: route.continue_(url=beyond))
        page.clock.install()
        page.goto(f"{origin}/__ui__/login/check_email/plain")
        page.wait_for_load_state("load")

        page.clock.run_for(6000)

        page.get_by_text("This address is confirmed. Sign in.").wait_for()
