"""Several people signed in with one browser: one is current, the others wait to be switched to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import AuditEvent, BrowserAccount, Session, TrustedBrowser
from app.services.people import browser_accounts, trusted_browsers
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import SESSION_COOKIE, visitor
from tests.browser import Cookie
from tests.factories import PASSWORD

ACCOUNTS_COOKIE = "__Host-sealwax-accounts"
BROWSER_COOKIE = "__Host-sealwax-browser"
CHOOSER = "/login/select-account"


@pytest.fixture
def john(db):
    """Make John; return his row."""
    assert db.engine, "a context of the application is open"
    return factories.user("john@people.example", name="John Doe")


@pytest.fixture
def both(signed_in, john):
    """Return a browser in which Jane, and then John, have signed in: John is current."""
    signed_in.open(CHOOSER).press("another")
    signed_in.sign_in(john.email, PASSWORD)
    return signed_in


def choose(browser, email):
    """Press the button of an account on the chooser that is shown, or open it first."""
    if browser.page is None or browser.at != CHOOSER:
        browser.open(CHOOSER)
    buttons = browser.shown.root.find_all("button")
    [button] = [one for one in buttons if email in one.text and one.get("id")]
    return browser.press(button.get("id"))


def current(browser):
    """Return the address of who is signed in."""
    page = browser.open("/account/").shown.text
    return next((one for one in ("jane@", "john@") if one in page), "")


def test_second_sign_in_keeps_the_first_session(both, jane, db):
    """ux.md 2.7: a browser may hold several people at once, one of them current."""
    assert current(both) == "john@"
    assert db.session.scalars(select(Session.ended_at)).all() == [None, None]

    both.open(CHOOSER)

    assert both.sees("jane@people.example")
    assert both.shown.text.count("Signed in") == 2


def test_choosing_switches_without_a_password(both):
    choose(both, "jane@")

    assert both.at == "/account/"
    assert current(both) == "jane@"


def test_no_cookie_from_before_is_worth_anything(both, app):
    """ASVS 7.2.4: a switch is a change of who one is; session and accounts cookies are new."""
    before = dict(both.jar)
    choose(both, "jane@")

    assert both.jar[SESSION_COOKIE].value != before[SESSION_COOKIE].value
    assert both.jar[ACCOUNTS_COOKIE].value != before[ACCOUNTS_COOKIE].value
    thief = visitor(app)
    thief.jar.update(before)
    assert thief.open("/account/").at == "/login/sign-in"
    assert not thief.open(CHOOSER).sees("jane@")


@pytest.mark.parametrize("stolen", [ACCOUNTS_COOKIE, BROWSER_COOKIE])
def test_one_stolen_cookie_opens_no_account(both, app, stolen):
    """security.md SE01: no companion cookie carries authority by itself."""
    thief = visitor(app)
    thief.jar[stolen] = both.jar[stolen]

    thief.open(CHOOSER)

    assert thief.at == "/login/sign-in"
    assert not thief.sees("john@")


def test_planted_cookies_do_not_give_the_next_person_away(app, browser, jane, john):
    """Session fixation: who knows the cookies of before must not be among the accounts of after."""
    attacker = visitor(app).sign_in(john.email, PASSWORD)
    for name in (ACCOUNTS_COOKIE, BROWSER_COOKIE, SESSION_COOKIE):
        browser.jar[name] = attacker.jar[name]
    browser.open("/login/sign-in?another=yes").sign_in(jane.email, PASSWORD)

    attacker.open(CHOOSER)

    assert not attacker.sees("jane@")
    assert attacker.open("/account/").at == "/login/sign-in"


def test_accounts_of_other_browsers_are_never_shown(both, app):
    """ux.md 2.7: never accounts that did not sign in on this device."""
    other = visitor(app).sign_in("jane@people.example", PASSWORD)

    assert not other.open(CHOOSER).sees("john@")


def test_account_of_another_browser_cannot_be_switched_to(both, app, db):
    """ASVS 8.2.2: the number of an entry opens nothing."""
    theirs = db.session.scalar(select(BrowserAccount.id).order_by(BrowserAccount.id))
    other = visitor(app).sign_in(factories.user("eve@people.example").email, PASSWORD)
    filled = other.open(CHOOSER).fill("another")

    other.post(filled.url, {**dict(filled.fields), "account": str(theirs)})

    assert other.at == "/login/sign-in"
    assert other.open("/account/").sees("eve@")


def test_form_of_the_account_before_is_worthless_after_a_switch(both, jane, db):
    """security.md SE07: the CSRF value changes with who is current."""
    filled = both.open("/account/profile").fill("save", name="Not Jane")
    choose(both, "jane@")

    both.post(filled.url, dict(filled.fields))

    assert both.status == 400
    assert db.session.get(type(jane), jane.id).name == "Jane Doe"


def test_two_switches_at_once_leave_one_account_current(db, jane, john):
    """One UPDATE decides: the cookie of the one that lost names nothing."""
    opened, _ = factories.session(jane)
    browser_accounts.note("before", jane.id, opened.id)

    first = browser_accounts.move("before", "one")
    second = browser_accounts.move("before", "two")

    assert (first, second) == (True, False)
    assert browser_accounts.of("two") == []


def test_sign_out_is_of_the_current_account_alone(both):
    both.sign_out()

    assert both.sees("You're signed out")
    assert both.sees("Other accounts are still signed in")
    both.follow("Choose an account")
    assert both.sees("Sign in again")
    choose(both, "jane@")
    assert current(both) == "jane@"


def test_account_that_is_signed_out_types_its_password_again(both):
    both.sign_out()

    choose(both, "john@")

    assert both.at == "/login/sign-in"
    assert both.element("username").get("value") == "john@people.example"
    assert both.press("sign-in", password=PASSWORD).at == "/account/"
    assert current(both) == "john@"


def test_sign_out_of_all_accounts_ends_and_forgets_them(both, db):
    both.open("/login/sign-out").press("sign-out-all")

    assert both.at == "/login/signed-out"
    assert None not in db.session.scalars(select(Session.ended_at)).all()
    assert both.open(CHOOSER).at == "/login/sign-in"
    assert ACCOUNTS_COOKIE not in both.jar
    assert db.session.scalars(select(BrowserAccount.id)).all() == []


def test_whoever_is_alone_is_not_asked_about_others(signed_in):
    assert not signed_in.open("/login/sign-out").has("sign-out-all")


def test_removed_account_is_signed_out_and_forgotten(both, jane, db):
    """ux.md 2.7: "Remove an account"."""
    both.open(CHOOSER).follow("Remove an account")

    choose(both, "jane@")

    assert both.sees("Remove an account")
    assert not both.sees("jane@")
    ended = select(Session.ended_at).where(Session.user_id == jane.id)
    assert db.session.scalar(ended) is not None
    assert Event.SIGNED_OUT in db.session.scalars(select(AuditEvent.event)).all()
    assert current(both) == "john@"


def test_removed_account_is_spared_no_second_step_here(both, jane, db):
    """security.md MF13: what is forgotten is not trusted either."""
    trusted_browsers.trust(jane, both.jar[BROWSER_COOKIE].value)
    db.session.commit()

    choose(both.open(CHOOSER).follow("Remove an account"), "jane@")

    assert db.session.scalars(select(TrustedBrowser.user_id)).all() == []


def test_current_account_can_be_removed_too(both):
    both.open(CHOOSER).follow("Remove an account")

    choose(both, "john@")
    choose(both.follow("Done"), "jane@")

    assert current(both) == "jane@"
    assert not both.open(CHOOSER).sees("john@")


def test_nothing_is_removed_by_looking(both):
    both.open(f"{CHOOSER}?remove=yes&account=1")

    assert current(both) == "john@"


def test_secured_account_has_to_sign_in_again(both, jane, db):
    """security.md SE04: a session of an older epoch is dead, current or set aside."""
    db.session.execute(update(type(jane)).where(type(jane).id == jane.id).values(epoch=7))
    db.session.commit()

    choose(both, "jane@")

    assert both.at == "/login/sign-in"
    assert both.element("username").get("value") == "jane@people.example"


def test_session_set_aside_ends_when_nobody_uses_it(both, clock, settings):
    """security.md SE03: looking at the chooser is no use of it."""
    for _ in range(2):
        clock.move(settings.session_idle / 2 + timedelta(minutes=1))
        both.open(CHOOSER)

    assert both.sees("Sign in again")


def test_user_who_signs_in_again_goes_on_with_their_session(both, jane, db):
    both.open("/login/sign-in?another=yes").sign_in(jane.email, PASSWORD)

    assert current(both) == "jane@"
    assert len(db.session.scalars(select(Session.id)).all()) == 2


def test_list_is_short(signed_in, db):
    """security.md SE08: how many sessions one browser holds is limited."""
    for number in range(browser_accounts.MOST):
        person = factories.user(f"guest{number}@people.example")
        signed_in.open("/login/sign-in?another=yes").sign_in(person.email, PASSWORD)

    assert not signed_in.open(CHOOSER).sees("jane@")
    living = select(Session.id).where(Session.ended_at.is_(None))
    assert len(db.session.scalars(living).all()) == browser_accounts.MOST


def test_nobody_current_means_the_chooser_comes_first(both):
    both.sign_out()

    assert both.open("/account/security").at == CHOOSER
    assert choose(both, "jane@").at == "/account/security"


def test_refused_page_offers_to_switch(signed_in):
    """ux.md 2.12: "You can't open this page", who you are, switch."""
    signed_in.open("/admin/").follow("Switch account")

    assert signed_in.at == CHOOSER


def test_a_lost_accounts_cookie_costs_the_others_only(both):
    both.jar[ACCOUNTS_COOKIE] = Cookie("swx_ba_made-up")

    assert current(both) == "john@"
    assert not both.open(CHOOSER).sees("jane@")
