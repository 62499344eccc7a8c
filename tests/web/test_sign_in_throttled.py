"""Guessing passwords: a few tries are free, then every one takes twice as long as the last."""

from __future__ import annotations

import threading
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, Session, Throttle
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
    before = db.session.scalars(select(Throttle.failures)).all()

    for _ in range(3):
        guess(browser, jane.email, password=PASSWORD)
        browser.sign_out()

    assert sorted(db.session.scalars(select(Throttle.failures)).all()) == sorted(before)


def test_forwarded_address_of_nobody_we_trust_changes_nothing(browser, jane, db, clock):
    """ASVS 15.3.4: the limit cannot be walked around with a header."""
    filled = browser.open("/login/sign-in").fill("sign-in", username="x", password="y")
    for number in range(3):
        headers = {**browser.cookie_header(), "X-Forwarded-For": f"192.0.2.{number}"}
        browser.transport.send("POST", filled.url, headers=headers, form=filled.fields)

    rows = db.session.scalar(select(func.count()).select_from(Throttle))
    assert rows == 2  # one account, one network


@pytest.mark.race
def test_guesses_at_once_are_no_more_than_one_after_the_other(app, jane, db):
    """Counted before the hash, in one statement: twelve at once are five."""
    answers = []
    ready = threading.Barrier(12)

    def try_it(filled, headers):
        ready.wait()
        transport = FlaskTransport(app)
        answers.append(transport.send("POST", filled.url, headers=headers, form=filled.fields))

    threads = []
    for _ in range(12):
        browser = visitor(app).open("/login/sign-in")
        filled = browser.fill("sign-in", username=jane.email, password="not the right password")
        threads.append(threading.Thread(target=try_it, args=(filled, browser.cookie_header())))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    tried = [answer.status for answer in answers if answer.status in {422, 503}]
    assert {answer.status for answer in answers} <= {422, 429, 503}
    assert len(answers) == 12
    assert len(tried) <= FREE + [answer.status for answer in answers].count(503)
    assert not db.session.scalars(select(Session)).all()


def test_change_of_password_counts_for_the_same_account(app, signed_in, jane, clock):
    """CVE-2025-9798: one counter for every place where a password can be tried."""
    for _ in range(FREE):
        signed_in.open("/account/security").press(
            "change-password", current_password="wrong", password="four green boats sail"
        )
        assert signed_in.status == 422

    assert guess(visitor(app), jane.email) == 429
