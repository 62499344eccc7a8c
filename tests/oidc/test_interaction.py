"""What a person has to do before a request is answered: prompt, max_age, hints, consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from app.models import Interaction
from app.services.authorization import consents, interactions
from tests import factories
from tests.browser import Browser, Cookie
from tests.clock import Clock
from tests.oidc.conftest import Scene
from tests.transports import FlaskTransport


def fresh_browser(scene: Scene) -> Browser:
    """Return another person's browser, with no cookies."""
    return Browser(scene.rp.transport, scene.rp.issuer)


def test_silent_request_succeeds_for_who_is_signed_in(scene: Scene) -> None:
    """OIDC Core §3.1.2.1: prompt=none with a session and a consent shows no page."""
    scene.rp.authorize(scene.browser, prompt="none")

    assert scene.rp.callback(scene.browser).code


def test_silent_request_without_a_session(scene: Scene) -> None:
    """OIDC Core §3.1.2.6: login_required."""
    browser = fresh_browser(scene)
    scene.rp.authorize(browser, prompt="none", state="s" * 128)

    assert scene.rp.callback(browser).error == "login_required"


def test_silent_request_without_a_consent(make_scene) -> None:
    """OIDC Core §3.1.2.6: consent_required."""
    assert make_scene(allowed="").error(prompt="none") == "consent_required"


def test_silent_request_for_more_than_was_allowed(make_scene) -> None:
    """ux.md 2.8: returning with more asks again."""
    scene = make_scene(allowed="openid")

    assert scene.error(prompt="none", scope="openid email") == "consent_required"


def test_declined_scope_is_not_asked_for_again(make_scene, db: SQLAlchemy) -> None:
    """ux.md 2.8: refused scopes are left out of the grant."""
    scene = make_scene(allowed="")
    client = scene.registered.client
    consents.remember(scene.person.id, client, asked=["openid", "phone"], allowed=["openid"])
    db.session.commit()

    assert scene.tokens(scope="openid phone")["scope"] == "openid"


def test_trusted_client_needs_no_consent(make_scene) -> None:
    """ux.md 2.8: first-party clients are vouched for by an administrator."""
    scene = make_scene(allowed="", trusted=True)

    assert scene.tokens(scope="openid email")["scope"] == "openid email"


def test_max_age_is_measured_in_seconds(scene: Scene, clock: Clock) -> None:
    """OIDC Core §3.1.2.1: too old a sign-in needs a new one."""
    clock.move(timedelta(seconds=100))

    assert scene.error(prompt="none", max_age="99") == "login_required"
    scene.rp.authorize(scene.browser, prompt="none", max_age="10000")
    assert scene.rp.callback(scene.browser).code


def test_endless_max_age_is_any_age(scene: Scene) -> None:
    """security.md AZ04: a number too big for a time is no fault of ours."""
    scene.rp.authorize(scene.browser, max_age="9" * 12)

    assert scene.rp.callback(scene.browser).code


def test_default_max_age_of_the_client_holds(make_scene, clock: Clock) -> None:
    """OIDC Registration §2: default_max_age."""
    scene = make_scene(default_max_age=60)
    clock.move(timedelta(seconds=61))

    assert scene.error(prompt="none") == "login_required"


def test_id_token_hint_of_the_same_person_is_silent_even_when_expired(
    scene: Scene, clock: Clock
) -> None:
    """OIDC Core §3.1.2.1: the ID token passed as a hint may have expired."""
    hint = scene.tokens()["id_token"]
    clock.move(timedelta(hours=2))
    scene.rp.authorize(scene.browser, prompt="none", id_token_hint=hint)

    assert scene.rp.callback(scene.browser).code


def test_id_token_hint_of_another_person_wants_a_sign_in(make_scene, db: SQLAlchemy) -> None:
    """OIDC Core §3.1.2.1: login_required when somebody else is signed in."""
    scene = make_scene()
    hint = scene.tokens()["id_token"]
    other = factories.user()
    factories.consent(other, scene.registered)
    scene.browser.jar["__Host-sealwax"] = Cookie(factories.session(other)[1])

    assert scene.error(prompt="none", id_token_hint=hint) == "login_required"


@pytest.mark.parametrize("kind", ["access_token", "of_another_client", "tampered"])
def test_other_tokens_are_no_hint(make_scene, kind: str) -> None:
    """security.md JO06: tokens are typed; OIDC Core §3.1.2.1: the client must be an audience."""
    scene, other = make_scene(), make_scene()
    tokens = scene.tokens()
    hint = {
        "access_token": tokens["access_token"],
        "of_another_client": other.tokens()["id_token"],
        "tampered": tokens["id_token"][:-4] + "AAAA",
    }[kind]

    assert scene.error(id_token_hint=hint) == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({"prompt": "login"}, "/login/sign-in"),
        ({"prompt": "consent"}, "/login/consent"),
        ({"prompt": "select_account"}, "/login/select-account"),
        ({"max_age": "0"}, "/login/sign-in"),
    ],
)
def test_prompt_shows_its_page(scene: Scene, clock: Clock, changes, page: str) -> None:
    """OIDC Core §3.1.2.1."""
    clock.move(timedelta(seconds=1))
    answer = scene.rp.transport.send(
        "GET", scene.rp.authorization_url(**changes), headers=scene.browser.cookie_header()
    )

    assert answer.status == 303
    assert answer.headers["location"].startswith(f"{page}?interaction=swx_in_")


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize(
    ("kind", "redirect_uri"),
    [
        ("native", "http://127.0.0.1/cb"),
        ("native", "com.example.photos:/cb"),
        ("spa", "http://localhost:3000/cb"),
    ],
)
def test_public_app_at_an_address_anybody_can_claim_is_always_confirmed(
    make_scene, kind: str, redirect_uri: str, *, trusted: bool
) -> None:
    """RFC 8252 §8.6: any program on the device could listen there, whatever was allowed before."""
    scene = make_scene(kind, redirect_uris=[redirect_uri], trusted=trusted)

    assert scene.error(prompt="none") == "consent_required"


