"""ID tokens, checked with PyJWT as a careful client does, apart from our own code."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import jwt
from jwt.types import Options

from app.clock import timestamp

REQUIRED = ["iss", "sub", "aud", "exp", "iat", "sid", "jti"]
SKEW_SECONDS = 5


def verify(
    id_token: str, keys: Mapping[str, jwt.PyJWK], *, issuer: str, client_id: str, alg: str
) -> dict[str, Any]:
    """Return the claims if signature, issuer, audience and times hold (OIDC Core §3.1.3.7)."""
    header = jwt.get_unverified_header(id_token)
    assert header["alg"] == alg, f"signed with {header['alg']}"
    assert header.get("typ", "JWT") == "JWT", f"typ {header['typ']}"
    key = keys[header["kid"]]
    assert key.algorithm_name == alg, f"the key is for {key.algorithm_name}"
    # Times are judged below, by the clock that tests move.
    options: Options = {
        "require": REQUIRED,
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }
    claims: dict[str, Any] = jwt.decode(
        id_token, key, algorithms=[alg], issuer=issuer, audience=client_id, options=options
    )
    _check_claims(claims, client_id)
    return claims


def _check_claims(claims: Mapping[str, Any], client_id: str) -> None:
    for name in ("iat", "exp"):
        assert type(claims[name]) is int, f"{name} is {claims[name]!r}"
    assert claims["iat"] <= timestamp() + SKEW_SECONDS, "issued in the future"
    assert timestamp() < claims["exp"], "expired"
    assert claims.get("auth_time", 0) <= claims["iat"], "signed in after it was issued"
    assert claims.get("azp", client_id) == client_id, f"for {claims.get('azp')}"
    assert 0 < len(claims["sub"]) <= 255, "sub is empty or too long"
    assert claims["sub"].isascii(), "sub is not ASCII"


def half_hash(value: str, alg: str) -> str:
    """Return what `at_hash` or `c_hash` must be (OIDC Core §3.1.3.6)."""
    full = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(value.encode()).digest()
    return unpadded(full[: len(full) // 2])


def unpadded(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
