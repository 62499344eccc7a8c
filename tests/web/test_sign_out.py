"""Sign out: asked for, total, and honest about what stays open."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Session

SESSION_COOKIE = "__Host-sealwax"


def test_session_ends_in_the_browser_and_in_the_database(signed_in, db):
    signed_in.sign_out()

    assert signed_in.sees("You're signed out")
    assert SESSION_COOKIE not in signed_in.jar
    assert db.session.scalars(select(Session.ended_at)).one() is not None


def test_stolen_cookie_opens_nothing_after_signing_out(signed_in):
    stolen = dict(signed_in.jar)
    signed_in.sign_out()

    signed_in.jar.update(stolen)

    assert signed_in.open("/account/").at == "/login/sign-in"


def test_page_leads_to_where_sessions_elsewhere_are_ended(signed_in):
    """ux.md 2.10; security.md SE08: there, since it may take a proof of who asks."""
    assert signed_in.open("/login/sign-out").follow("Sign out everywhere else").at == (
        "/account/security"
    )
    assert signed_in.sees("Where you are signed in")


def test_looking_at_the_page_signs_nobody_out(signed_in):
    signed_in.open("/login/sign-out")
    assert signed_in.sees("jane@people.example")

    signed_in.press("stay")

    assert signed_in.at == "/account/"


def test_other_sites_cannot_sign_a_person_out(signed_in):
    signed_in.post("/login/sign-out", {"answer": "sign-out"}, from_site="https://evil.example")

    assert signed_in.open("/account/").at == "/account/"


@pytest.mark.parametrize(
    "page",
    [
        "/login/sign-out",
        "/login/sign-in",
        "/login/sign-up",
        "/login/check-email",
        "/login/select-account",
        "/account/",
        "/setup",
    ],
)
def test_asking_for_the_head_of_a_page_changes_nothing(signed_in, db, page):
    """RFC 9110 §9.2.1: HEAD is safe, and no CSRF value is asked for."""
    before = (signed_in.jar, db.session.scalars(select(AuditEvent.id)).all())

    answer = signed_in.transport.send(
        "HEAD", f"{signed_in.origin}{page}", headers=signed_in.cookie_header()
    )

    assert answer.status < 500
    assert not answer.cookies
    assert (signed_in.jar, db.session.scalars(select(AuditEvent.id)).all()) == before
    assert signed_in.open("/account/").at == "/account/"


def test_browser_is_told_to_forget_pages_but_no_cookies(signed_in):
    signed_in.jar["__Host-other"] = signed_in.jar[SESSION_COOKIE]
    signed_in.sign_out()

    forgotten = signed_in.answer.headers["clear-site-data"]
    assert "cookies" not in forgotten
    assert '"cache"' in forgotten


def test_apps_that_were_signed_in_to_are_named(rp, signed_in):
    rp.authorize(signed_in)
    signed_in.allow()
    rp.callback(signed_in)

    signed_in.sign_out()

    assert signed_in.sees("May still be open:")
    assert signed_in.sees("Photo Box")


def test_refresh_token_dies_with_the_session(rp, signed_in):
    rp.authorize(signed_in)
    signed_in.allow()
    tokens = rp.redeem(rp.callback(signed_in).code).json

    signed_in.sign_out()

    assert rp.userinfo(tokens["access_token"]).status == 401


def test_nobody_signed_in_is_signed_out_already(browser):
    browser.open("/login/sign-out")

    assert browser.at == "/login/signed-out"
    assert browser.sees("You're signed out")