def test_public_app_at_an_https_address_is_not_asked_for_again(make_scene) -> None:
    """RFC 8252 §8.6: a claimed https address proves who asks."""
    assert make_scene("native", redirect_uris=["https://photos.example/cb"]).code(prompt="none")


def test_web_app_under_development_is_asked_once(make_scene, make_app) -> None:
    """RFC 8252 §8.6 is about other people's devices: here provider and app share one."""
    scene = make_scene("spa", redirect_uris=["http://localhost:3000/cb"])
    here = "http://localhost:8000"
    scene.rp.transport = scene.browser.transport = FlaskTransport(make_app(issuer=here))
    scene.rp.issuer = scene.browser.origin = here
    scene.browser.jar["sealwax"] = scene.browser.jar["__Host-sealwax"]

    assert scene.code(prompt="none")


def parked(scene: Scene, **changes: str | None) -> str:
    """Send a request that has to wait; return the handle of its interaction."""
    answer = scene.rp.transport.send(
        "GET", scene.rp.authorization_url(**changes), headers=scene.browser.cookie_header()
    )
    for line in answer.cookies:
        name, _, rest = line.partition("=")
        scene.browser.jar[name] = Cookie(rest.partition(";")[0])
    return answer.headers["location"].partition("interaction=")[2]


def test_interaction_of_another_browser_cannot_be_finished(make_scene) -> None:
    """security.md AZ08: consent fixation: what one browser began, no other ends."""
    scene = make_scene(allowed="")
    handle = parked(scene)
    thief = fresh_browser(scene)
    thief.open(f"/authorize/resume/{handle}")

    assert thief.left_for == ""
    assert thief.status == 400


def test_interaction_is_finished_once(make_scene, db: SQLAlchemy) -> None:
    """security.md AZ08: single use."""
    scene = make_scene(allowed="")
    handle = parked(scene)
    waiting = db.session.query(Interaction).one()
    interactions.allow(waiting, scene.session.id, ["openid", "email"])
    db.session.commit()

    scene.browser.open(f"/authorize/resume/{handle}")
    answer = scene.rp.redeem(scene.rp.callback(scene.browser).code)
    assert answer.json["scope"] == "openid email"

    scene.browser.open(f"/authorize/resume/{handle}")
    assert scene.browser.left_for == ""


def test_answer_of_one_account_does_not_count_for_another(make_scene, db: SQLAlchemy) -> None:
    """security.md AZ08: the account was switched in another tab."""
    scene = make_scene(allowed="")
    handle = parked(scene)
    interactions.allow(db.session.query(Interaction).one(), scene.session.id, ["openid"])
    other, token = factories.session(factories.user())
    scene.browser.jar["__Host-sealwax"] = Cookie(token)
    db.session.commit()

    answer = scene.rp.transport.send(
        "GET",
        f"{scene.rp.issuer}/authorize/resume/{handle}",
        headers=scene.browser.cookie_header(),
    )
    assert other.user_id != scene.person.id
    assert answer.headers["location"].startswith("/login/select-account")


def test_cancelling_is_told_to_the_client(make_scene, db: SQLAlchemy) -> None:
    """RFC 6749 §4.1.2.1: access_denied."""
    scene = make_scene(allowed="")
    handle = parked(scene)
    interactions.deny(db.session.query(Interaction).one())
    db.session.commit()
    scene.browser.open(f"/authorize/resume/{handle}")

    assert scene.rp.callback(scene.browser).error == "access_denied"


def test_signing_in_again_moves_auth_time_and_keeps_the_session(scene: Scene, clock: Clock) -> None:
    """OIDC Core §3.1.2.1: prompt=login; what other applications hold stays alive."""
    before = scene.id_token()
    held = scene.tokens()
    clock.move(timedelta(seconds=5))

    scene.rp.authorize(scene.browser, prompt="login")
    scene.browser.sign_in(scene.person.email, factories.PASSWORD)
    answer = scene.rp.redeem(scene.rp.callback(scene.browser).code).json
    after = scene.rp.verify_id_token(answer["id_token"], access_token=answer["access_token"])

    assert after["auth_time"] == before["auth_time"] + 5
    assert after["sid"] == before["sid"]
    assert scene.rp.refresh(held["refresh_token"]).status == 200


def test_hint_is_not_kept_while_the_request_waits(scene: Scene, db: SQLAlchemy) -> None:
    """issue: nothing secret at rest; an ID token is a bearer of somebody's identity."""
    hint = scene.tokens()["id_token"]
    parked(scene, id_token_hint=hint, prompt="login")

    kept = db.session.query(Interaction).one().parameters
    assert hint not in kept.values()
    assert scene.person.subject in kept.values()


def test_interaction_times_out(make_scene, clock: Clock) -> None:
    """ux.md 2.13: an hour, then a page that says so."""
    scene = make_scene(allowed="")
    handle = parked(scene)
    clock.move(timedelta(minutes=61))
    scene.browser.open(f"/authorize/resume/{handle}")

    assert scene.browser.status == 410
    assert scene.browser.left_for == ""
