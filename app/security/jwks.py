"""Public keys of clients (RFC 7517): which are usable, and which belong to a signature."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.exceptions import PyJWTError

from app.security.jose import IMPLEMENTATIONS, RSA_BITS

#: How a key set is asked for (RFC 7517 §8.5.2, and what many servers call it).
ACCEPT = "application/jwk-set+json, application/json"
MOST_KEYS = 20
MOST_RSA_BITS = 8_192
#: Members of private and symmetric keys: they have no business here.
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
#: What clients may sign with, and the kind of key it takes.
KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
SIGNATURES = tuple(KINDS)
#: A curve has one signature algorithm.
CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}

Jwk = dict[str, Any]


def fault(jwks: Any) -> str | None:
    """Return why a key set may not be registered, in words, None when it may."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not keys or len(keys) > MOST_KEYS:
        return f"Give a JWK Set with 1 to {MOST_KEYS} keys."
    for key in keys:
        if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
            return "Each key is an object with kty (RFC 7517)."
        if PRIVATE_MEMBERS.intersection(key):
            return "Leave out private and symmetric keys. Make new ones: these are known now."
        if not _is_readable(key):
            kind, sizes = key["kty"][:10], f"{RSA_BITS} to {MOST_RSA_BITS}"
            return f"This {kind} key cannot be used; RSA keys have {sizes} bits."
    return None


def _is_readable(key: Jwk) -> bool:
    """Tell whether a key can be used, or is of a kind that we pass over (RFC 7517 §5)."""
    algs = [alg for alg, kind in KINDS.items() if kind == key["kty"]]
    curve = CURVES.get(algs[0]) if algs else None
    if not algs or (curve and key.get("crv") != curve):
        return True
    return load(key, algs[0]) is not None


def load(key: Jwk, alg: str) -> Any:
    """Return the key as its algorithm takes it, None when it cannot be used."""
    try:
        public = IMPLEMENTATIONS[alg].from_jwk(json.dumps(key))
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    # A key of many thousand bits would make each signature cost us seconds.
    if isinstance(public, rsa.RSAPublicKey) and not RSA_BITS <= public.key_size <= MOST_RSA_BITS:
        return None
    return public


def signers(jwks: Mapping[str, Any], *, kid: str | None, alg: str) -> list[Any]:
    """Return the keys that may have made a signature, as its algorithm takes them.

    A key without a name may be any; a name that is there must be the right one.
    """
    named = [key for key in _usable(jwks, KINDS[alg], "sig") if _fits(key, kid, alg)]
    named = [key for key in named if CURVES.get(alg) in {None, key.get("crv")}]
    return [public for key in named if (public := load(key, alg)) is not None]


def encrypters(jwks: Mapping[str, Any], *, alg: str) -> list[Jwk]:
    """Return the keys that something may be encrypted to with this algorithm, the first first."""
    kinds = ("RSA",) if alg.startswith("RSA") else ("EC", "OKP")
    found = [key for kind in kinds for key in _usable(jwks, kind, "enc") if _fits(key, None, alg)]
    return sorted(found, key=lambda key: "use" not in key)


def _usable(jwks: Mapping[str, Any], kind: str, use: str) -> list[Jwk]:
    return [
        key
        for key in jwks["keys"]
        if isinstance(key, dict)
        and key.get("kty") == kind
        and key.get("use") in {None, use}
        and not PRIVATE_MEMBERS.intersection(key)
    ]


def _fits(key: Jwk, kid: str | None, alg: str) -> bool:
    named = kid is None or key.get("kid") in {None, kid}
    return named and key.get("alg") in {None, alg}
