"""Tokens and words that lie in one thing at a time: refused, or worth nothing."""

from __future__ import annotations

import hashlib
import hmac
import json

import jwt
import pytest
from sqlalchemy import select

from app.models import Session
from tests.id_tokens import unpadded
from tests.secrets_seen import remember
from tests.signing import client_key
from tests.upstream_host import SECRET

PAST, FUTURE = 1_000_000_000, 4_000_000_000


@pytest.mark.parametrize(
    "bend",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 7},
        {"aud": "somebody else"},
        {"aud": None},
        {"aud": []},
        {"aud": ["sealwax at the other provider", "somebody else"]},
        {"azp": "somebody else"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": PAST},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": FUTURE},
        {"iat": None},
        {"nbf": FUTURE},
        {"at_hash": "another"},
        {"at_hash": 7},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "two\nlines"},
    ],
    ids=lambda bend: next(f"{name}={str(value)[:12]}" for name, value in bend.items()),
)
def test_a_bent_claim_is_refused(browser, other, come, refused, bend):
    """OIDC Core §3.1.3.7."""
    other.bend = bend

    come(browser)

    refused("upstream_id_token_refused")


def _unsigned(claims):
    return jwt.encode(claims, None, algorithm="none")


def _with_our_secret(claims):
    return jwt.encode(claims, SECRET, algorithm="HS256")


def _with_public_key(claims):
    """Use the text of the public key as if it were a secret."""
    text = json.dumps(client_key("RS256", "one").public).encode()
    unsigned = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": "one"})
    signed = unsigned.rpartition(".")[0]
    mac = hmac.new(text, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{unpadded(mac)}"


def _with_another_key(claims):
    return client_key("RS256", "stolen").sign(claims, kid="one")


def _with_unknown_key(claims):
    return client_key("RS256", "unknown").sign(claims)


def _with_own_key(claims):
    own = client_key("RS256", "own")
    return own.sign(claims, jwk=own.public)


def _cut(claims):
    return client_key("RS256", "one").sign(claims).rpartition(".")[0] + "."


@pytest.mark.parametrize(
    "sign",
    [
        _unsigned,
        _with_our_secret,
        _with_public_key,
        _with_another_key,
        _with_unknown_key,
        _with_own_key,
        _cut,
        lambda _claims: "no token",
        lambda claims: client_key("RS256", "one").sign(claims) + "x" * 20_000,
    ],
    ids=["none", "secret", "public", "other", "unknown", "own", "cut", "shape", "oversize"],
)
def test_a_bad_signature_is_refused(browser, other, come, refused, sign):
    """RFC 8725 §3.1: never none, never a secret, never a key that the token brings along."""
    other.sign = lambda claims: remember(sign(claims))

    come(browser)

    refused("upstream_id_token_unusable")


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "PS256"])
def test_other_good_algorithms_are_believed(browser, other, come, remote, alg):
    other.publish(id_token_signing_alg_values_supported=[alg])
    other.key = client_key(alg, "new")
    remote.serve("/jwks", json.dumps(other.key.jwks))

    come(browser)

    assert browser.at == "/login/join"


def test_an_unknown_key_is_looked_for_once_a_minute(browser, other, come, remote, clock):
    come(browser)
    other.key = client_key("RS256", "rotated")
    remote.serve("/jwks", json.dumps(other.key.jwks))

    come(browser.open("/login/sign-in"))
    assert browser.status == 400
    assert remote.count("/jwks") == 1
    clock.move(minutes=1)
    come(browser.open("/login/sign-in"))

    assert browser.at == "/login/join"
    assert remote.count("/jwks") == 2


def test_userinfo_about_somebody_else_is_refused(browser, other, come, refused):
    """OIDC Core §5.3.2: an access token may have been swapped."""
    other.in_userinfo = True
    other.bend = {"sub": "mallory-there"}

    come(browser)

    refused("upstream_userinfo_differs")


def test_verified_counts_only_beside_the_address_it_is_said_of(browser, other, provider, come, db):
    """The ID token names the victim's address, userinfo verifies the attacker's."""
    provider.trusts_email = True
    db.session.commit()
    other.person = {"sub": "m", "email": "mallory@people.example", "email_verified": True}
    other.in_userinfo = True
    other.bend = {"sub": "m", "email": "jane@people.example"}

    come(browser)

    assert browser.element("email").get("value") == "jane@people.example"
    assert browser.sees("We'll send a code")


def test_a_word_that_is_not_true_proves_nothing(browser, other, provider, come, db):
    provider.trusts_email = True
    db.session.commit()
    other.person = {**other.person, "email_verified": "true"}

    come(browser)

    assert browser.has("email"), "the address is proved with a code"


def test_another_subject_with_the_address_of_who_is_linked_is_somebody_else(
    browser, jane, linked, other, come, db
):
    """nOAuth: only issuer and subject say who it is."""
    linked(jane)
    other.person = {**other.person, "sub": "mallory-there"}

    come(browser)

    assert browser.at == "/login/join"
    assert db.session.scalars(select(Session)).all() == []


def test_the_subject_of_another_issuer_is_somebody_else(browser, jane, linked, come, db):
    linked(jane, issuer="https://old.example")

    come(browser)

    assert browser.at == "/login/join"
    assert db.session.scalars(select(Session)).all() == []


def test_no_secret_is_left_lying_about(app, jane, linked, come, browser, caplog):
    """The state, the nonce, the verifier, the code and the tokens are searched for at the end."""
    linked(jane)

    come(browser)

    assert browser.at == "/account/"
    assert SECRET not in caplog.text
