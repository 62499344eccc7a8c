"""Step-up: an application asks for a level, and gets it without losing its request (RFC 9470)."""

from __future__ import annotations

import json

import pytest

from app.services.authorization.levels import ACR_VALUES, MFA, PASSWORD
from tests import factories, id_tokens
from tests.administrators import reads_mail
from tests.phone import recovery_codes, scan
from tests.secrets_seen import remember
from tests.transports import FlaskTransport


@pytest.fixture
def phone(scene, clock):
    """Give the person a second step, which this session has not passed."""
    assert clock.time, "the clock stands still"
    return factories.phone(scene.person)[0]


def essential(*values):
    """Return a claims parameter that must have one of these levels (OIDC Core §5.5.1.1)."""
    return json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})


def claims_after(scene, act):
    """Follow the request to the ID token once the person has acted."""
    act()
    answer = scene.rp.redeem(scene.rp.callback(scene.browser).code)
    assert answer.status == 200, answer.text
    return scene.rp.verify_id_token(answer.json["id_token"])


def test_second_step_is_asked_for_and_the_request_goes_on(clock, scene, phone):
    """security.md MF12: acr and amr say what happened; auth_time is the password's."""
    signed_in_at = int(clock.time.timestamp())
    clock.move(minutes=5)
    old_cookie = scene.browser.jar["__Host-sealwax"].value
    scene.rp.authorize(scene.browser, acr_values=MFA)
    assert scene.browser.at == "/login/second-step"
    assert scene.browser.sees("asks for a second step")

    claims = claims_after(scene, lambda: scene.browser.press("continue", code=remember(phone.code)))

    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "otp", "mfa"])
    assert claims["auth_time"] == signed_in_at
    assert claims["sid"] == scene.session.sid, "it is the same session"
    assert scene.browser.jar["__Host-sealwax"].value != old_cookie


def test_reached_level_is_not_asked_for_again(scene, phone):
    scene.rp.authorize(scene.browser, acr_values=MFA).press("continue", code=remember(phone.code))

    assert scene.id_token(acr_values=MFA, prompt="none")["acr"] == MFA


@pytest.mark.parametrize("wanted", [f"{MFA} {PASSWORD}", PASSWORD, "urn:x", f"urn:x {PASSWORD}"])
def test_any_of_the_values_will_do(scene, phone, wanted):
    """OIDC Core §3.1.2.1: acr_values is a wish for any of them; unknown ones are left aside."""
    assert phone.code, "the person could do more"

    assert scene.id_token(acr_values=wanted)["acr"] == PASSWORD


def test_every_level_we_name_can_be_asked_for_at_once(scene):
    """protocol.md 2.9: oidcc-ensure-request-with-acr-values-succeeds."""
    assert scene.id_token(acr_values=" ".join(ACR_VALUES))["acr"] in ACR_VALUES


def test_stronger_session_is_named_as_it_was_asked_for(scene, phone):
    scene.rp.authorize(scene.browser, acr_values=MFA).press("continue", code=remember(phone.code))

    assert scene.id_token(acr_values=PASSWORD)["acr"] == PASSWORD
    assert scene.id_token()["acr"] == MFA


def test_wish_makes_nobody_set_one_up(scene):
    """OIDC Core §3.1.2.1: voluntary; the ID token says what was reached."""
    assert scene.id_token(acr_values=MFA)["acr"] == PASSWORD


def test_silent_request_says_that_a_page_is_needed(scene, phone):
    assert phone.code, "the person could do more"

    assert scene.error(acr_values=MFA, prompt="none") == "interaction_required"


def test_essential_level_is_worth_setting_one_up(scene, clock):
    """ux.md 2.5: never lose the application's request during enrolment."""
    assert clock.time, "the clock stands still"
    reads_mail(scene.browser, scene.person)
    scene.rp.authorize(scene.browser, claims=essential(MFA))
    assert scene.browser.at == "/login/enrol"
    phone = scan(scene.browser)

    def act():
        scene.browser.press("turn-on", code=remember(phone.code))
        assert recovery_codes(scene.browser)
        scene.browser.follow("I've saved these")

    assert claims_after(scene, act)["acr"] == MFA


def test_silent_essential_request_fails(scene):
    assert scene.error(claims=essential(MFA), prompt="none") == "interaction_required"


def test_registered_level_counts_when_none_is_asked_for(make_scene, clock):
    """OIDC Registration §2: default_acr_values."""
    assert clock.time, "the clock stands still"
    scene = make_scene(default_acr_values=[MFA])
    factories.phone(scene.person)

    assert scene.error(prompt="none") == "interaction_required"
    assert scene.id_token(acr_values=PASSWORD)["acr"] == PASSWORD


def test_application_that_requires_it_cannot_be_entered_without(make_scene):
    """The administrator's word goes before what the application asks for."""
    scene = make_scene(require_second_step=True)

    scene.rp.authorize(scene.browser, acr_values=PASSWORD)

    assert scene.browser.at == "/login/prove-mailbox"


def test_new_password_does_not_replace_the_second_step(scene, phone):
    """security.md MF01: prompt=login asks for every step there is."""
    scene.rp.authorize(scene.browser, prompt="login")
    scene.browser.press("sign-in", password=remember(factories.PASSWORD))
    assert scene.browser.at == "/login/second-step"

    claims = claims_after(scene, lambda: scene.browser.press("continue", code=remember(phone.code)))

    assert claims["amr"] == ["pwd", "otp", "mfa"]


def test_wrong_code_leaves_the_request_waiting(scene, phone):
    scene.rp.authorize(scene.browser, acr_values=MFA)
    scene.browser.press("continue", code=phone.wrong_code)
    assert scene.browser.status == 422

    claims = claims_after(scene, lambda: scene.browser.press("continue", code=remember(phone.code)))

    assert claims["acr"] == MFA


