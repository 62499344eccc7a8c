"""private_key_jwt and client_secret_jwt (RFC 7523 §3, OIDC Core §9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest

from app.models import UsedAssertion
from app.oidc.client_assertion import TYPE
from tests import factories
from tests.oidc.assertions import ask, refused
from tests.oidc.conftest import error_of
from tests.relying_party import RelyingParty
from tests.signing import ClientKey, assertion_claims, client_key
from tests.transports import FlaskTransport

RIG = client_key()  # without a kid, as the certification suite registers it (protocol.md 2.11)


@pytest.fixture
def machine(db, make_rp):
    """Return a client that signs, and asks for tokens of its own."""

    def made(key: ClientKey = RIG, **members: Any) -> RelyingParty:
        members = {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": key.jwks,
            "scope": "photos:read",
            **members,
        }
        return make_rp(factories.client("machine", **members))

    return made


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_signature_of_the_registered_key_is_proof_enough(machine, alg):
    key = client_key(alg, "mine")

    assert ask(machine(key), key).status == 200


def test_key_of_another_algorithm_is_not_used_for_it(machine):
    """RFC 8725 §3.1."""
    assert refused(ask(machine(RIG), client_key("PS256")))


@pytest.mark.parametrize(
    "audience", ["https://id.example", "https://id.example/token", ["https://id.example"],
                 ["https://x.example", "https://id.example/token"]],
)  # fmt: skip
def test_issuer_and_token_endpoint_are_audiences(machine, audience):
    """protocol.md 6, oidcc-ensure-client-assertion-with-iss-aud-succeeds."""
    assert ask(machine(), aud=audience).status == 200


@pytest.mark.parametrize(
    "audience", [None, "https://x.example", [], {}, 7, "https://id.example/", ["https://id.example/x"]]
)  # fmt: skip
def test_assertion_for_somebody_else_is_refused(machine, audience):
    """RFC 7523 §3 rule 3."""
    assert "aud" in refused(ask(machine(), aud=audience))


@pytest.mark.parametrize(
    "audience", ["https://id.example/token", ["https://id.example"], ["https://id.example/token"]]
)
def test_strict_client_names_the_issuer_alone(machine, audience):
    """security.md TE08."""
    rp = machine(security_profile="strict")

    assert "aud" in refused(ask(rp, aud=audience))
    assert ask(rp, aud="https://id.example").status == 200


@pytest.mark.parametrize(
    "times",
    [
        {"exp": None},
        {"exp": "soon"},
        {"exp": -1},
        {"exp": True},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"exp": 9_999_999_999},
        {"exp": 1_000_000_000},
        {"exp": 1e300},
    ],
)
def test_assertion_that_is_not_valid_now_is_refused(machine, times):
    """RFC 7523 §3 rules 4 to 6."""
    assert refused(ask(machine(), **times))


def test_assertion_expires(machine, clock):
    rp = machine()
    claims = assertion_claims(rp.client_id, rp.issuer)
    clock.move(timedelta(seconds=121))

    assert "not valid now" in refused(ask(rp, assertion=RIG.sign(claims)))


@pytest.mark.parametrize("changes", [{"iss": "x"}, {"sub": "x"}, {"iss": None}, {"sub": None}])
def test_assertion_speaks_of_its_client(machine, changes):
    """RFC 7523 §3 rules 1 and 2."""
    assert refused(ask(machine(), **changes))


def test_client_id_beside_it_must_be_the_same(machine):
    """RFC 7521 §4.2."""
    rp = machine()
    form = {
        "grant_type": "client_credentials",
        "client_id": "another",
        "client_assertion": RIG.sign(assertion_claims(rp.client_id, rp.issuer)),
        "client_assertion_type": TYPE,
    }

    assert refused(rp.transport.send("POST", rp.endpoint("token"), form=form))
    form["client_id"] = rp.client_id
    assert rp.transport.send("POST", rp.endpoint("token"), form=form).status == 200


def test_assertion_is_used_once(machine, db):
    """RFC 7523 §3 rule 7, security.md TE08: by whichever process is first."""
    rp = machine()
    assertion = RIG.sign(assertion_claims(rp.client_id, rp.issuer))

    assert ask(rp, assertion=assertion).status == 200
    assert "used before" in refused(ask(rp, assertion=assertion))
    assert db.session.query(UsedAssertion).count() == 1


def test_of_eight_at_once_one_wins(machine, app):
    rp = machine()
    assertion = RIG.sign(assertion_claims(rp.client_id, rp.issuer))
    form = {
        "grant_type": "client_credentials",
        "client_assertion": assertion,
        "client_assertion_type": TYPE,
    }
    url = rp.endpoint("token")

    def send(_: int) -> int:
        return FlaskTransport(app).send("POST", url, form=form).status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200, *[401] * 7]


@pytest.mark.parametrize("jti", [None, "", 7, "x" * 600])
def test_assertion_has_a_name(machine, jti):
    assert "jti" in refused(ask(machine(), jti=jti))


def test_refused_assertion_is_not_used_up(machine):
    rp = machine()
    claims = assertion_claims(rp.client_id, "https://x.example")
    assert refused(ask(rp, assertion=RIG.sign(claims)))

    assert ask(rp, assertion=RIG.sign({**claims, "aud": rp.issuer})).status == 200


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "oauth-authz-req+jwt", "x", 7])
def test_another_kind_of_token_is_no_proof(machine, typ):
    """RFC 8725 §3.11."""
    assert refused(ask(machine(), typ=typ))


@pytest.mark.parametrize(
    "typ", [None, "JWT", "client-authentication+jwt", "application/Client-Authentication+JWT"]
)
def test_assertion_may_say_that_it_is_one(machine, typ):
    """RFC 7515 §4.1.9: a media type, in any case."""
    assert ask(machine(), typ=typ).status == 200


@pytest.mark.parametrize("header", [{"jku": "https://x.example/jwks"}])
def test_header_brings_no_key_along(machine, header):
    """RFC 8725 §3.10."""
    assert refused(ask(machine(), **header))


def test_unsigned_assertion_is_refused(machine):
    rp = machine()
    claims = assertion_claims(rp.client_id, rp.issuer)

    assert refused(ask(rp, assertion=jwt.encode(claims, None, algorithm="none")))


def test_public_key_is_no_secret(machine):
    """RFC 8725 §2.1: the public key used as the secret of an HMAC."""
    rp = machine()
    claims = assertion_claims(rp.client_id, rp.issuer)
    secret = RIG.public["n"]

    assert refused(ask(rp, assertion=jwt.encode(claims, secret, algorithm="HS256")))


@pytest.mark.parametrize(
    "assertion", ["x", "a.b", "a.b.c", "ey.ey.ey", "ü", "e30.e30.e30", "." * 9]
)
def test_unreadable_assertion_is_refused(machine, assertion):
    assert refused(ask(machine(), assertion=assertion))


def test_type_is_the_registered_one(machine):
    rp = machine()
    form = {
        "grant_type": "client_credentials",
        "client_assertion": RIG.sign(assertion_claims(rp.client_id, rp.issuer)),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    }

    assert "client_assertion_type" in refused(
        rp.transport.send("POST", rp.endpoint("token"), form=form)
    )


def test_two_methods_are_one_too_many(machine):
    """RFC 6749 §2.3."""
    rp = machine()
    form = {
        "grant_type": "client_credentials",
        "client_id": rp.client_id,
        "client_secret": "x",
        "client_assertion": RIG.sign(assertion_claims(rp.client_id, rp.issuer)),
        "client_assertion_type": TYPE,
    }

    answer = rp.transport.send("POST", rp.endpoint("token"), form=form)
    assert error_of(answer) == "invalid_request"


def test_method_is_the_registered_one(db, make_rp):
    """security.md TE03."""
    basic = make_rp(factories.client("machine", scope="photos:read", jwks=RIG.jwks))

    assert refused(ask(basic))


def test_client_that_signs_has_no_secret(machine):
    rp = machine()

    assert rp.client_secret is None


def test_registered_algorithm_is_the_only_one(machine):
    keys = {"keys": [client_key("RS256").public, client_key("ES256").public]}
    rp = machine(jwks=keys, token_endpoint_auth_signing_alg="ES256")

    assert refused(ask(rp))
    assert ask(rp, client_key("ES256")).status == 200


def test_algorithm_that_does_not_belong_to_the_method_is_ignored(db, make_rp):
    """protocol.md 12: metadata that does not apply is ignored."""
    rp = make_rp(factories.client("machine", scope="a:b", token_endpoint_auth_signing_alg="RS256"))

    assert rp.client_credentials().status == 200


def test_client_that_is_off_gets_nothing(machine, db):
    rp = machine()
    client = factories.clients.get(rp.client_id)
    factories.clients.turn_off(client)
    db.session.commit()

    assert refused(ask(rp))


def test_metadata_says_what_may_sign(make_scene):
    metadata = make_scene().rp.metadata

    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert "none" not in metadata["token_endpoint_auth_signing_alg_values_supported"]
    assert "RS256" in metadata["token_endpoint_auth_signing_alg_values_supported"]
