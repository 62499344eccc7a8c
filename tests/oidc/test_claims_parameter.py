"""The claims parameter (OIDC Core §5.5)."""

from __future__ import annotations

import json

import pytest

from app.services.authorization import consents
from tests import factories


def asked(**places):
    """Return the parameter."""
    return json.dumps(places)


@pytest.fixture
def jane(db, scene):
    """Return the person of the scene, with a name."""
    scene.person.name = "Jane Doe"
    db.session.commit()
    return scene.person


def test_essential_claim_comes_back_from_userinfo_alone(scene, jane):
    """protocol.md 3, claims-essential: name missing warns, name in the ID token warns."""
    claims = asked(userinfo={"name": {"essential": True}})
    tokens = scene.tokens(scope="openid", claims=claims)

    told = scene.rp.userinfo(tokens["access_token"]).json
    assert told == {"sub": jane.subject, "name": "Jane Doe"}
    in_token = scene.rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
    assert "name" not in in_token


def test_claim_asked_for_in_the_id_token_is_there_also_after_a_refresh(scene, jane):
    """§5.5 and §12.2."""
    claims = asked(id_token={"email": None, "auth_time": {"essential": True}})
    tokens = scene.tokens(scope="openid offline_access", claims=claims)

    first = scene.rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
    assert first["email"] == jane.email
    assert "email" not in scene.rp.userinfo(tokens["access_token"]).json
    again = scene.rp.refresh(tokens["refresh_token"]).json
    scene.rp.request(nonce=None)
    second = scene.rp.verify_id_token(again["id_token"], access_token=again["access_token"])
    assert second["email"] == jane.email


def test_unknown_claims_and_members_are_ignored(scene, jane):
    """§5.5: any that are not understood must be ignored."""
    claims = asked(userinfo={"shoe_size": {"essential": True}}, verified={"x": 1}, id_token=None)

    told = scene.rp.userinfo(scene.tokens(scope="openid", claims=claims)["access_token"]).json

    assert set(told) == {"sub"}


def test_person_is_asked_for_what_carries_the_claim(scene, jane, db):
    """Nobody gives away what they were not shown."""
    consents.withdraw(jane.id, scene.registered.client)
    consents.remember(jane.id, scene.registered.client, asked=["openid"], allowed=["openid"])
    db.session.commit()
    scene.rp.authorize(scene.browser, scope="openid", claims=asked(userinfo={"name": None}))

    assert scene.browser.sees("Your name and profile")
    scene.browser.allow(scopes=[])
    tokens = scene.rp.redeem(scene.rp.callback(scene.browser).code).json
    assert "name" not in scene.rp.userinfo(tokens["access_token"]).json
    assert tokens["scope"] == "openid"


def test_silent_request_for_more_needs_consent(scene, jane, db):
    """OIDC Core §3.1.2.6."""
    consents.withdraw(jane.id, scene.registered.client)
    consents.remember(jane.id, scene.registered.client, asked=["openid"], allowed=["openid"])
    db.session.commit()

    claims = asked(userinfo={"name": None})
    assert scene.error(scope="openid", prompt="none", claims=claims) == "consent_required"


def test_client_gets_no_claim_beyond_its_scopes(make_scene):
    """A client that may not ask for the email scope may not ask for its claims either."""
    scene = make_scene(scope="openid profile")
    claims = asked(userinfo={"email": {"essential": True}})

    told = scene.rp.userinfo(scene.tokens(scope="openid", claims=claims)["access_token"]).json

    assert "email" not in told


@pytest.mark.parametrize(
    "claims",
    [
        "x",
        "[]",
        '{"userinfo": []}',
        '{"userinfo": {"name": true}}',
        '{"id_token": "x"}',
        '{"userinfo": {}, "userinfo": {}}',
        "[" * 2_000,
    ],
)
def test_malformed_parameter_is_told_to_the_client(scene, claims):
    assert scene.error(claims=claims) == "invalid_request"


def test_sub_of_somebody_else_is_not_answered(scene):
    """§5.5.1: the request is for that user alone."""
    other = factories.user()
    claims = asked(id_token={"sub": {"value": other.subject}})

    assert scene.error(claims=claims, prompt="none") == "login_required"
    right = asked(id_token={"sub": {"value": scene.person.subject}})
    assert scene.id_token(claims=right)["sub"] == scene.person.subject


@pytest.mark.parametrize("demanded", ["somebody else", 5])
def test_two_different_people_cannot_be_asked_for(scene, demanded):
    """§3.1.2.2: no tokens of one of them either, when the other is signed in."""
    mine = {"sub": {"value": scene.person.subject}}
    claims = asked(userinfo=mine, id_token={"sub": {"value": demanded}})
    assert scene.error(claims=claims, prompt="none") == "invalid_request"

    hint = scene.tokens()["id_token"]
    other = asked(id_token={"sub": {"value": "somebody else"}})
    assert scene.error(claims=other, id_token_hint=hint, prompt="none") == "invalid_request"
    same = asked(id_token=mine)
    assert scene.id_token(claims=same, id_token_hint=hint)["sub"] == scene.person.subject


@pytest.mark.parametrize("place", ["value", "values"])
def test_essential_acr_that_nobody_can_have_fails(scene, place):
    """§5.5.1.1."""
    wish = {"essential": True, place: "urn:x" if place == "value" else ["urn:x", "urn:y"]}

    assert scene.error(claims=asked(id_token={"acr": wish})) == "unmet_authentication_requirements"


def test_acr_we_have_is_in_the_id_token(scene):
    """protocol.md 2.7: it must be one of those asked for."""
    known, *_ = scene.rp.metadata["acr_values_supported"]
    claims = asked(id_token={"acr": {"essential": True, "values": ["urn:x", known]}})

    assert scene.id_token(claims=claims)["acr"] == known


def test_voluntary_acr_does_no_harm(scene):
    assert scene.id_token(claims=asked(id_token={"acr": {"value": "urn:x"}}))["acr"]


def test_claims_wait_for_their_person(make_scene):
    """What was asked for survives the sign-in page."""
    scene = make_scene()
    scene.browser.jar.clear()
    scene.rp.authorize(scene.browser, scope="openid", claims=asked(userinfo={"email": None}))
    scene.browser.sign_in(scene.person.email, factories.PASSWORD)
    if not scene.browser.left_for:
        scene.browser.allow()
    tokens = scene.rp.redeem(scene.rp.callback(scene.browser).code).json

    assert scene.rp.userinfo(tokens["access_token"]).json["email"] == scene.person.email


def test_discovery_says_so(scene):
    assert scene.rp.metadata["claims_parameter_supported"] is True
