"""UserInfo: claims by scope, alive tokens alone, and who may read the answer."""

from __future__ import annotations

import json

import jwt
import pytest
from flask_sqlalchemy import SQLAlchemy

from app.services.authorization import consents, sessions
from app.services.clients import clients
from app.services.people import accounts, groups
from tests import factories
from tests.oidc.conftest import Scene, error_of

PROFILE = {
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "middle_name": "Q",
    "nickname": "jd",
    "preferred_username": "jane",
    "profile": "https://people.example/jane",
    "picture": "https://people.example/jane.png",
    "website": "https://jane.example",
    "gender": "female",
    "birthdate": "1990-01-31",
    "zoneinfo": "Europe/Paris",
    "locale": "fr-FR",
}
ADDRESS = {"street_address": "1 Rue X", "locality": "Lyon", "postal_code": "69001", "country": "FR"}


def complete(scene: Scene, db: SQLAlchemy) -> None:
    """Give the person every standard claim."""
    for name, value in PROFILE.items():
        setattr(scene.person, name, value)
    scene.person.address = {**ADDRESS, "region": ""}
    scene.person.phone_number = "+33 1 23 45 67 89"
    scene.person.phone_number_verified = True
    db.session.commit()


@pytest.mark.parametrize("way", ["get", "post", "body"])
def test_claims_come_for_a_token_in_header_or_body(scene: Scene, way: str) -> None:
    """OIDC Core §5.3.1, RFC 6750 §2.1, §2.2."""
    answer = scene.rp.userinfo(scene.tokens()["access_token"], way=way)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["sub"] == scene.person.subject


def test_every_standard_claim_comes_for_its_scope(scene: Scene, db: SQLAlchemy) -> None:
    """OIDC Core §5.4: all fourteen of profile, email, address and phone, rightly typed."""
    complete(scene, db)
    email = scene.person.email
    expected = {
        "profile": {**PROFILE, "updated_at": int(scene.person.updated_at.timestamp())},
        "email": {"email": email, "email_verified": True},
        "address": {"address": ADDRESS},
        "phone": {"phone_number": "+33 1 23 45 67 89", "phone_number_verified": True},
    }
    for scope, claims in expected.items():
        tokens = scene.tokens(scope=f"openid {scope}")
        received = scene.rp.userinfo(tokens["access_token"]).json
        assert received == {"sub": scene.person.subject, **claims}
    assert len(expected["profile"]) == 14


def test_groups_come_for_their_scope_as_they_are_now(scene: Scene, db: SQLAlchemy) -> None:
    """ux.md 2.8: off unless allowed; a member of none has no claim (protocol.md 2.8)."""
    token = scene.tokens(scope="openid groups")["access_token"]
    assert "groups" not in scene.rp.userinfo(token).json
    admin = factories.admin()
    for name in ("Crew", "Board"):
        made = groups.create(name, description="", requires_second_step=False, by=admin.id)
        groups.add_member(made, scene.person, by=admin.id)
    db.session.commit()

    assert scene.rp.userinfo(token).json["groups"] == ["Board", "Crew"]
    other = scene.tokens(scope="openid profile")["access_token"]
    assert "groups" not in scene.rp.userinfo(other).json


def test_groups_can_be_asked_for_singly(scene: Scene, db: SQLAlchemy) -> None:
    """OIDC Core §5.5."""
    admin = factories.admin()
    made = groups.create("Crew", description="", requires_second_step=False, by=admin.id)
    groups.add_member(made, scene.person, by=admin.id)
    db.session.commit()

    claims = json.dumps({"id_token": {"groups": None}})

    assert scene.id_token(scope="openid groups", claims=claims)["groups"] == ["Crew"]


def test_unset_claims_are_left_out(scene: Scene) -> None:
    """protocol.md 2.8: never empty, never null."""
    tokens = scene.tokens(scope="openid profile email address phone")
    received = scene.rp.userinfo(tokens["access_token"]).json

    assert set(received) == {"sub", "name", "updated_at", "email", "email_verified"}


def test_token_in_the_url_is_refused(scene: Scene) -> None:
    """RFC 9700 §4.3.2: URLs end up in logs (security.md AT04)."""
    token = scene.tokens()["access_token"]
    url = f"{scene.rp.endpoint('userinfo')}?access_token={token}"

    assert scene.rp.transport.send("GET", url).status == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert scene.rp.transport.send("GET", url, headers=headers).status == 401


def test_token_given_twice_is_refused(scene: Scene) -> None:
    """RFC 6750 §2: not more than one method."""
    token = scene.tokens()["access_token"]
    answer = scene.rp.transport.send(
        "POST",
        scene.rp.endpoint("userinfo"),
        headers={"Authorization": f"Bearer {token}"},
        form={"access_token": token},
    )

    assert error_of(answer) == "invalid_request"


