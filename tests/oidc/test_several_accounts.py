"""Whom an application means when several people are signed in with one browser (ux.md 2.7)."""

from __future__ import annotations

import pytest

from tests import factories
from tests.factories import PASSWORD
from tests.oidc.conftest import ALL_SCOPES

CHOOSER = "/login/select-account"


@pytest.fixture
def other(scene):
    """Return somebody who is current, beside the scene's person, who is set aside."""
    person = factories.user("other@people.example", name="Other")
    scene.browser.open("/login/sign-in?another=yes").sign_in(person.email, PASSWORD)
    return person


@pytest.fixture
def hint(scene):
    """Return an ID token of the scene's person, from before anybody else signed in."""
    return scene.tokens()["id_token"]


def subject(scene, **changes):
    """Return the `sub` that a silent request is answered with."""
    return scene.id_token(prompt="none", **changes)["sub"]


def test_silent_request_is_about_who_is_current(scene, hint, other):
    factories.consent(other, scene.registered, ALL_SCOPES)

    assert subject(scene) == other.subject


def test_silent_request_with_a_hint_uses_the_session_of_whom_it_names(scene, hint, other):
    """OIDC Core §3.1.2.1, `id_token_hint`: the person is signed in here, so that is a success."""
    assert subject(scene, id_token_hint=hint) == scene.person.subject
    assert scene.browser.open("/account/").sees(other.email), "nobody was switched"


def test_login_hint_names_an_account_too(scene, other):
    assert subject(scene, login_hint=scene.person.email) == scene.person.subject


def test_address_nobody_has_is_only_a_hint(scene, other):
    factories.consent(other, scene.registered, ALL_SCOPES)

    assert subject(scene, login_hint="nobody@people.example") == other.subject


def test_hinted_account_that_is_signed_out_is_not_used(scene, hint, other):
    """OIDC Core §3.1.2.6: login_required."""
    scene.browser.open("/login/sign-out").press("sign-out-all")

    assert scene.error(prompt="none", id_token_hint=hint) == "login_required"


def test_hinted_account_without_a_consent_is_named_as_such(scene, other):
    """The check that is open for the hinted person decides."""
    plain = factories.client(scope="openid")
    rp = type(scene.rp)(
        scene.rp.transport, scene.rp.issuer, client_id=plain.client_id, client_secret=plain.secret
    )
    rp.authorize(scene.browser, prompt="none", scope="openid", login_hint=scene.person.email)

    assert rp.callback(scene.browser).error == "consent_required"


def test_page_for_another_account_offers_to_switch(scene, hint, other):
    """`another_user`: the session is there, one press brings it."""
    scene.rp.authorize(scene.browser, prompt="consent", id_token_hint=hint)
    assert scene.browser.at == CHOOSER
    assert scene.browser.sees(scene.person.email)

    scene.browser.press("account-2")

    assert scene.browser.at == "/login/consent"
    assert scene.browser.sees(scene.person.email)


def test_request_goes_on_without_a_page_when_none_is_needed(scene, hint, other):
    scene.rp.authorize(scene.browser, id_token_hint=hint)

    assert scene.rp.callback(scene.browser).code


def test_person_may_choose_otherwise_than_the_login_hint(scene, other):
    """It is a hint: the person decides, and is not asked again."""
    scene.rp.authorize(scene.browser, prompt="consent", login_hint=scene.person.email)
    assert scene.browser.at == CHOOSER

    scene.browser.press("account-1")

    assert scene.browser.at == "/login/consent"
    assert scene.browser.sees(other.email)


def test_select_account_is_shown_whoever_is_hinted(scene, hint, other):
    """ux.md 2.7: never pick under select_account."""
    scene.rp.authorize(scene.browser, prompt="select_account", id_token_hint=hint)

    assert scene.browser.at == CHOOSER


def test_switch_during_a_request_is_caught(scene, other):
    """security.md AZ08: the page was shown to one account, another one is current by now."""
    scene.rp.authorize(scene.browser, prompt="consent")
    consent_page = scene.browser.shown.url
    scene.browser.open(CHOOSER).press("account-2")

    scene.browser.open(consent_page)

    assert scene.browser.at == CHOOSER


def test_logout_ends_the_session_the_hint_names(scene, hint, other):
    """RP-Initiated Logout 1.0 §2: it is about that person, the one in use stays signed in."""
    scene.browser.open(f"/end_session?id_token_hint={hint}")

    assert scene.browser.at == "/login/signed-out"
    assert scene.browser.open("/account/").sees(other.email)
    assert scene.error(prompt="none", id_token_hint=hint) == "login_required"


def test_fresh_sign_in_is_wanted_of_whoever_is_chosen(scene, other):
    """security.md AZ06: prompt=login is not satisfied by a switch."""
    scene.rp.authorize(scene.browser, prompt="login select_account")
    scene.browser.open(f"{CHOOSER}?{scene.browser.shown.url.partition('?')[2]}").press("account-2")

    assert scene.browser.at == "/login/sign-in"
    assert scene.browser.sees("Confirm it's you")
    assert scene.browser.sees(scene.person.email)


def test_silent_sign_in_costs_nothing_more(scene, other, statements):
    """performance.md: the accounts of a browser are asked for only when another one is meant."""
    factories.consent(other, scene.registered, ALL_SCOPES)
    scene.tokens()

    with statements() as seen:
        scene.tokens()
    assert seen.count <= 7, seen
