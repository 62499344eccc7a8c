"""Sign in: one page, one answer for whatever is wrong, and the way back."""

from __future__ import annotations

import statistics
from datetime import timedelta
from time import perf_counter
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.clock import timestamp
from app.models import Attempt, AuditEvent, Password, Session
from app.security import passwords
from app.services import keys
from app.services.audit import Event
from tests import factories
from tests.factories import PASSWORD

WRONG = "That email and password don't match. Check both."
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
        text = browser.answer.text.replace(name, "NAME")
        token = browser.element("csrf_token").get("value")
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
    known = statistics.median(took(stored) for _ in range(15))
    unknown = statistics.median(took(None) for _ in range(15))

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
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.session.execute(update(Password).values(hash=weak))
    db.session.commit()

    browser.sign_in(jane.email, PASSWORD)

    stored = db.session.scalars(select(Password.hash)).one()
    assert not passwords.needs_rehash(stored)
    assert passwords.verify_password(stored, PASSWORD)


def test_sign_in_commits_twice(browser, jane, statements, db):
    """The try is counted before the hash, everything else after it."""
    browser.open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=PASSWORD)
    db.session.commit()

    with statements() as found:
        answer = browser.transport.send(
            "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
        )

    assert answer.status == 303
    assert found.commits == 2, str(found)


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

    seats = [passwords._seats.acquire(blocking=False) for _ in range(64)]  # noqa: SLF001 (all of them)
    try:
        answer = browser.transport.send(
            "POST", filled.url, headers=browser.cookie_header(), form=filled.fields
        )
    finally:
        for taken in seats:
            if taken:
                passwords._seats.release()  # noqa: SLF001 (all of them)

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert browser.press("sign-in", username=jane.email, password=PASSWORD).at == "/account/"


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/account/?saved=name", "/account/"),
        ("//evil.example", "/account/"),
        ("/\\evil.example", "/account/"),
        ("/\t/evil.example", "/account/"),
        ("https:evil.example", "/account/"),
        ("https://evil.example/account/", "/account/"),
        ("/%2f%2fevil.example", "/account/"),
        ("///", "/account/"),
        ("/no/such/page", "/account/"),
        ("javascript:alert(1)", "/account/"),
        ("/login/sign-out", "/login/sign-out"),
    ],
)
def test_way_back_is_a_page_of_ours(browser, jane, target, lands):
    """CVE-2024-39694: `startswith('/')` is no check."""
    browser.open("/login/sign-in")
    filled = browser.fill("sign-in", username=jane.email, password=PASSWORD)

    answer = browser.transport.send(
        "POST",
        f"{browser.origin}/login/sign-in?{urlencode({'next': target})}",
        headers=browser.cookie_header(),
        form=filled.fields,
    )

    assert answer.status == 303
    assert answer.headers["location"].partition("?")[0] == lands


def test_page_that_needs_a_sign_in_is_come_back_to(browser, jane):
    browser.open("/account/?saved=name")
    assert browser.at == "/login/sign-in"

    browser.press("sign-in", username=jane.email, password=PASSWORD)

    assert browser.shown.url.endswith("/account/?saved=name")


def test_app_names_the_address_and_it_is_filled_in(rp, browser, jane):
    """OIDC Core §3.1.2.1: login_hint; it is not said whether there is such an account."""
    rp.authorize(browser, login_hint="nobody@people.example")

    assert browser.element("username").get("value") == "nobody@people.example"
    assert not browser.sees("Switch account")


def test_app_that_asks_again_shows_who_is_asked(rp, signed_in, jane):
    """OIDC Core §3.1.2.1: prompt=login."""
    rp.authorize(signed_in, prompt="login")

    assert signed_in.sees("Confirm it's you")
    assert signed_in.sees(jane.email)
    assert not signed_in.has("continue")

    signed_in.press("sign-in", password=PASSWORD)
    assert signed_in.at == "/login/consent"


def test_fresh_sign_in_cannot_be_walked_around(rp, signed_in, jane):
    rp.authorize(signed_in, prompt="login")

    signed_in.open(f"{signed_in.shown.url}&on=yes")

    assert signed_in.at == "/login/sign-in"
    assert signed_in.sees("Confirm it's you")


def test_who_is_signed_in_already_goes_on_without_a_password(signed_in):
    signed_in.open("/login/sign-in")
    assert signed_in.sees("You're already signed in.")

    signed_in.follow("Continue")

    assert signed_in.at == "/account/"


def test_form_of_an_old_page_shows_who_is_signed_in_now(browser, app, jane):
    """ux.md 1.5: another tab has signed in; that is no error."""
    old = browser.open("/login/sign-in").fill("sign-in", username=jane.email, password=PASSWORD)
    browser.press("sign-in", username=jane.email, password=PASSWORD)

    browser.post(old.url, dict(old.fields))

    assert browser.status == 200
    assert browser.sees("You're already signed in.")


def test_without_cookies_the_page_says_so(browser, jane):
    filled = browser.open("/login/sign-in").fill("sign-in", username="x", password="y")
    browser.jar.clear()

    browser.post(filled.url, dict(filled.fields))

    assert browser.status == 400
    assert browser.sees("Cookies are off")


def test_administrator_who_was_away_is_asked_again(browser, db, app, clock):
    admin = factories.admin("ada@people.example")
    browser.sign_in(admin.email, PASSWORD)
    clock.move(timedelta(minutes=61))

    browser.open("/admin/applications")
    assert browser.at == "/login/sign-in"
    assert browser.sees("Confirm it's you")
    browser.open("/login/sign-in?next=/admin/applications&on=yes")
    assert browser.at == "/login/sign-in"

    browser.open("/admin/applications").press("sign-in", password=PASSWORD)
    assert browser.at == "/admin/applications"


def test_wrong_account_for_the_app_is_said(rp, browser, jane, settings):
    """OIDC Core §3.1.2.1: id_token_hint names somebody else; the address is not given away."""
    other = factories.user("john@people.example")
    browser.open("/login/sign-in").sign_in(other.email, PASSWORD)
    claims = {"iss": settings.issuer, "sub": jane.subject, "aud": rp.client_id}
    hint = keys.signer("RS256").sign(
        {**claims, "iat": timestamp(), "exp": timestamp() + 60}, typ="JWT"
    )

    rp.authorize(browser, id_token_hint=hint)

    assert browser.at == "/login/sign-in"
    assert browser.sees("The app asks for another account than this one.")
    assert jane.email not in browser.answer.text
