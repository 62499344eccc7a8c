"""The example resource server against an issuer that lies, sleeps and changes its keys."""

import json
import sys
from importlib import import_module
from pathlib import Path
from time import time  # noqa: TID251 (its tokens are judged by real time)

import jwt
import pytest
import requests  # noqa: TID251 (what the example uses)
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

FOLDER = Path(__file__).parents[2] / "examples" / "resource_server"
ISSUER = "https://id.example"
API = "https://api.example"


@pytest.fixture(scope="module")
def access_tokens():
    """Import the example as its own program does."""
    sys.path.insert(0, str(FOLDER))
    yield import_module("access_tokens")
    sys.path.remove(str(FOLDER))


def make_key(alg):
    """Make a private key for the algorithm."""
    if alg == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        ec.generate_private_key(ec.SECP256R1())
        if alg == "ES256"
        else ed25519.Ed25519PrivateKey.generate()
    )


class FakeIssuer:
    """Stands in for `requests.Session`, with keys and answers of its own."""

    def __init__(self):
        self.keys = {}
        self.introspected = {"active": False}
        self.is_down = False
        self.name = ISSUER
        self.fetched = []

    def publish(self, kid, alg):
        key = make_key(alg)
        public = get_default_algorithms()[alg].to_jwk(key.public_key(), as_dict=True)
        public.pop("key_ops", None)
        self.keys[kid] = {**public, "kid": kid, "alg": alg, "use": "sig"}
        return key

    def get(self, url, *, timeout):
        assert timeout, "a call without an end"
        self.fetched.append(url)
        if url.endswith("/jwks.json"):
            return self._answer({"keys": list(self.keys.values())})
        endpoints = {
            "jwks_uri": f"{ISSUER}/jwks.json",
            "introspection_endpoint": f"{ISSUER}/introspect",
        }
        return self._answer({"issuer": self.name, **endpoints})

    def post(self, url, data, *, auth, timeout):
        assert timeout, "a call without an end"
        assert data["token"], "nothing to ask about"
        assert auth == ("api", "its secret")
        self.fetched.append(url)
        return self._answer(self.introspected)

    def _answer(self, document):
        if self.is_down:
            raise requests.ConnectionError
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(document).encode()  # noqa: SLF001 (requests has no maker of answers)
        return answer


@pytest.fixture
def issuer():
    return FakeIssuer()


@pytest.fixture
def gate(access_tokens, issuer):
    known = access_tokens.Issuer(ISSUER, issuer)
    return access_tokens.Gate(known, API, ("api", "its secret"))


def sign(key, kid, alg, *, typ="at+jwt", **changes):
    """Sign an access token (RFC 9068 §2.2); a claim of None is left out."""
    issued = int(time())
    claims = {"iss": ISSUER, "sub": "jane", "aud": API, "client_id": "photo-box", "jti": "1",
              "iat": issued, "exp": issued + 600, "scope": "openid profile", **changes}  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=alg, headers={"typ": typ, "kid": kid})


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_good_token_is_verified_offline(gate, issuer, alg):
    """RFC 9068 §4: a token of a published key is believed, without asking about it."""
    token = sign(issuer.publish("k", alg), "k", alg)

    access = gate.check(token)

    assert (access.subject, access.client_id, access.checked) == ("jane", "photo-box", "offline")
    assert access.scopes == {"openid", "profile"}
    assert f"{ISSUER}/introspect" not in issuer.fetched


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "https://other.example"},
        {"exp": 1},
        {"exp": None},
        {"aud": None},
        {"sub": None},
        {"client_id": None},
        {"jti": None},
        {"nbf": 99_999_999_999},
        {"typ": "JWT"},
        {"typ": "logout+jwt"},
    ],
)
def test_token_with_one_wrong_part_is_refused(access_tokens, gate, issuer, changes):
    token = sign(issuer.publish("k", "ES256"), "k", "ES256", **changes)

    with pytest.raises(access_tokens.InvalidToken):
        gate.check(token)


def test_token_of_another_key_is_refused(access_tokens, gate, issuer):
    issuer.publish("k", "ES256")

    with pytest.raises(access_tokens.InvalidToken):
        gate.check(sign(make_key("ES256"), "k", "ES256"))


def test_token_without_signature_is_refused(access_tokens, gate, issuer):
    issuer.publish("k", "ES256")

    with pytest.raises(access_tokens.InvalidToken):
        gate.check(sign(None, "k", "none"))


def test_public_key_is_no_shared_secret(access_tokens, gate, issuer):
    """RFC 8725 §2.1: the header does not choose how a key is used."""
    issuer.publish("k", "RS256")
    token = sign("of-another-kind-altogether-and-long-enough", "k", "HS256")

    with pytest.raises(access_tokens.InvalidToken):
        gate.check(token)


def test_new_key_is_fetched_when_a_token_names_it(access_tokens, gate, issuer, monkeypatch):
    gate.check(sign(issuer.publish("old", "ES256"), "old", "ES256"))
    monkeypatch.setattr(access_tokens, "PAUSE_SECONDS", 0)
    fresh = issuer.publish("new", "ES256")

    access = gate.check(sign(fresh, "new", "ES256"))

    assert access.subject == "jane"


def test_invented_kids_do_not_make_it_fetch_again_and_again(access_tokens, gate, issuer):
    key = issuer.publish("k", "ES256")
    gate.check(sign(key, "k", "ES256"))
    before = len(issuer.fetched)

    for number in range(20):
        with pytest.raises(access_tokens.InvalidToken):
            gate.check(sign(key, f"invented-{number}", "ES256"))

    assert len(issuer.fetched) == before


def test_known_keys_serve_while_the_issuer_is_down(access_tokens, gate, issuer, monkeypatch):
    key = issuer.publish("k", "ES256")
    gate.check(sign(key, "k", "ES256"))
    monkeypatch.setattr(access_tokens, "KEPT_SECONDS", -1)
    issuer.is_down = True

    assert gate.check(sign(key, "k", "ES256")).subject == "jane"


def test_without_any_key_it_does_not_call_a_token_bad(access_tokens, gate, issuer):
    key = issuer.publish("k", "ES256")
    issuer.is_down = True

    with pytest.raises(access_tokens.IssuerUnreachable):
        gate.check(sign(key, "k", "ES256"))


def test_metadata_of_another_issuer_is_not_believed(access_tokens, gate, issuer):
    """OIDC Discovery §4.3: the document must name the issuer it was fetched for."""
    key = issuer.publish("k", "ES256")
    issuer.name = "https://evil.example"

    with pytest.raises(access_tokens.IssuerUnreachable):
        gate.check(sign(key, "k", "ES256"))


ACTIVE = {
    "active": True,
    "token_type": "Bearer",
    "sub": "jane",
    "client_id": "photo-box",
    "aud": [ISSUER, API],
    "scope": "profile",
}


def test_opaque_token_is_introspected(gate, issuer):
    issuer.introspected = ACTIVE

    access = gate.check("swx_at_opaque")

    assert (access.subject, access.checked) == ("jane", "introspected")


@pytest.mark.parametrize(
    "answer",
    [
        {"active": False},
        {**ACTIVE, "active": "true"},
        {**ACTIVE, "aud": "https://other.example"},
        {name: value for name, value in ACTIVE.items() if name != "token_type"},  # a refresh token
    ],
)
def test_opaque_token_that_opens_nothing_is_refused(access_tokens, gate, issuer, answer):
    issuer.introspected = answer

    with pytest.raises(access_tokens.InvalidToken):
        gate.check("swx_at_opaque")