def signed_in_again(scene, email):
    """Type the password on the page shown."""
    scene.browser.press("sign-in", username=email, password=remember(factories.PASSWORD))


def test_old_session_cannot_set_a_second_step_up_for_an_application(scene, clock):
    """security.md MF06, SE10: whoever sits there now proves first who they are."""
    clock.move(minutes=16)

    scene.rp.authorize(scene.browser, claims=essential(MFA))
    assert scene.browser.at == "/login/sign-in"
    assert scene.browser.sees("Confirm it's you")
    signed_in_again(scene, scene.person.email)

    assert scene.browser.at == "/login/prove-mailbox"


def test_silent_request_says_that_setting_up_takes_a_sign_in(scene, clock):
    clock.move(minutes=16)

    assert scene.error(claims=essential(MFA), prompt="none") == "login_required"


def test_somebody_else_can_sign_in_instead_of_stepping_up(scene, phone, clock):
    """ux.md 2.5, security.md LG04: their own second step is asked for, not that of the session."""
    bob = factories.user("bob@people.example")
    theirs, _ = factories.phone(bob)
    factories.consent(bob, scene.registered)
    scene.rp.authorize(scene.browser, acr_values=MFA).follow("Use another account")
    signed_in_again(scene, bob.email)
    assert scene.browser.at == "/login/second-step"
    assert scene.browser.sees(bob.email)
    assert phone.code, "the code of who was signed in before is not asked for"

    claims = claims_after(
        scene, lambda: scene.browser.press("continue", code=remember(theirs.code))
    )

    assert (claims["sub"], claims["acr"]) == (bob.subject, MFA)


def test_wrong_codes_for_somebody_else_leave_the_session_as_it_was(scene, phone):
    """security.md MF12: nobody's code lifts another one's session."""
    bob = factories.user("bob@people.example")
    factories.phone(bob)
    scene.rp.authorize(scene.browser, acr_values=MFA).follow("Use another account")
    signed_in_again(scene, bob.email)

    scene.browser.press("continue", code=remember(phone.code))

    assert scene.browser.status == 422
    assert scene.id_token()["acr"] == PASSWORD


def test_session_from_before_the_policy_gets_no_code(make_app, scene, clock):
    """security.md MF01: every path that ends in a token, also one that began before the rule."""
    assert clock.time, "the clock stands still"
    strict = FlaskTransport(make_app(second_step="everyone"))
    scene.browser.transport = scene.rp.transport = strict

    assert scene.error(prompt="none") == "interaction_required"
    scene.rp.authorize(scene.browser)
    assert scene.browser.at == "/login/prove-mailbox"
    assert scene.browser.sees("requires a second step for your account")


def test_demanded_level_is_named_as_it_was_asked_for(make_scene, clock):
    """OIDC Core §5.5.1.1: an essential acr comes back as one of the values, or not at all."""
    assert clock.time, "the clock stands still"
    scene = make_scene(require_second_step=True)
    phone = factories.phone(scene.person)[0]
    scene.rp.authorize(scene.browser).press("continue", code=remember(phone.code))

    assert scene.id_token()["acr"] == MFA
    assert scene.id_token(claims=essential(PASSWORD))["acr"] == PASSWORD


@pytest.mark.parametrize("is_essential", ["false", "true", 0, 1, [], {}])
def test_essential_is_true_or_false(scene, is_essential):
    """OIDC Core §5.5.1: a JSON boolean; what is meant by anything else nobody can say."""
    wish = {"id_token": {"acr": {"essential": is_essential, "value": MFA}}}

    assert scene.error(claims=json.dumps(wish)) == "invalid_request"


@pytest.mark.parametrize(
    "wish", [{"value": None}, {"values": [None, 1, {}]}, {"value": ["urn:x"]}, {"values": {"a": 1}}]
)
def test_essential_level_of_another_type_cannot_be_met(scene, wish):
    """OIDC Core §5.5.1.1: never silently less."""
    claims = json.dumps({"id_token": {"acr": {"essential": True, **wish}}})

    assert scene.error(claims=claims) == "unmet_authentication_requirements"


def claims_of(scene, tokens):
    """Return the verified claims of an ID token, whatever it answers."""
    return id_tokens.verify(
        tokens["id_token"],
        scene.rp.keys(),
        issuer=scene.rp.issuer,
        client_id=scene.rp.client_id,
        alg="RS256",
    )


def test_refreshed_token_tells_of_the_same_sign_in(scene, phone, clock):
    """OIDC Core §12.2: auth_time is that of the sign-in, acr and amr with it."""
    scene.rp.authorize(scene.browser, acr_values=MFA)
    scene.browser.press("continue", code=remember(phone.code))
    first = scene.rp.redeem(scene.rp.callback(scene.browser).code).json
    clock.move(minutes=5)

    second = scene.rp.refresh(first["refresh_token"]).json

    told = [claims_of(scene, tokens) for tokens in (first, second)]
    for name in ("acr", "amr", "auth_time", "sid"):
        assert told[0][name] == told[1][name]


def test_old_sign_in_and_missing_level_are_both_made_good(scene, phone, clock):
    """OIDC Core §3.1.2.1: max_age beside acr_values; the password first, then the code, once."""
    clock.move(minutes=5)
    scene.rp.authorize(scene.browser, max_age="60", acr_values=MFA)
    assert scene.browser.at == "/login/sign-in"
    signed_in_again(scene, scene.person.email)
    assert scene.browser.at == "/login/second-step"

    claims = claims_after(scene, lambda: scene.browser.press("continue", code=remember(phone.code)))

    assert (claims["acr"], claims["auth_time"]) == (MFA, int(clock.time.timestamp()))
