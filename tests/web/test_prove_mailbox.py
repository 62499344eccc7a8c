"""Who is made to set up a second step proves the mailbox first: the password may be stolen."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.jobs import cleanup
from app.models import Attempt, HalfSignIn, MailboxProof, Passkey, Session, Totp
from tests import factories
from tests.administrators import visitor
from tests.authenticator import Authenticator
from tests.factories import PASSWORD
from tests.passkey_pages import create
from tests.phone import prove_mailbox, scan
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

WRONG = "That code isn't right or has expired."


@pytest.fixture
def strict(make_app, clock):
    """Return a provider where everyone has to have a second step, while the clock stands still."""
    assert clock.time, "the clock stands still"
    return make_app(second_step="everyone")


@pytest.fixture
def thief(strict, jane):
    """Return the browser of somebody who has typed Jane's password."""
    return visitor(strict).sign_in(jane.email, PASSWORD)


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_password_alone_sets_nothing_up(thief, db):
    """security.md MF06: a thief's telephone must not become the second step of the account."""
    assert thief.at == "/login/prove-mailbox"
    thief.open("/login/enrol?half=yes")

    assert thief.at == "/login/prove-mailbox"
    assert not thief.has("turn-on")
    assert not thief.has("create-passkey")
    assert (rows(db, Totp), rows(db, Session)) == (0, 0)


def test_answers_of_pages_that_were_not_shown_set_nothing_up(thief, strict, db):
    """security.md MF01: the page that is left out is checked where the factor is kept."""
    assert strict, "everyone needs a second step"
    token = dict(thief.fill("send").fields)["csrf_token"]

    thief.post("/login/enrol?half=yes", {"csrf_token": token, "which": "x", "code": "123456"})
    assert thief.at == "/login/prove-mailbox"
    answer = {"csrf_token": token, "credential": "{}"}
    thief.post("/login/enrol/passkey?half=yes", answer)

    assert thief.at == "/login/prove-mailbox"
    assert rows(db, Passkey) == 0


def test_looking_at_the_page_mails_nothing(thief, letters, jane):
    """security.md RV04: a GET has no effect."""
    thief.open("/login/prove-mailbox?half=yes")

    assert letters.all(jane.email) == []


def test_owner_proves_the_mailbox_and_sets_the_app_up(strict, jane, letters):
    browser = visitor(strict).sign_in(jane.email, PASSWORD)

    prove_mailbox(browser, letters, jane.email)

    assert browser.at == "/login/enrol"
    assert "set up a passkey or a second step" in letters.text(jane.email)
    browser.press("turn-on", code=remember(scan(browser).code)).follow("I've saved these")
    assert browser.at == "/account/"


def test_owner_makes_a_passkey_instead(strict, jane, letters):
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    prove_mailbox(browser, letters, jane.email)

    create(browser, Authenticator())

    assert browser.follow("I've saved these").at == "/account/"


def test_request_of_the_app_is_not_lost(strict, jane, rp, letters):
    """ux.md 2.5."""
    rp.transport = FlaskTransport(strict)
    browser = visitor(strict)
    rp.authorize(browser).press("sign-in", username=jane.email, password=PASSWORD)
    prove_mailbox(browser, letters, jane.email)
    browser.press("turn-on", code=remember(scan(browser).code))

    assert browser.follow("I've saved these").has("allow")


def test_code_of_one_browser_is_worth_nothing_in_another(strict, jane, thief, letters):
    """The owner is asked for a code by whoever has the password; theirs is another one."""
    owner = visitor(strict).sign_in(jane.email, PASSWORD)
    owner.press("send")
    code = letters.code(jane.email)
    thief.press("send")

    thief.press("confirm", code=code)

    assert thief.status == 422
    assert thief.sees(WRONG)


def test_wrong_code_is_written_down(thief, db, clock):
    thief.press("send").press("confirm", code="AAAA-AAAA")

    assert thief.status == 422
    trace = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    assert trace.outcome == "refused"
    assert clock.time, "the clock stands still"


def test_five_wrong_codes_are_enough(thief, jane, letters):
    """Reliability of 34 bits: five guesses a mail."""
    thief.press("send")
    for _ in range(5):
        thief.press("confirm", code="AAAA-AAAA")

    thief.press("confirm", code=letters.code(jane.email))

    assert thief.status == 422
    assert thief.sees(WRONG)


def test_mailbox_is_not_filled(thief, jane, letters, clock):
    """security.md RV06: one a minute, and fewer after five."""
    thief.press("send").press("send")
    assert thief.status == 429
    assert thief.sees("You can ask for another code in 1 minute.")

    for _ in range(20):
        clock.move(minutes=1)
        thief.sign_in(jane.email, PASSWORD).press("send")

    assert len(letters.all(jane.email)) < 10


def test_newest_code_works(thief, jane, letters, clock):
    thief.press("send")
    old = letters.code(jane.email)
    clock.move(minutes=1)
    thief.press("send")

    assert thief.press("confirm", code=old).status == 422
    assert thief.press("confirm", code=letters.code(jane.email)).at == "/login/enrol"


def test_code_works_for_thirty_minutes(thief, jane, letters, clock):
    thief.press("send")
    code = letters.code(jane.email)
    clock.move(minutes=30)
    thief.sign_in(jane.email, PASSWORD)

    assert thief.has("send")
    assert not thief.has("confirm")
    assert code


def test_slow_person_is_not_punished(strict, jane, letters, clock):
    """security.md SE10: twenty minutes to install an app, and again after the mail has come."""
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    clock.move(minutes=19)
    prove_mailbox(browser, letters, jane.email)
    phone = scan(browser)
    clock.move(minutes=19)

    browser.press("turn-on", code=remember(phone.code))

    assert browser.follow("I've saved these").at == "/account/"


def test_who_comes_too_late_proves_nothing_twice(strict, jane, letters, clock):
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    prove_mailbox(browser, letters, jane.email)
    clock.move(minutes=20)
    assert browser.open("/login/enrol?half=yes").at == "/login/sign-in"

    assert browser.sign_in(jane.email, PASSWORD).at == "/login/enrol"


def test_proof_of_one_person_counts_for_nobody_else(strict, jane, letters):
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    prove_mailbox(browser, letters, jane.email)
    bob = factories.user("bob@people.example")

    assert browser.sign_in(bob.email, PASSWORD).at == "/login/prove-mailbox"


def test_unconfirmed_address_proves_nothing_and_is_asked_for_nothing(make_app, letters, db):
    """security.md RV08: it may be a stranger's, where nobody has to confirm it either."""
    lax = make_app(second_step="everyone", confirm_at_sign_in="off")
    assert db.engine, "a context of the application is open"
    kim = factories.user("kim@people.example", email_verified=False)

    assert visitor(lax).sign_in(kim.email, PASSWORD).at == "/login/enrol"
    assert letters.all(kim.email) == []


def test_who_has_just_signed_up_has_proved_it(strict, letters):
    browser = visitor(strict).open("/login/sign-up")
    browser.sign_up("new@people.example", "seven purple llamas hum at noon")

    browser.confirm(letters.code("new@people.example"))

    assert browser.at == "/login/enrol"


def test_nobody_half_way_proves_nothing(browser):
    assert browser.open("/login/prove-mailbox").at == "/login/sign-in"


def test_proofs_are_cleaned_up(thief, db, clock):
    thief.press("send")
    assert (rows(db, MailboxProof), rows(db, HalfSignIn)) == (1, 1)
    clock.move(minutes=36)

    cleanup.clean()

    assert (rows(db, MailboxProof), rows(db, HalfSignIn)) == (0, 0)
