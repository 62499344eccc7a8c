"""Keys and signatures: the one door to PyJWT and to private keys.

The verifier is told key and algorithm by us; a token's header only picks the `kid` among them
(RFC 8725 §3.1). Keys are parsed once: handing a PEM to each signature costs a factor of 100.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from app.security.strict_json import BadJson, parse_object

RSA_BITS = 2048
LONGEST_TOKEN = 16_384
LONGEST_HEADER = 4_096
LEEWAY_SECONDS = 60

#: Algorithms we sign with, and the hash their `at_hash` uses (OIDC Core §3.1.3.6).
HASHES = {"RS256": "sha256", "ES256": "sha256", "EdDSA": "sha512", "PS256": "sha256"}
ALGORITHMS = tuple(HASHES)
#: What clients may encrypt to, by the algorithm that names the kind of key.
ENCRYPTION = {"RSA-OAEP": "RSA", "ECDH-ES": "EC"}

PUBLIC_MEMBERS: tuple[str, ...] = ("kty", "crv", "x", "y", "n", "e")

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


#: PyJWT's own implementations, by name.
IMPLEMENTATIONS = get_default_algorithms()


class BadToken(Exception):
    """The token is not one of ours, or not for this use; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs and never leaves."""

    kid: str
    alg: str
    key: PrivateKey

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Return the claims as a signed JWT in compact form."""
        headers = {"typ": typ, "kid": self.kid}
        return jwt.encode(dict(claims), self.key, algorithm=self.alg, headers=headers)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the one algorithm it is used with."""

    kid: str
    alg: str
    key: PublicKey


def generate_key(alg: str) -> str:
    """Make a private key for the algorithm, as an unencrypted PKCS#8 PEM."""
    key: PrivateKey
    if alg in {"RS256", "PS256", "RSA-OAEP"}:
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    elif alg in {"ES256", "ECDH-ES"}:
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def load_signer(kid: str, alg: str, pem: str) -> Signer:
    """Parse a private key; slow for RSA (its primes are checked), so once a process."""
    return Signer(kid, alg, load_private(pem))


def load_private(pem: str) -> PrivateKey:
    """Parse a private key of a kind we use."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, PrivateKey):
        message = f"{type(key).__name__} is not a key we use"
        raise TypeError(message)
    return key


def load_verifier(jwk: Mapping[str, Any]) -> Verifier:
    """Parse a public JWK of ours (RFC 7517)."""
    key = IMPLEMENTATIONS[jwk["alg"]].from_jwk(json.dumps(dict(jwk)))
    return Verifier(jwk["kid"], jwk["alg"], key)


def public_jwk(kid: str, alg: str, pem: str) -> dict[str, Any]:
    """Return the public half as a JWK with `kid` and `use`; never a private member.

    `alg` stands at keys that sign: others serve several algorithms.
    """
    written_as = {"RSA": "RS256", "EC": "ES256"}.get(ENCRYPTION.get(alg, ""), alg)
    members = IMPLEMENTATIONS[written_as].to_jwk(load_private(pem).public_key(), as_dict=True)
    kept: dict[str, Any] = {name: members[name] for name in PUBLIC_MEMBERS if name in members}
    if alg in ENCRYPTION:
        return {**kept, "kid": kid, "use": "enc"}
    return {**kept, "kid": kid, "use": "sig", "alg": alg}


def thumbprint(pem: str, alg: str) -> str:
    """Return the RFC 7638 thumbprint of the public half: our `kid`."""
    members = public_jwk("", alg, pem)
    needed = {name: members[name] for name in sorted(members) if name not in {"kid", "use", "alg"}}
    canonical = json.dumps(needed, separators=(",", ":"), sort_keys=True).encode()
    return _base64(hashlib.sha256(canonical).digest())


def verify(
    token: str,
    verifiers: Mapping[str, Verifier],
    *,
    typ: str,
    issuer: str,
    at: int | None,
) -> dict[str, Any]:
    """Return the claims of a token we signed ourselves.

    `at` is the time to judge by, in seconds; None lets an expired token pass, as a hint may be
    (OIDC Core §3.1.2.1). Audience and the meaning of the claims are the caller's to check.

    Raises:
        BadToken: size, shape, type, key, algorithm, signature, issuer or time are not right.
    """
    header = header_of(token)
    verifier = verifiers.get(str(header.get("kid")))
    if verifier is None:
        reason = "unknown_key"
        raise BadToken(reason)
    if header.get("typ") != typ:  # a logout or ID token is no access token (RFC 8725 §3.11)
        reason = "wrong_type"
        raise BadToken(reason)
    if not is_signed_by(token, verifier):
        reason = "wrong_signature"
        raise BadToken(reason)
    _, _, payload = token.rpartition(".")[0].partition(".")
    claims = object_of(unbase64(payload))
    _check_claims(claims, issuer=issuer, at=at)
    return claims


def is_signed_by(token: str, verifier: Verifier) -> bool:
    """Tell whether this key made the signature; the algorithm is the key's own, not the token's.

    Raises:
        BadToken: the signature cannot be read.
    """
    signed, _, signature = token.rpartition(".")
    implementation = IMPLEMENTATIONS[verifier.alg]
    return bool(implementation.verify(signed.encode(), verifier.key, unbase64(signature)))


def _check_claims(claims: dict[str, Any], *, issuer: str, at: int | None) -> None:
    """Refuse claims that are missing, of another type, another issuer or another time."""
    types = {"iss": str, "sub": str, "exp": int, "iat": int}
    if any(type(claims.get(name)) is not kind for name, kind in types.items()):
        reason = "wrong_claim_type"
        raise BadToken(reason)
    audience = claims.get("aud")
    names = audience if isinstance(audience, list) else [audience]
    if not names or not all(isinstance(name, str) for name in names):
        reason = "wrong_claim_type"
        raise BadToken(reason)
    if claims["iss"] != issuer:
        reason = "wrong_issuer"
        raise BadToken(reason)
    if at is not None and not claims["iat"] - LEEWAY_SECONDS <= at < claims["exp"]:
        reason = "expired"
        raise BadToken(reason)


def half_hash(value: str, alg: str) -> str:
    """Return `at_hash` or `c_hash`: the left half of the value's hash (OIDC Core §3.1.3.6)."""
    full = hashlib.new(HASHES[alg], value.encode("ascii")).digest()
    return _base64(full[: len(full) // 2])


def s256(verifier: str) -> str:
    """Return the S256 challenge of a code verifier (RFC 7636 §4.2)."""
    return _base64(hashlib.sha256(verifier.encode("ascii")).digest())


def header_of(token: str) -> dict[str, Any]:
    """Return the JOSE header; sizes are bounded before any decoding (CVE-2025-61920).

    Raises:
        BadToken: it is too long, no JSON object, or wants what we do not understand.
    """
    if len(token) > LONGEST_TOKEN or len(token.partition(".")[0]) > LONGEST_HEADER:
        reason = "too_long"
        raise BadToken(reason)
    header = object_of(unbase64(token.partition(".")[0]))
    if "crit" in header:  # we understand no critical extension (RFC 7515 §4.1.11)
        reason = "critical_extension"
        raise BadToken(reason)
    return header


def unbase64(text: str) -> bytes:
    """Return the bytes that unpadded base64url stands for.

    Raises:
        BadToken: it is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        reason = "malformed"
        raise BadToken(reason) from None


def object_of(raw: bytes) -> dict[str, Any]:
    """Return a JSON object that has one meaning.

    Raises:
        BadToken: it is none.
    """
    try:
        return parse_object(raw)
    except BadJson:
        reason = "malformed"
        raise BadToken(reason) from None


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
