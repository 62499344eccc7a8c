"""Sign up: nobody learns who has an account, and nobody gets one without the mailed code."""

from __future__ import annotations

import re
import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Mail, SignUp, User
from app.services.people import code_tries
from app.services.upkeep.audit import Event
from tests import mailbox
from tests.administrators import visitor
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

PASSWORD = "four green boats sail home"
EMAIL = "new@people.example"
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


@pytest.fixture
def letters(settings):
    """Return a function that reads the mails in the folder, the newest last."""
    return partial(mailbox.letters, settings)


@pytest.fixture
def code(settings):
    """Return a function that reads the code in the newest mail."""
    return partial(mailbox.code_in, settings)


def people(db, email=EMAIL):
    """Return how many accounts have this address."""
    wanted = select(func.count()).select_from(User).where(User.email == email)
    return db.session.scalar(wanted)


def again(browser):
    """Ask for another code."""
    return browser.press("again")


def test_person_signs_up_and_is_signed_in(browser, db, code):
    browser.sign_up(EMAIL, PASSWORD, name="New  Person\u202e")
    assert browser.at == "/login/check-email"
    assert browser.sees(EMAIL)
    assert people(db) == 0, "no account before the code"

    browser.confirm(code())

    assert browser.at == "/account/"
    made = db.session.scalars(select(User)).one()
    assert (made.email, made.name, made.email_verified) == (EMAIL, "New Person", True)
    assert not made.is_admin
    assert Event.SIGNED_UP in db.session.scalars(select(AuditEvent.event)).all()
    browser.sign_out()
    assert browser.open("/login/sign-in").sign_in(EMAIL, PASSWORD).at == "/account/"


def test_person_comes_from_an_app_and_goes_back_to_it(rp, browser, code):
    rp.authorize(browser)

    browser.sign_up(EMAIL, PASSWORD)
    browser.confirm(code())
    assert browser.at == "/login/consent"
    browser.allow()

    assert rp.redeem(rp.callback(browser).code).status == 200


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", " "),
        lambda code: f" {code} ",
        lambda code: f"\u2068{code}\u2069",
    ],
)
def test_code_is_read_as_people_type_it(browser, db, code, typed):
    browser.sign_up(EMAIL, PASSWORD)

    browser.confirm(typed(code()))

    assert browser.at == "/account/"


def without_what_differs(browser, email):
    """Return the page without the address and the CSRF value."""
    token = browser.csrf_token
    return browser.answer.text.replace(token, "TOKEN").replace(email, "EMAIL")


def test_address_with_an_account_looks_the_same_from_outside(app, jane, letters, db):
    """ASVS 6.3.8: same page, same status; the mail tells the owner, and nobody else."""
    seen = []
    for email in (jane.email, EMAIL):
        browser = visitor(app)
        browser.sign_up(email, PASSWORD)
        seen.append((browser.status, browser.at, without_what_differs(browser, email)))
        browser.confirm("BCDF-BCDF")
        seen.append((browser.status, browser.at, without_what_differs(browser, email)))

    assert seen[:2] == seen[2:]
    first = next(letter for letter in letters() if letter["To"] == jane.email)
    assert "already have an account" in first["Subject"]
    assert not CODE.search(first.get_body(("plain",)).get_content())
    assert people(db, jane.email) == 1


def test_known_address_makes_as_many_statements_as_an_unknown(app, jane, statements, db):
    email = jane.email
    counts = []
    for address in (email, EMAIL):
        browser = visitor(app)
        filled = browser.open("/login/sign-up").fill("register", email=address, password=PASSWORD)
        db.session.commit()
        with statements() as found:
            browser.transport.send(
                "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
            )
        counts.append((found.count, found.commits))

    assert counts[0] == counts[1]


def test_code_stops_working_after_five_tries(browser, db, code):
    browser.sign_up(EMAIL, PASSWORD)
    for _ in range(code_tries.MOST_TRIES):
        browser.confirm("BCDF-BCDF")
        assert browser.status == 422
        assert browser.sees("That code isn't right or has expired.")

    browser.confirm(code())

    assert browser.status == 422
    assert people(db) == 0


def test_code_stops_working_after_half_an_hour(browser, db, code, clock):
    browser.sign_up(EMAIL, PASSWORD)
    clock.move(minutes=30)

    browser.confirm(code())

    assert browser.at == "/login/sign-up"
    assert people(db) == 0


