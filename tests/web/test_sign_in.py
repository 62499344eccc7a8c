"""Sign in: one page, one answer for whatever is wrong, and the way back."""

from __future__ import annotations

import re
import statistics
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.models import Attempt, AuditEvent, Password, Session
from app.security import passwords
from app.security.batches import Batches
from app.services.upkeep.audit import Event
from tests import factories
from tests.factories import PASSWORD
from tests.stalls import occupied

WRONG = "That email and password don't match. Check both."
#: What the page asks of a passkey is another challenge each time.
CHALLENGE = re.compile(r'"challenge": "[^"]+"')
SESSION_COOKIE = "__Host-sealwax"


def try_once(browser, username, password="not the right password"):
    """Sign in on a page opened for it."""
    return browser.open("/login/sign-in").sign_in(username, password)


def test_person_signs_in_and_goes_to_the_account(browser, jane):
    browser.sign_in(jane.email, PASSWORD)

    assert browser.at == "/account/"
    assert browser.sees("Hello, Jane Doe")


def test_every_spelling_of_the_address_is_one_account(browser, jane):
    """CVE-2025-24806: capitals, spaces and wide letters name the same person."""
    browser.sign_in(f"  {jane.email.upper()} ".replace("J", "\uff2a"), PASSWORD)

    assert browser.at == "/account/"


@pytest.fixture
def three_refused(browser, db, jane):
    """Return the answers to a wrong password, an unknown and a turned off account."""
    off = factories.user("gone@people.example", disabled_at=jane.created_at)
    answers = []
    for name in (jane.email, "nobody@people.example", off.email):
        try_once(browser, name)
        text = CHALLENGE.sub("", browser.answer.text.replace(name, "NAME"))
        token = browser.csrf_token
        answers.append((browser.status, text.replace(token, "TOKEN"), dict(browser.answer.headers)))
    return answers


def test_nobody_learns_which_half_was_wrong(three_refused):
    """ASVS 6.3.8: same status, same words, same headers."""
    wrong, unknown, off = three_refused

    assert wrong[0] == 422
    assert WRONG in wrong[1].replace("&#39;", "'")
    assert wrong[:2] == unknown[:2] == off[:2]
    for answer in (wrong, unknown, off):
        for name in ("date", "content-length"):
            answer[2].pop(name, None)
    assert wrong[2] == unknown[2] == off[2]


def test_unknown_account_asks_the_database_as_often_as_a_wrong_password(browser, jane, statements):
    """ASVS 6.3.8: the same work, whatever is wrong."""
    seen = []
    for name in (jane.email, "nobody@people.example"):
        browser.open("/login/sign-in")
        with statements() as found:
            browser.press("sign-in", username=name, password="not the right password")
        seen.append((found.count, found.commits))

    assert seen[0] == seen[1]


@pytest.mark.one_engine
def test_nothing_stored_takes_the_time_of_something_stored(app):
    """CVE-2026-77582: the hash that nobody has is made with today's parameters."""

    def took(stored):
        start = perf_counter()
        passwords.verify_password(stored, "not the right password")
        return perf_counter() - start

    stored = factories.hashed(PASSWORD)
    # In turns: what else the machine does meanwhile slows both alike.
    pairs = [(took(stored), took(None)) for _ in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))

    assert unknown == pytest.approx(known, rel=0.5)


def test_turned_off_account_is_told_only_after_the_right_password(browser, db):
    off = factories.user("gone@people.example", disabled_at=factories.user().created_at)

    try_once(browser, off.email, PASSWORD)

    assert browser.status == 422
    assert browser.sees("This account is turned off.")
    assert SESSION_COOKIE not in browser.jar


def test_address_is_kept_and_password_is_not(browser, jane):
    try_once(browser, jane.email)

    assert browser.element("username").get("value") == jane.email
    assert browser.element("password").get("value") == ""


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 400, "☃", "' OR 1=1 --"])
def test_whatever_is_typed_is_a_refusal(browser, jane, name):
    browser.open("/login/sign-in").press("sign-in", username=name, password="y")

    assert browser.status == 422


def test_session_cookie_is_another_one_after_every_sign_in(signed_in, jane, db):
    """ASVS 7.2.4: what was known before the sign-in opens nothing after it."""
    before = signed_in.jar[SESSION_COOKIE].value

    signed_in.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    assert signed_in.jar[SESSION_COOKIE].value != before
    living = db.session.scalars(select(Session).where(Session.ended_at.is_(None))).all()
    assert len(living) == 1


def test_password_is_hashed_anew_when_parameters_have_risen(browser, jane, db):
    """security.md PW04: the right password is the moment to do it."""
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.session.execute(update(Password).values(hash=weak))
    db.session.commit()

    browser.sign_in(jane.email, PASSWORD)

    stored = db.session.scalars(select(Password.hash)).one()
    assert not passwords.needs_rehash(stored)
    assert passwords.verify_password(stored, PASSWORD)


def test_sign_in_commits_once_and_holds_no_connection_while_hashing(
    browser, jane, statements, db, monkeypatch
):
    """Two commits: what was read before the hash is over, everything is written after it."""
    held = []
    verify = passwords.verify_password

    def watched(*words):
        held.append(db.engine.pool.checkedout())
        return verify(*words)

    browser.open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=PASSWORD)
    db.session.commit()
    monkeypatch.setattr(passwords, "verify_password", watched)

    with statements() as found:
        answer = browser.transport.send(
            "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
        )

    assert answer.status == 303
    assert found.commits == 2, str(found)
    assert held == [0]


def test_refusal_can_be_looked_up_by_its_reference(rp, browser, jane, db):
    rp.authorize(browser)
    browser.sign_in(jane.email, "not the right password")

    trace = db.session.scalars(select(Attempt).where(Attempt.outcome == "refused")).one()
    waiting = db.session.scalars(select(Attempt).where(Attempt.outcome == "waiting")).one()
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.SIGN_IN_REFUSED)
    ).one()

    assert trace.reference == waiting.reference == event.reference
    assert (trace.reason, trace.user_id, trace.client_id) == (
        "password_wrong",
        jane.id,
        rp.client_id,
    )
    assert [check["check"] for check in trace.checks if not check["ok"]] == ["password"]


def test_too_many_hashes_at_once_is_a_503_that_counts_no_try(browser, jane, monkeypatch, db):
    """ASVS 15.2.2: a flood queues for a second, then it is turned away."""
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    browser.open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=PASSWORD)

    monkeypatch.setattr(passwords, "_batches", Batches(1))
    with occupied(passwords._batches):  # noqa: SLF001 (whoever hashes is busy)
        answer = browser.transport.send(
            "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
        )

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert browser.press("sign-in", username=jane.email, password=PASSWORD).at == "/account/"
