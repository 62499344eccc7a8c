"""Guessing passwords: a few tries are free, then every one takes twice as long as the last."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, Session, Throttle
from app.security import passwords as hashing
from app.services.upkeep import throttles
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.transports import FlaskTransport

FREE = throttles.ACCOUNT.free


def guess(browser, username, times=1, password="not the right password"):
    """Try a password on a page opened for it; return the last status."""
    for _ in range(times):
        browser.open("/login/sign-in").press("sign-in", username=username, password=password)
    return browser.status


@pytest.mark.parametrize("name", ["jane@people.example", "nobody@people.example"])
def test_account_has_to_wait_after_five_wrong_passwords(browser, jane, clock, name):
    """ASVS 6.3.1; an unknown account waits as long as a known one."""
    assert guess(browser, name, FREE) == 422

    assert guess(browser, name) == 429
    assert browser.sees("Too many tries. Wait 1 minute, then try again.")
    assert browser.answer.headers["retry-after"] == "30"


def test_right_password_does_not_help_while_one_has_to_wait(browser, jane, clock):
    guess(browser, jane.email, FREE)

    assert guess(browser, jane.email, password=PASSWORD) == 429


def test_outsider_cannot_lock_out_a_browser_its_owner_has_used(app, browser, jane, clock):
    """security.md RL01: the victim with a known device gets in."""
    assert guess(browser, jane.email, password=PASSWORD) == 200
    browser.sign_out()
    outsider = visitor(app)
    assert guess(outsider, jane.email, FREE + 1) == 429

    assert guess(outsider, jane.email, password=PASSWORD) == 429
    assert guess(browser, jane.email, password=PASSWORD) == 200


def test_guesses_in_a_known_browser_wait_as_well(browser, jane, clock):
    """security.md RL01: whoever sits down at it has no more guesses than anybody."""
    guess(browser, jane.email, password=PASSWORD)
    browser.sign_out()

    assert guess(browser, jane.email, FREE + 1) == 429


def test_browser_of_one_account_is_no_help_for_another(app, browser, jane, clock):
    other = factories.user()
    assert guess(browser, other.email, password=PASSWORD) == 200
    browser.sign_out()
    guess(visitor(app), jane.email, FREE + 1)

    assert guess(browser, jane.email, password=PASSWORD) == 429


def test_browser_is_recognised_after_it_was_closed(browser, jane, clock):
    filled = browser.open("/login/sign-in").fill("sign-in", username=jane.email, password=PASSWORD)
    headers = {**browser.cookie_header(), "Origin": browser.origin}
    answer = browser.transport.send("POST", filled.url, headers=headers, form=filled.fields)

    [kept] = [line for line in answer.cookies if "sealwax-browser=" in line]
    assert SimpleCookie(kept)["__Host-sealwax-browser"]["max-age"] == str(400 * 24 * 3600)


def test_wait_doubles_up_to_an_hour(browser, jane, clock):
    guess(browser, jane.email, FREE)
    waits = []
    for _ in range(9):
        assert guess(browser, jane.email) == 429
        waits.append(int(browser.answer.headers["retry-after"]))
        clock.move(seconds=waits[-1])
        assert guess(browser, jane.email) == 422

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_right_password_makes_the_account_forget(browser, jane, clock):
    guess(browser, jane.email, FREE - 1)
    assert guess(browser, jane.email, password=PASSWORD) == 200
    browser.sign_out()

    assert guess(browser, jane.email, FREE - 1) == 422


def test_every_spelling_counts_for_one_account(browser, jane, clock):
    """CVE-2025-24806: capitals and wide letters buy no further tries."""
    for name in (jane.email, jane.email.upper(), f" {jane.email}", "\uff2aane@people.example"):
        guess(browser, name)
    guess(browser, "jane@people.example")

    assert guess(browser, "JANE@PEOPLE.EXAMPLE") == 429


def test_network_has_to_wait_after_many_wrong_passwords_of_many_accounts(browser, db, clock):
    for number in range(throttles.NETWORK.free):
        assert guess(browser, f"person{number}@people.example") == 422

    assert guess(browser, "another@people.example") == 429


def test_who_has_to_wait_leaves_a_trace_but_no_event(browser, jane, db, clock):
    """The record of events must not grow with every try of a stranger."""
    guess(browser, jane.email, FREE)
    assert guess(browser, jane.email, 3) == 429

    refused = AuditEvent.event == Event.SIGN_IN_REFUSED
    count = select(func.count())
    assert db.session.scalar(count.select_from(AuditEvent).where(refused)) == FREE
    assert db.session.scalar(count.select_from(Attempt)) == FREE + 3


def test_right_passwords_do_not_use_up_the_network(browser, jane, db, clock):
    guess(browser, "nobody@people.example")
    tried = select(Throttle.failures).where(Throttle.failures > 0)
    before = db.session.scalars(tried).all()

    for _ in range(3):
        guess(browser, jane.email, password=PASSWORD)
        browser.sign_out()

    assert sorted(db.session.scalars(tried).all()) == sorted(before)


def test_forwarded_address_of_nobody_we_trust_changes_nothing(browser, jane, db, clock):
    """ASVS 15.3.4: the limit cannot be walked around with a header."""
    filled = browser.open("/login/sign-in").fill("sign-in", username="x", password="y")
    for number in range(3):
        headers = {**browser.cookie_header(), "X-Forwarded-For": f"192.0.2.{number}"}
        browser.transport.send("POST", filled.url, headers=headers, form=filled.fields)

    rows = db.session.scalar(select(func.count()).select_from(Throttle))
    assert rows == 2  # one account, one network


def volley(app, email, passwords, monkeypatch):
    """Guess all at once, so that every hash is done before anybody goes on; return the statuses."""
    ready, verify = threading.Barrier(len(passwords)), hashing.verify_password

    def together(*words):
        fits = verify(*words)
        ready.wait()
        return fits

    def send(filled, headers):
        answer = FlaskTransport(app).send("POST", filled.url, headers=headers, form=filled.fields)
        return answer.status

    monkeypatch.setattr(hashing, "WAIT_SECONDS", 30.0)
    monkeypatch.setattr(hashing, "verify_password", together)
    with ThreadPoolExecutor(len(passwords)) as people:
        sent = []
        for password in passwords:
            browser = visitor(app).open("/login/sign-in")
            filled = browser.fill("sign-in", username=email, password=password)
            sent.append(people.submit(send, filled, browser.cookie_header()))
        answers = [one.result() for one in sent]
    monkeypatch.setattr(hashing, "verify_password", verify)
    return answers


@pytest.mark.race
def test_wrong_guesses_at_once_are_no_more_than_one_after_the_other(app, jane, db, monkeypatch):
    """security.md RL03: twelve at once are five."""
    answers = volley(app, jane.email, ["not the right password"] * 12, monkeypatch)

    assert set(answers) <= {422, 429}
    assert answers.count(422) == FREE
    assert not db.session.scalars(select(Session)).all()


@pytest.mark.race
@pytest.mark.parametrize("free", [FREE, 1])
def test_guesses_at_once_are_no_more_than_one_after_the_other(
    app, jane, db, clock, monkeypatch, free
):
    """security.md RL03: of twelve guesses, one of them right, no more get an answer than are free.

    All of them have passed the first look, and know what came of their hash.
    """
    if free == 1:
        guess(visitor(app), jane.email, FREE)
        clock.move(throttles.ACCOUNT.wait)
    wrong = [f"not the right password {number}" for number in range(11)]

    answers = volley(app, jane.email, [*wrong, PASSWORD], monkeypatch)

    assert set(answers) <= {303, 422, 429}
    assert db.session.scalar(select(func.count()).select_from(Session)) == answers.count(303)
    if answers[-1] == 429:
        assert answers.count(422) == free
    else:  # it came before the last free one, and made the account forget
        assert answers.count(422) <= free - 1 + FREE


def test_right_guess_behind_too_many_wrong_ones_has_no_answer(app, jane, db, clock, monkeypatch):
    """security.md RL03: it stands in one line with those that were counted before it."""
    ready, went_right = threading.Event(), throttles.went_right

    def late(*counts):
        ready.wait(30)
        went_right(*counts)

    monkeypatch.setattr(throttles, "went_right", late)
    browser = visitor(app).open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=PASSWORD)
    with ThreadPoolExecutor(1) as people:
        right = people.submit(
            FlaskTransport(app).send,
            "POST", filled.url, headers=browser.cookie_header(), form=filled.fields,
        )  # fmt: skip
        guess(visitor(app), jane.email, FREE)
        ready.set()

    assert right.result().status == 429
    assert not db.session.scalars(select(Session)).all()


@pytest.mark.parametrize("password", [PASSWORD, "not the right password"])
def test_guess_that_others_have_overtaken_is_not_answered(
    app, jane, db, clock, monkeypatch, password
):
    """security.md RL03: who guesses many at once does not learn which of them was right."""
    browser = visitor(app).open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=password)
    verify = hashing.verify_password

    def overtaken(*words):
        monkeypatch.setattr(hashing, "verify_password", verify)
        with app.app_context():
            guess(visitor(app), jane.email, FREE)
        return verify(*words)

    monkeypatch.setattr(hashing, "verify_password", overtaken)
    answer = browser.transport.send(
        "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
    )

    assert answer.status == 429
    assert not db.session.scalars(select(Session)).all()


def test_who_has_to_wait_costs_no_hash(browser, jane, clock, monkeypatch):
    guess(browser, jane.email, FREE)
    monkeypatch.setattr(hashing, "verify_password", lambda *_words: pytest.fail("it was hashed"))

    assert guess(browser, jane.email) == 429


def test_change_of_password_counts_for_the_same_account(app, signed_in, jane, clock):
    """CVE-2025-9798: one counter for every place where a password can be tried."""
    for _ in range(FREE):
        signed_in.open("/account/security").press(
            "change-password", current_password="wrong", password="four green boats sail"
        )
        assert signed_in.status == 422

    assert guess(visitor(app), jane.email) == 429
