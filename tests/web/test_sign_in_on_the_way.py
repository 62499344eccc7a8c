"""Sign in on the way to somewhere: an application, a page of ours, another tab."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from app.clock import timestamp
from app.services.authorization import keys
from tests import factories
from tests.factories import PASSWORD


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

    signed_in.press("continue")

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
