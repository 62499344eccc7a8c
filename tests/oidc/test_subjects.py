"""Public and pairwise subjects (OIDC Core §8)."""

from __future__ import annotations

import json

import jwt
import pytest

from app.models import User
from tests.oidc.conftest import error_of
from tests.registrar import CALLBACK, METADATA, Registrar
from tests.transports import FlaskTransport

ELSEWHERE = "https://other.example/callback"


@pytest.fixture
def registrar(make_app, remote, settings):
    """Return the way to a provider that may reach the host."""
    app = make_app(registration="open", **remote.settings)
    return Registrar(FlaskTransport(app), settings.issuer)


def test_public_subject_is_the_same_for_everybody(make_scene):
    scene = make_scene()

    assert scene.id_token()["sub"] == scene.person.subject


def test_pairwise_subject_differs_from_sector_to_sector_and_never_changes(make_scene, db):
    """OIDC Core §8.1."""
    one = make_scene(subject_type="pairwise")
    here = one.id_token()["sub"]

    assert here == one.id_token()["sub"]
    assert here != one.person.subject
    assert one.person.pairwise_key not in here

    other = make_scene(subject_type="pairwise", redirect_uris=[ELSEWHERE])
    other.browser.jar.update(one.browser.jar)
    other.rp.authorize(other.browser, prompt="consent")
    other.browser.allow()
    there = other.rp.redeem(other.rp.callback(other.browser).code).json["id_token"]
    assert jwt.decode(there, options={"verify_signature": False})["sub"] not in {
        here,
        one.person.subject,
    }


@pytest.mark.parametrize("token_format", ["jwt", "opaque"])
def test_pairwise_subject_is_the_same_wherever_it_leaves(make_scene, token_format):
    """OIDC Core §5.3.2: the sub of userinfo is the ID token's."""
    scene = make_scene(
        subject_type="pairwise",
        access_token_format=token_format,
        grant_types=["authorization_code", "refresh_token"],
    )
    tokens = scene.tokens(scope="openid offline_access")
    sub = scene.rp.verify_id_token(tokens["id_token"])["sub"]

    assert scene.rp.userinfo(tokens["access_token"]).json["sub"] == sub
    assert scene.rp.introspect(tokens["access_token"]).json["sub"] == sub
    assert scene.rp.introspect(tokens["refresh_token"]).json["sub"] == sub
    refreshed = scene.rp.refresh(tokens["refresh_token"]).json
    assert jwt.decode(refreshed["id_token"], options={"verify_signature": False})["sub"] == sub
    if token_format == "jwt":
        claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
        assert claims["sub"] == sub
        assert scene.person.subject not in json.dumps(claims)


def test_pairwise_hint_names_its_user(make_scene):
    """OIDC Core §3.1.2.1: id_token_hint."""
    scene = make_scene(subject_type="pairwise")
    hint = scene.tokens()["id_token"]

    assert scene.code(prompt="none", id_token_hint=hint)
    wished = json.dumps({"id_token": {"sub": {"value": scene.person.subject}}})
    assert scene.error(prompt="none", claims=wished) == "login_required"


def test_pairwise_hint_signs_its_user_out(make_scene):
    """RP-Initiated Logout 1.0 §2, also when the session of the hint is another."""
    scene = make_scene(subject_type="pairwise")
    hint = scene.tokens()["id_token"]

    scene.browser.open(f"{scene.rp.issuer}/end_session?id_token_hint={hint}")

    assert scene.error(prompt="none") == "login_required"


def test_everybody_has_a_pairwise_key_of_their_own(make_scene, db):
    make_scene()
    make_scene()

    keys = [user.pairwise_key for user in db.session.query(User)]
    assert len(set(keys)) == len(keys) == 2
    assert all(len(key) == 22 for key in keys)


def test_sector_that_lists_the_addresses_is_believed(registrar, remote):
    """protocol.md 6, oidcc-registration-sector-uri."""
    uri = remote.serve("/sector", json.dumps([ELSEWHERE, CALLBACK]))

    answer = registrar.register(
        subject_type="pairwise", sector_identifier_uri=uri, redirect_uris=[CALLBACK, ELSEWHERE]
    )

    assert answer.status == 201
    assert answer.json["sector_identifier_uri"] == uri
    assert remote.count("/sector") == 1


@pytest.mark.parametrize(
    "listed", [json.dumps([ELSEWHERE]), "[]", "{}", '"x"', "<html>", "[" * 30_000]
)
def test_sector_that_does_not_list_them_is_refused(registrar, remote, listed):
    """protocol.md 6, oidcc-registration-sector-bad."""
    uri = remote.serve("/sector", listed)

    answer = registrar.register(subject_type="pairwise", sector_identifier_uri=uri)

    assert error_of(answer) == "invalid_client_metadata"
    assert "sector_identifier_uri" in answer.json["error_description"]


def test_sector_that_cannot_be_asked_is_refused(registrar, remote):
    answer = registrar.register(subject_type="pairwise", sector_identifier_uri=f"{remote.url}/gone")

    assert error_of(answer) == "invalid_client_metadata"


def test_sector_on_a_private_host_is_not_asked(open_to_all, remote):
    """security.md RG07."""
    uri = remote.serve("/sector", json.dumps([CALLBACK]))

    answer = open_to_all.register(subject_type="pairwise", sector_identifier_uri=uri)

    assert error_of(answer) == "invalid_client_metadata"
    assert remote.received == []


def test_sector_is_asked_again_when_addresses_change(registrar, remote):
    """security.md RG09."""
    uri = remote.serve("/sector", json.dumps([CALLBACK]))
    made = registrar.register(subject_type="pairwise", sector_identifier_uri=uri).json
    wanted = {
        **METADATA,
        "client_id": made["client_id"],
        "subject_type": "pairwise",
        "sector_identifier_uri": uri,
    }

    assert registrar.manage("PUT", made, wanted).status == 200
    assert remote.count("/sector") == 1
    changed = registrar.manage("PUT", made, {**wanted, "redirect_uris": [ELSEWHERE]})
    assert error_of(changed) == "invalid_client_metadata"
    assert remote.count("/sector") == 2


def test_stranger_without_a_token_makes_us_fetch_nothing(make_app, remote, settings):
    app = make_app(registration="token", **remote.settings)
    uri = remote.serve("/sector", json.dumps([CALLBACK]))

    answer = Registrar(FlaskTransport(app), settings.issuer).register(
        "made-up", subject_type="pairwise", sector_identifier_uri=uri
    )

    assert answer.status == 401
    assert remote.received == []


def test_several_hosts_need_a_sector(open_to_all):
    """OIDC Core §8.1."""
    answer = open_to_all.register(subject_type="pairwise", redirect_uris=[CALLBACK, ELSEWHERE])

    assert error_of(answer) == "invalid_client_metadata"
