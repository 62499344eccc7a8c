"""Forged and broken JWTs are refused before anybody believes them (RFC 8725)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import get_default_algorithms

from app.security import jose
from app.security.jose import BadToken

ISSUER = "https://id.example"
NOW = 1_800_000_000
CLAIMS = {"iss": ISSUER, "sub": "s", "aud": "a", "iat": NOW, "exp": NOW + 60}
PEM = jose.generate_key("ES256")
KID = jose.thumbprint(PEM, "ES256")
SIGNER = jose.load_signer(KID, "ES256", PEM)
JWK = jose.public_jwk(KID, "ES256", PEM)
VERIFIERS = {KID: jose.load_verifier(JWK)}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: Any, *, key: bytes = b"") -> str:
    """Return a token with any header at all, signed with HMAC-SHA256 under a key."""
    text = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    mark = hmac.new(key, text.encode(), hashlib.sha256).digest() if key else b""
    return f"{text}.{encoded(mark)}"


HEADER = encoded(json.dumps({"alg": "ES256", "typ": "JWT", "kid": KID}).encode())


def verify(token: str, *, typ: str = "JWT", at: int | None = NOW) -> dict[str, Any]:
    return jose.verify(token, VERIFIERS, typ=typ, issuer=ISSUER, at=at)


def test_own_token_is_believed() -> None:
    """RFC 7515 §5.2."""
    assert verify(SIGNER.sign(CLAIMS, typ="JWT"))["sub"] == "s"


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
def test_unsigned_token_is_refused(alg: str) -> None:
    """RFC 8725 §3.2 (security.md JO02)."""
    with pytest.raises(BadToken):
        verify(signed({"alg": alg, "typ": "JWT", "kid": KID}, CLAIMS))


PUBLIC = SIGNER.key.public_key()
PUBLIC_PEM = PUBLIC.public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
PUBLIC_DER = PUBLIC.public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)


@pytest.mark.parametrize(
    "key",
    [PUBLIC_PEM, PUBLIC_DER, PUBLIC_PEM.strip(), json.dumps(JWK).encode(), b"\n" + PUBLIC_PEM],
    ids=["PEM", "DER", "stripped", "JWK", "prefixed"],
)
@pytest.mark.parametrize("alg", ["HS256", "HS512"])
def test_public_key_is_no_hmac_secret(key: bytes, alg: str) -> None:
    """RFC 8725 §2.1: algorithm confusion (security.md JO02)."""
    with pytest.raises(BadToken):
        verify(signed({"alg": alg, "typ": "JWT", "kid": KID}, CLAIMS, key=key))


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": JWK},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/x"},
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"kid": None},
        {"kid": ["a"]},
        {"crit": ["b64"], "b64": False},
        {"crit": ["exp"]},
        {"zip": "DEF"},
    ],
)
def test_header_chooses_nothing_but_one_of_our_keys(header: dict[str, Any]) -> None:
    """RFC 8725 §3.1, RFC 7515 §4.1.11 (security.md JO03, JO04)."""
    with pytest.raises(BadToken):
        verify(signed({"alg": "ES256", "typ": "JWT", "kid": KID, **header}, CLAIMS, key=b"x" * 32))


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "jwt", "", None])
def test_token_of_another_kind_is_refused(typ: str) -> None:
    """RFC 8725 §3.11 (security.md JO06)."""
    with pytest.raises(BadToken):
        verify(SIGNER.sign(CLAIMS, typ=typ))


@pytest.mark.parametrize("missing", list(CLAIMS))
def test_every_claim_is_required(missing: str) -> None:
    """RFC 8725 §3.8, §3.9 (security.md JO07)."""
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    with pytest.raises(BadToken):
        verify(SIGNER.sign(claims, typ="JWT"))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": f"{ISSUER}/"},
        {"iss": [ISSUER]},
        {"iss": ISSUER.upper()},
        {"exp": NOW},
        {"exp": str(NOW + 60)},
        {"exp": NOW + 60.5},
        {"exp": None},
        {"iat": NOW + 3600},
        {"iat": "now"},
        {"sub": 5},
        {"aud": None},
        {"aud": {"a": 1}},
    ],
)
def test_claim_of_another_type_time_or_issuer_is_refused(changed: dict[str, Any]) -> None:
    """security.md JO07."""
    with pytest.raises(BadToken):
        verify(_sign_raw(HEADER, encoded(json.dumps({**CLAIMS, **changed}).encode())))


def test_duplicate_member_names_are_refused() -> None:
    """RFC 8725 §2.4: two parsers, two meanings (security.md JO08)."""
    body = json.dumps(CLAIMS)[:-1] + ', "sub": "somebody else"}'
    token = _sign_raw(HEADER, encoded(body.encode()))

    with pytest.raises(BadToken):
        verify(token)


def _sign_raw(header: str, body: str) -> str:
    mark = get_default_algorithms()["ES256"].sign(f"{header}.{body}".encode(), SIGNER.key)
    return f"{header}.{body}.{encoded(mark)}"


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "..", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "{}", "null", "☃.☃.☃"),
        *(f"{encoded(b'{}')}..", f"{encoded(b'[]')}.e30.", "e30.e30.e30"),
        *("a" * 20_000, f"{'a' * 5000}.e30."),
        *('{"payload":"e30","signatures":[]}', '{"payload":"e30","signature":""}'),
    ],
)
def test_malformed_token_is_refused(token: str) -> None:
    """security.md JO04, JO09."""
    with pytest.raises(BadToken):
        verify(token)


def test_changed_signature_and_payload_are_refused() -> None:
    """RFC 7515 §5.2."""
    head, body, mark = SIGNER.sign(CLAIMS, typ="JWT").split(".")
    other = encoded(json.dumps({**CLAIMS, "sub": "x"}).encode())
    for token in (f"{head}.{other}.{mark}", f"{head}.{body}.{mark[::-1]}", f"{head}.{body}."):
        with pytest.raises(BadToken):
            verify(token)


def test_expired_hint_is_read_when_asked_for() -> None:
    """OIDC Core §3.1.2.1."""
    assert verify(SIGNER.sign({**CLAIMS, "exp": NOW - 10, "iat": NOW - 20}, typ="JWT"), at=None)
