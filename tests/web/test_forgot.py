"""Forgotten passwords: the owner of the address gets in again, and nobody else does."""

from __future__ import annotations

import re
import threading
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Mail, Password, PasswordReset, Session
from app.services.people import resets
from app.services.people.resets import ResetLinkDead
from app.services.upkeep import throttles
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember
from tests.statements import counted

NEW = "four green boats sail home"
LINK = re.compile(r"https://id\.example/login/reset\?\S*token=(\S+)")


@pytest.fixture
def link(settings):
    """Return a function that reads the link in the newest mail to an address."""

    def read():
        files = sorted(Path(settings.mail_folder).glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
        letters = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        found = [
            LINK.search(letter.get_body(("plain",)).get_content())
            for letter in letters
            if "new password" in letter["Subject"]
        ][-1]
        remember(found[1])
        return found[0]

    return read


def ask(browser, email):
    """Ask for a link; return the browser."""
    browser.open("/login/sign-in").follow("Forgot password?")
    return browser.press("send", email=email)


def test_owner_chooses_a_new_password_and_signs_in_with_it(browser, jane, link):
    """ux.md 2.4."""
    ask(browser, jane.email)
    assert browser.sees("If there's an account for")

    browser.open(link()).press("save", password=NEW)

    assert browser.at == "/login/sign-in"
    assert browser.sees("Your new password is saved.")
    assert browser.sign_in(jane.email, NEW).at.startswith("/account")


def test_link_signs_nobody_in_and_the_old_password_is_dead(browser, jane, link):
    """security.md RV05."""
    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert browser.open("/account/").at == "/login/sign-in"
    assert browser.sign_in(jane.email, PASSWORD).status == 422


def test_reset_does_not_skip_the_second_step(browser, jane, link):
    """security.md RV05: the new password is the first step, and no more."""
    factories.phone(jane)
    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert browser.sign_in(jane.email, NEW).at == "/login/second-step"


def test_every_session_ends(app, browser, jane, link):
    """security.md PW06: forced for a reset."""
    elsewhere = browser_of(app, jane)
    assert elsewhere.open("/account/").at == "/account/"

    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert elsewhere.open("/account/").at == "/login/sign-in"


def test_every_refresh_token_dies(app, browser, jane, link, rp):
    """security.md PW06: offline access, too; it is not a matter of a tick."""
    elsewhere = browser_of(app, jane)
    rp.authorize(elsewhere, scope="openid offline_access")
    tokens = rp.redeem(rp.callback(elsewhere.allow()).code).json

    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status == 401


def test_unknown_address_looks_the_same_and_gets_another_mail(browser, jane, db):
    """security.md RV01."""
    known = ask(browser, jane.email).shown.text.replace(jane.email, "…")

    unknown = ask(browser, "nobody@people.example").shown.text
    assert unknown.replace("nobody@people.example", "…") == known
    written = db.session.scalars(select(Mail.template).order_by(Mail.id)).all()
    assert written == ["password_reset", "no_account"]


def test_database_is_asked_as_much_for_nobody(browser, jane, db):
    """security.md RV01: the answer must not come sooner where there is no account."""
    ask(browser, "first@people.example")  # reads what every page remembers
    email, user_id = jane.email, jane.id
    db.session.rollback()  # what this test has read
    with counted(db.engine) as known:
        ask(browser, email)
    with counted(db.engine) as unknown:
        ask(browser, "nobody@people.example")

    # One row more for the link; it cannot be written for nobody.
    assert known.count - unknown.count <= 1, f"{known}\n{unknown}"
    assert known.commits == unknown.commits
    asked = select(AuditEvent.user_id).where(AuditEvent.event == Event.RESET_ASKED)
    assert list(db.session.scalars(asked.order_by(AuditEvent.id))) == [None, user_id, None]


def test_unconfirmed_address_gets_no_link(browser, db):
    """security.md RV08: an address nobody has proved opens nothing."""
    owner = factories.user("kim@people.example", email_verified=False)

    ask(browser, owner.email)

    assert db.session.scalar(select(func.count()).select_from(PasswordReset)) == 0


def test_looking_at_a_link_does_not_use_it_up(app, browser, jane, link):
    """security.md RV04: mail scanners open every link."""
    ask(browser, jane.email)
    for _ in range(3):
        assert visitor(app).open(link()).has("save")

    assert browser.open(link()).press("save", password=NEW).at == "/login/sign-in"


def test_token_leaves_the_url(browser, jane, link):
    """security.md RV04: no history, no referrer."""
    browser.open(ask(browser, jane.email) and link())

    assert "token" not in browser.shown.url
    assert browser.answer.headers["referrer-policy"] == "no-referrer"


def test_link_works_once(browser, jane, link):
    """security.md RV02."""
    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert browser.open(link()).status == 410
    assert browser.sees("This link has expired")


def test_link_dies_after_half_an_hour(browser, jane, link, clock):
    """security.md RV02."""
    ask(browser, jane.email)
    clock.move(minutes=31)

    assert browser.open(link()).status == 410


def test_newer_link_kills_the_older(browser, jane, link):
    """security.md RV06."""
    ask(browser, jane.email)
    older = link()
    ask(browser, jane.email)

    assert browser.open(older).status == 410
    assert browser.open(link()).status == 200


def test_change_of_the_password_kills_the_link(app, browser, jane, link):
    """security.md RV02: bound to the credentials it was asked for."""
    ask(browser, jane.email)
    browser_of(app, jane).open("/account/security").press(
        "change-password", current_password=PASSWORD, password=NEW
    )

    assert browser.open(link()).status == 410


def test_weak_password_is_refused_and_the_link_stays(browser, jane, link):
    ask(browser, jane.email).open(link()).press("save", password="short")
    assert browser.status == 422

    assert browser.press("save", password=NEW).at == "/login/sign-in"


def test_reset_turns_no_account_on_again(browser, jane, link, db, clock):
    """security.md RV05."""
    ask(browser, jane.email)
    jane.disabled_at = clock()
    db.session.commit()
    browser.open(link()).press("save", password=NEW)

    assert browser.sign_in(jane.email, NEW).status == 422
    assert browser.sees("This account is turned off.")


def test_mails_are_bounded(browser, jane, db, clock):
    """security.md RV06: nobody's mailbox is ours to fill."""
    for _ in range(throttles.MAIL.free + 3):
        ask(browser, jane.email)

    assert browser.status == 429
    assert db.session.scalar(select(func.count()).select_from(Mail)) == throttles.MAIL.free


def test_guesses_at_the_old_password_do_not_keep_the_owner_waiting(browser, jane, link, clock):
    """ux.md 2.1: too many tries; reset your password."""
    for _ in range(throttles.ACCOUNT.free + 1):
        browser.open("/login/sign-in").press("sign-in", username=jane.email, password="wrong one")
    assert browser.status == 429

    ask(browser, jane.email).open(link()).press("save", password=NEW)

    assert browser.sign_in(jane.email, NEW).at.startswith("/account")


def test_request_of_an_application_goes_on(browser, jane, link, register):
    """ux.md 2.4: sign in and resume the original request."""
    rp = register()
    rp.authorize(browser)
    browser.follow("Forgot password?").press("send", email=jane.email)
    browser.open(link()).press("save", password=NEW)
    browser.sign_in(jane.email, NEW).allow()

    assert rp.callback(browser).code


def test_link_used_eight_times_at_once_changes_one_password(app, jane, db, link, browser):
    """security.md RV02: one winner."""
    ask(browser, jane.email)
    token = LINK.search(link())[1]
    start, outcomes = threading.Barrier(8), []

    def use(number):
        with app.app_context():
            found = resets.find(token)
            db.session.rollback()
            start.wait()
            try:
                resets.use(found, f"hash {number}")
                db.session.commit()
                outcomes.append(number)
            except ResetLinkDead:
                db.session.rollback()

    racers = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    [winner] = outcomes
    db.session.expire_all()
    assert db.session.scalar(select(Password.hash)) == f"hash {winner}"
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0