def test_code_works_in_the_browser_that_asked_and_in_no_other(app, browser, db, code):
    browser.sign_up(EMAIL, PASSWORD)
    stranger = visitor(app)
    stranger.sign_up("stranger@people.example", PASSWORD)
    theirs = code()

    browser.confirm(theirs)

    assert browser.status == 422
    assert people(db) == 0


def test_new_code_comes_after_a_minute_and_the_old_one_is_dead(browser, db, code, clock):
    browser.sign_up(EMAIL, PASSWORD)
    first = code()
    again(browser)
    assert browser.status == 429
    assert browser.sees("You can ask for another code in 1 minute.")
    assert int(browser.answer.headers["retry-after"]) == 60
    clock.move(minutes=1)

    again(browser)
    assert browser.status == 200
    assert browser.sees("Sent again:")
    second = code()

    assert browser.confirm(first).status == 422
    assert browser.confirm(second).at == "/account/"


def test_mailbox_of_a_stranger_cannot_be_filled(app, db, clock):
    """RV06: however many browsers ask, a handful of mails goes out."""
    statuses = []
    for _ in range(8):
        browser = visitor(app)
        browser.sign_up(EMAIL, PASSWORD)
        statuses.append(browser.status)

    assert statuses == [200] * 5 + [429] * 3
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 5


def test_two_who_confirm_one_address_get_one_account(app, db, code):
    """RV09: the first wins, the other is told to sign in."""
    first, second = visitor(app), visitor(app)
    first.sign_up(EMAIL, PASSWORD)
    one = code()
    second.sign_up(EMAIL, PASSWORD)
    other = code()

    assert first.confirm(one).at == "/account/"
    second.confirm(other)

    assert second.status == 422
    assert second.sees("This address is already confirmed. Sign in.")
    assert people(db) == 1


@pytest.mark.race
def test_pressing_confirm_many_times_at_once_makes_one_account(app, browser, db, code):
    browser.sign_up(EMAIL, PASSWORD)
    filled = browser.fill("confirm", code=code())
    headers = browser.cookie_header()
    ready, answers = threading.Barrier(4), []

    def press():
        ready.wait()
        answer = FlaskTransport(app).send("POST", filled.url, headers=headers, form=filled.fields)
        answers.append(answer.status)
        for line in answer.cookies:
            remember(line.partition("=")[2].partition(";")[0])

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4
    assert people(db) == 1
    assert all(status < 500 for status in answers)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "new@"}, "Enter the whole address"),
        ({"email": ""}, "Enter your email address."),
        ({"email": "new@people.example\r\nBcc: all@people.example"}, "Enter the whole address"),
        ({"password": "too short"}, "more characters"),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, "repeats itself"),
        ({"password": "new@people.example"}, "too close to a name"),
        ({"name": "x" * 201}, "200 characters"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(browser, db, changed, words):
    typed = {"email": EMAIL, "password": PASSWORD, "name": "New", **changed}
    browser.open("/login/sign-up").press("register", **typed)

    assert browser.status == 422
    assert browser.sees(words)
    assert db.session.scalars(select(SignUp)).all() == []


def test_fields_of_ours_cannot_be_chosen(browser, db, code):
    """RV11: who signs up says nothing about rights."""
    filled = browser.open("/login/sign-up").fill("register", email=EMAIL, password=PASSWORD)
    browser.post(filled.url, {**dict(filled.fields), "is_admin": "1", "email_verified": "1"})

    browser.confirm(code())

    assert not db.session.scalars(select(User)).one().is_admin


def test_closed_sign_up_takes_nobody(make_app, db):
    browser = visitor(make_app(sign_up="closed"))

    assert not browser.open("/login/sign-in").sees("Create an account")
    browser.open("/login/sign-up")
    assert browser.sees("New accounts are by invitation.")
    token = visitor(make_app()).open("/login/sign-up").csrf_token
    answer = browser.transport.send(
        "POST",
        browser.absolute("/login/sign-up"),
        headers=browser.cookie_header(),
        form={"email": EMAIL, "password": PASSWORD, "csrf_token": token},
    )

    assert answer.status >= 400
    assert db.session.scalars(select(SignUp)).all() == []


def test_owner_who_comes_later_finds_no_account_of_somebody_else(app, db, code):
    """CVE-2026-15611: a stranger who asked first has nothing, neither password nor session."""
    stranger, owner = visitor(app), visitor(app)
    stranger.sign_up(EMAIL, "password of the stranger")
    owner.sign_up(EMAIL, PASSWORD)
    owner.confirm(code())

    stranger.confirm("BCDF-BCDF")
    stranger.open("/login/sign-in").sign_in(EMAIL, "password of the stranger")

    assert stranger.status == 422
