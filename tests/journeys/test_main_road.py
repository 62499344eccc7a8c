"""Sign in, consent, code, tokens, userinfo: over HTTP, without JavaScript, on both engines."""

import pytest


def test_person_signs_in_consents_and_the_client_learns_what_was_allowed(rp, browser, jane):
    """OIDC Core §3.1: the whole authorization code flow."""
    rp.authorize(browser)
    assert browser.at == "/login/sign-in"
    browser.sign_in(*jane)
    assert browser.sees("jane@people.example"), "consent shows the very values"
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json
    identity = rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
    details = rp.userinfo(tokens["access_token"]).json

    assert details["sub"] == identity["sub"]
    assert (details["name"], details["email"]) == ("Jane Doe", "jane@people.example")
    assert details["email_verified"] is True
    assert "email" not in identity


def test_second_time_no_page_stands_in_between(rp, browser, jane):
    """OIDC Core §3.1.2.3: session and consent are remembered."""
    first = rp.sign_in(browser, *jane)

    second = rp.sign_in(browser, "nobody@people.example", "is asked for anything")

    assert rp.userinfo(first["access_token"]).json == rp.userinfo(second["access_token"]).json


def test_request_by_post_from_the_clients_site_leads_the_same_way(rp, browser, jane):
    """OIDC Core §3.1.2.1: the authorization endpoint takes POST, without a token of ours."""
    rp.authorize(browser, method="POST")
    browser.sign_in(*jane)
    browser.allow()

    assert rp.redeem(rp.callback(browser).code).status == 200


def test_scope_that_was_unticked_is_not_granted(rp, browser, jane):
    """OIDC Core §3.1.2.4: what the person leaves out is not shared, and the client is told."""
    rp.authorize(browser)
    browser.sign_in(*jane)
    browser.allow(["profile"])

    tokens = rp.redeem(rp.callback(browser).code).json

    assert set(tokens["scope"].split()) == {"openid", "profile"}
    assert "email" not in rp.userinfo(tokens["access_token"]).json


def test_person_who_cancels_sends_the_client_away_with_access_denied(rp, browser, jane):
    """RFC 6749 §4.1.2.1."""
    rp.authorize(browser)
    browser.sign_in(*jane)
    browser.deny()

    assert rp.callback(browser).error == "access_denied"


def test_answer_by_form_post_reaches_the_client(rp, browser, jane):
    """OAuth 2.0 Form Post Response Mode §2: nothing of the answer stands in an address."""
    rp.authorize(browser, response_mode="form_post")
    browser.sign_in(*jane)
    browser.allow()

    assert browser.posted
    assert rp.redeem(rp.callback(browser).code).status == 200


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "PS256"])
def test_id_token_is_signed_as_the_client_registered(register, browser, jane, alg):
    """OIDC Registration §2: id_token_signed_response_alg."""
    rp = register(id_token_signed_response_alg=alg)
    rp.authorize(browser)
    browser.sign_in(*jane)
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json

    rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"], alg=alg)


@pytest.mark.parametrize("kind", ["spa", "native"])
def test_public_client_needs_nothing_but_its_verifier(register, browser, jane, kind):
    """RFC 7636: PKCE stands where a secret would."""
    rp = register(kind)
    rp.authorize(browser)
    browser.sign_in(*jane)
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json

    assert rp.userinfo(tokens["access_token"]).status == 200


def test_silent_request_without_session_is_refused_without_a_page(rp, browser):
    """OIDC Core §3.1.2.6."""
    rp.authorize(browser, prompt="none")

    assert rp.callback(browser).error == "login_required"


def test_who_signs_out_is_asked_again(rp, browser, jane):
    rp.sign_in(browser, *jane)
    browser.open("/login/sign-out").sign_out()

    rp.authorize(browser)

    assert browser.at == "/login/sign-in"


def test_tokens_die_with_the_session(rp, browser, jane):
    """A sign-out ends at once what came from it, at our own endpoints."""
    tokens = rp.sign_in(browser, *jane)
    browser.open("/login/sign-out").sign_out()

    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.introspect(tokens["access_token"]).json == {"active": False}


def test_client_asks_for_a_fresh_sign_in_and_auth_time_moves(rp, browser, jane, clock):
    """OIDC Core §3.1.2.1: max_age."""
    rp.sign_in(browser, *jane)
    clock.move(minutes=5)
    rp.authorize(browser, max_age="60")
    assert browser.at == "/login/sign-in"
    browser.press("sign-in", password=jane[1])

    tokens = rp.redeem(rp.callback(browser).code).json

    claims = rp.verify_id_token(tokens["id_token"])
    assert claims["auth_time"] == int(clock.time.timestamp())
