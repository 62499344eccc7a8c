"""Delete one's own account: asked for with care, dead at once, kept by signing in."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from app.jobs import deletions as job
from app.models import AuditEvent, LogoutNotice, User
from app.services.people import deletions
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD

GRACE = timedelta(days=14)


@pytest.fixture
def letters(settings):
    """Return a function that reads the mails, the newest last."""

    def read():
        files = sorted(Path(settings.mail_folder).glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    return read


def delete(browser, email):
    """Ask for the deletion of one's own account; return the browser."""
    browser.open("/account/data").follow("Delete your account")
    return browser.press("delete", email=email)


def events(db):
    """Return what was recorded."""
    return db.session.scalars(select(AuditEvent.event)).all()


def test_page_says_what_goes_and_what_stays(signed_in):
    """ux.md 2.14 Data."""
    signed_in.open("/account/data").follow("Delete your account")

    for words in ("What goes", "What stays", "14 days", "For 90 days"):
        assert signed_in.sees(words)


def test_owner_is_signed_out_at_once_and_told_by_mail(app, signed_in, jane, letters, db):
    elsewhere = browser_of(app, jane)
    delete(signed_in, jane.email.upper())

    assert signed_in.at == "/account/deleted"
    assert signed_in.sees("To keep the account, sign in within 14 days.")
    for browser in (signed_in, elsewhere):
        assert browser.open("/account/").at == "/login/sign-in"
    (letter,) = letters()
    assert (letter["To"], letter["Subject"]) == (jane.email, "Your account will be deleted")
    assert "To keep it, sign in before that day." in letter.get_body(("plain",)).get_content()
    assert Event.DELETION_ASKED in events(db)


def test_every_token_is_dead_and_applications_are_told(register, signed_in, jane, db):
    """security.md SE04; OIDC Back-Channel Logout 1.0 §2.3."""
    rp = register(backchannel_logout_uri="https://rp.example/logout")
    rp.authorize(signed_in, scope="openid offline_access")
    tokens = rp.redeem(rp.callback(signed_in.allow()).code).json
    delete(signed_in, jane.email)

    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert db.session.scalars(select(LogoutNotice.user_id)).all() == [jane.id]


@pytest.mark.parametrize("typed", ["", "other@people.example", "jane"])
def test_wrong_address_deletes_nothing(signed_in, jane, db, typed):
    delete(signed_in, typed)

    assert signed_in.status == 422
    assert signed_in.sees("Type the address as it stands above.")
    db.session.refresh(jane)
    assert jane.deletion_due_at is None


def test_it_is_asked_after_a_recent_sign_in(signed_in, clock):
    """security.md RV13, SE10: with step-up."""
    clock.move(timedelta(minutes=16))

    assert signed_in.open("/account/delete").at == "/login/sign-in"
    assert signed_in.sees("Confirm it's you")


def test_last_administrator_stays(app, db):
    """security.md AD10."""
    boss = factories.admin("boss@people.example")
    factories.admin("off@people.example", disabled_at=boss.created_at)
    factories.admin("leaving@people.example", deletion_due_at=boss.created_at + GRACE)
    browser = delete(browser_of(app, boss), boss.email)

    assert browser.status == 409
    assert browser.sees("You are the last administrator. Make another one first.")
    db.session.refresh(boss)
    assert boss.deletion_due_at is None
    factories.admin("other@people.example")
    assert browser.press("delete", email=boss.email).at == "/account/deleted"


def test_signing_in_leads_to_one_page_and_nowhere_else(clock, rp, signed_in, jane):
    """No page and no application knows of this session."""
    delete(signed_in, jane.email)
    signed_in.open("/login/sign-in").sign_in(jane.email, PASSWORD)
    assert signed_in.at == "/login/keep-account"
    assert signed_in.sees("Keep your account?")

    for path in ("/account/", "/account/security", "/account/data", "/admin/"):
        assert signed_in.open(path).at == "/login/keep-account", path
    assert rp.authorize(signed_in).at == "/login/keep-account"
    rp.authorize(signed_in, prompt="none")
    assert rp.callback(signed_in).error == "login_required"
    clock.move(seconds=1)
    assert rp.authorize(signed_in).at == "/login/sign-in", "it signed in before it was asked"


