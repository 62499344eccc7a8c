"""Keys of clients, and what they sign with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from app.clock import timestamp
from tests.secrets_seen import remember

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class ClientKey:
    """A key pair of a client, or its secret with HS256."""

    alg: str
    kid: str | None
    private: Any

    @property
    def public(self) -> dict[str, Any]:
        """Return the public half as a JWK, named only when it has a name."""
        implementation = get_default_algorithms()[self.alg]
        members = json.loads(implementation.to_jwk(self.private.public_key()))
        members.pop("key_ops", None)
        return {**members, "use": "sig", "alg": self.alg} | ({"kid": self.kid} if self.kid else {})

    @property
    def jwks(self) -> dict[str, Any]:
        """Return a key set of this key alone."""
        return {"keys": [self.public]}

    def sign(self, claims: dict[str, Any], *, alg: str = "", **header: Any) -> str:
        """Return the claims as a JWT."""
        named = {"kid": self.kid} if self.kid else {}
        return jwt.encode(
            claims, self.private, algorithm=alg or self.alg, headers={**named, **header}
        )


@cache
def client_key(alg: str = "RS256", kid: str | None = None, bits: int = 2048) -> ClientKey:
    """Return a key pair, made once a process."""
    if alg in {"RS256", "PS256"}:
        return ClientKey(alg, kid, rsa.generate_private_key(65537, bits))
    if alg == "ES256":
        return ClientKey(alg, kid, ec.generate_private_key(ec.SECP256R1()))
    return ClientKey(alg, kid, ed25519.Ed25519PrivateKey.generate())


_numbers = iter(range(1, 1_000_000))


def assertion_claims(client_id: str, audience: Any, **changes: Any) -> dict[str, Any]:
    """Return the claims of a client assertion (RFC 7523 §3); None leaves one out."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": remember(f"assertion-number-{next(_numbers)}-of-a-test"),
        "iat": timestamp(),
        "nbf": timestamp(),
        "exp": timestamp() + 60,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}