def test_request_without_a_token_gets_a_bare_challenge(scene: Scene) -> None:
    """RFC 6750 §3.1: no error code when no authentication was tried."""
    answer = scene.rp.transport.send("GET", scene.rp.endpoint("userinfo"))

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="sealwax"'


@pytest.mark.parametrize(
    "value",
    ["x", "swx_at_x", "a.b.c", "é", "Bearer", "x" * 50_000, "....", "eyJhbGciOiJub25lIn0.e30."],
)
def test_made_up_token_is_refused(scene: Scene, value: str) -> None:
    """RFC 6750 §3.1: invalid_token."""
    headers = {"Authorization": f"Bearer {value}"}
    answer = scene.rp.transport.send("GET", scene.rp.endpoint("userinfo"), headers=headers)

    assert error_of(answer, 401) == "invalid_token"


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_other_tokens_are_no_access_token(scene: Scene, kind: str) -> None:
    """security.md AT03: typed."""
    assert error_of(scene.rp.userinfo(scene.tokens()[kind]), 401) == "invalid_token"


@pytest.mark.parametrize("access_token_format", ["jwt", "opaque"])
@pytest.mark.parametrize(
    "event", ["expired", "user_off", "signed_out", "withdrawn", "client_off", "revoked", "deleted"]
)
def test_token_is_dead_here_at_once_after(
    make_scene, db: SQLAlchemy, clock, event: str, access_token_format: str
) -> None:
    """security.md AT05: JWTs too, at our own endpoints."""
    scene = make_scene(access_token_format=access_token_format)
    token = scene.tokens(scope="openid")["access_token"]
    client = clients.get(scene.rp.client_id)
    acts = {
        "expired": lambda: clock.move(seconds=600),
        "user_off": lambda: accounts.turn_off(scene.person),
        "signed_out": lambda: sessions.end_all(scene.person),
        "withdrawn": lambda: consents.withdraw(scene.person.id, client),
        "client_off": lambda: clients.turn_off(client),
        "revoked": lambda: scene.rp.revoke(token),
        "deleted": lambda: clients.delete(client),
    }
    assert scene.rp.userinfo(token).status == 200
    acts[event]()
    db.session.commit()

    assert error_of(scene.rp.userinfo(token), 401) == "invalid_token"


def test_token_for_another_audience_opens_nothing_here(make_scene) -> None:
    """RFC 9700 §2.3: audience restricted (security.md AT02)."""
    scene = make_scene(audience=["https://api.example"])
    with_openid = scene.tokens(scope="openid photos:read")["access_token"]
    without = scene.tokens(scope="photos:read")["access_token"]

    assert scene.rp.userinfo(with_openid).status == 200
    assert error_of(scene.rp.userinfo(without), 401) == "invalid_token"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://rp.example", True),
        ("https://rp.example.evil.example", False),
        ("https://evil.example", False),
        ("http://rp.example", False),
        ("https://rp.example:8443", False),
        ("null", False),
    ],
)
@pytest.mark.parametrize("endpoint", ["userinfo", "token", "revocation"])
def test_origin_of_a_registered_application_may_read(
    scene: Scene, endpoint: str, origin: str, allowed
) -> None:
    """security.md UI03; protocol.md §12: error answers too."""
    url = scene.rp.endpoint(endpoint)
    for method in ("POST", "OPTIONS"):
        answer = scene.rp.transport.send(method, url, headers={"Origin": origin}, form={})
        granted = answer.headers.get("access-control-allow-origin")
        assert granted == (origin if allowed else None)
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "PS256"])
def test_signed_for_a_client_that_wants_it_so(make_scene, settings, alg: str) -> None:
    """OIDC Core §5.3.2: application/jwt with iss and aud; protocol.md 2.8: no nonce."""
    scene = make_scene(userinfo_signed_response_alg=alg)
    answer = scene.rp.userinfo(scene.tokens()["access_token"])

    assert answer.headers["content-type"].partition(";")[0] == "application/jwt"
    kid = jwt.get_unverified_header(answer.text)["kid"]
    told = jwt.decode(
        answer.text,
        scene.rp.keys()[kid].key,
        algorithms=[alg],
        audience=scene.rp.client_id,
        issuer=settings.issuer,
    )
    assert told["sub"] == scene.person.subject
    assert "nonce" not in told


def test_signed_answer_is_no_id_token_hint(make_scene) -> None:
    """RFC 8725 §3.11: it has no exp, so it cannot pass for an ID token."""
    scene = make_scene(userinfo_signed_response_alg="RS256")
    told = scene.rp.userinfo(scene.tokens()["access_token"]).text

    assert scene.error(id_token_hint=told, prompt="none") == "invalid_request"