def test_owner_keeps_the_account_and_is_told(signed_in, jane, letters, db):
    delete(signed_in, jane.email)
    signed_in.open("/login/sign-in").sign_in(jane.email, PASSWORD)
    before = dict(signed_in.jar)
    signed_in.press("keep")

    assert signed_in.at == "/account/"
    assert signed_in.jar["__Host-sealwax"] != before["__Host-sealwax"], "another cookie"
    db.session.refresh(jane)
    assert jane.deletion_due_at is None
    assert letters()[-1]["Subject"] == "Your account is kept"
    assert Event.DELETION_CANCELLED in events(db)
    assert signed_in.open("/account/activity").sees("Your account was kept after all")


def test_owner_who_signs_out_changes_nothing(signed_in, jane, db):
    delete(signed_in, jane.email)
    signed_in.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    signed_in.press("sign-out")

    assert signed_in.at == "/login/signed-out"
    assert signed_in.open("/login/keep-account").at == "/login/sign-in"
    db.session.refresh(jane)
    assert jane.deletion_due_at is not None


def test_owner_comes_from_an_app_keeps_the_account_and_goes_back(rp, signed_in, jane):
    delete(signed_in, jane.email)
    rp.authorize(signed_in).sign_in(jane.email, PASSWORD)
    assert signed_in.at == "/login/keep-account"

    signed_in.press("keep")

    assert signed_in.at == "/login/consent"
    assert rp.callback(signed_in.allow()).code


@pytest.mark.parametrize("wait", [timedelta(minutes=16), timedelta(days=6)])
def test_keeping_it_is_no_sign_in_for_whoever_finds_the_browser(signed_in, jane, clock, wait):
    """security.md SE04: the session for the question stands for the password only right after."""
    delete(signed_in, jane.email)
    signed_in.sign_in(jane.email, PASSWORD)
    assert signed_in.has("keep")
    clock.move(wait)

    signed_in.press("keep")

    assert signed_in.at == "/login/sign-in"
    assert signed_in.open("/account/").at == "/login/sign-in"


def test_app_that_asks_later_gets_a_sign_in_of_its_own(rp, signed_in, jane, clock):
    """OIDC Core §3.1.2.1, prompt=login: pressing a button says nothing about who presses it."""
    delete(signed_in, jane.email)
    signed_in.sign_in(jane.email, PASSWORD)
    clock.move(timedelta(minutes=2))

    assert rp.authorize(signed_in, prompt="login", max_age="1").at == "/login/sign-in"
    assert signed_in.open("/login/keep-account?interaction=").has("keep")


def test_second_step_comes_before_the_question(app, jane):
    """security.md MF01: the password alone keeps nothing."""
    phone, _ = factories.phone(jane)
    deletions.schedule(jane)
    browser = visitor(app).sign_in(jane.email, PASSWORD)
    assert browser.at == "/login/second-step"
    assert browser.open("/login/keep-account").at == "/login/sign-in"

    browser.open("/login/second-step").press("continue", code=phone.code)

    assert browser.at == "/login/keep-account"
    assert browser.press("keep").at == "/account/"


def test_after_the_grace_nothing_is_kept(signed_in, jane, db, clock):
    email = jane.email
    delete(signed_in, email)
    signed_in.open("/login/sign-in").sign_in(email, PASSWORD)
    clock.move(GRACE)

    assert signed_in.press("keep").at == "/login/sign-in"
    job.erase()

    db.session.expire_all()
    assert db.session.scalar(select(User)) is None
    assert signed_in.sign_in(email, PASSWORD).status == 422


def test_address_is_free_after_the_end_and_not_before(app, signed_in, jane, letters, clock):
    email = jane.email
    delete(signed_in, email)
    visitor(app).sign_up(email, "four green boats sail home")
    assert letters()[-1]["Subject"].startswith("You already have")

    clock.move(GRACE)
    job.erase()
    visitor(app).sign_up(email, "four green boats sail home")

    assert "is your code" in letters()[-1]["Subject"]


def test_looking_at_the_pages_does_nothing(signed_in, jane, db):
    """security.md SE07."""
    signed_in.open("/account/delete").open("/account/delete")
    db.session.refresh(jane)

    assert jane.deletion_due_at is None
