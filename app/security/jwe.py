"""Encrypted tokens (RFC 7516): to keys of clients, and from clients to keys of ours.

Only algorithms of these lists are used, whatever a header says: nothing that is derived from a
password, no RSA1_5, and nothing compressed, which could unpack without end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.security import jose
from app.security.jose import BadToken

ASYMMETRIC = ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
#: With a key made from the client's secret, and the length of that key in bytes.
SYMMETRIC = {"dir": None, "A128KW": 16, "A256KW": 32}
ALGORITHMS = (*ASYMMETRIC, *SYMMETRIC)
#: Content encryption, and the length of its key in bytes.
CONTENT = {"A128CBC-HS256": 32, "A256CBC-HS512": 64, "A128GCM": 16, "A256GCM": 32}
PARTS = 5
USED = [*ALGORITHMS, *CONTENT]

Key = RSAKey | ECKey | OKPKey | OctKey
_KINDS: dict[str, type[Any]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


def is_encrypted(token: str) -> bool:
    """Tell whether a token looks like an encrypted one."""
    return token.count(".") == PARTS - 1


def public_key(jwk: Mapping[str, Any]) -> Key | None:
    """Return the key of a client that something is encrypted to, None when it cannot be used."""
    try:
        key: Key = _KINDS[jwk["kty"]].import_key(dict(jwk))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, OKPKey) and jwk.get("crv") not in {"X25519", "X448"}:
        return None  # such a key signs, and no more
    return key


def private_key(pem: str) -> Key:
    """Return a key of ours."""
    kind = RSAKey if "RSA" in _kind_of(pem) else ECKey
    return kind.import_key(pem)


def _kind_of(pem: str) -> str:
    return type(jose.load_private(pem)).__name__


def shared_key(secret: str, alg: str, enc: str) -> OctKey:
    """Return the key that both sides make from the client's secret (OIDC Core §10.2)."""
    length = SYMMETRIC[alg] or CONTENT[enc]
    hashed = hashlib.sha256 if length <= 32 else hashlib.sha512
    return OctKey.import_key(hashed(secret.encode()).digest()[:length])


def encrypt(
    text: str, key: Key, *, alg: str, enc: str, is_token: bool, kid: str | None = None
) -> str:
    """Return the text encrypted; `is_token` says that it is a signed token itself (cty)."""
    header = {"alg": alg, "enc": enc}
    if is_token:
        header["cty"] = "JWT"
    if kid:
        header["kid"] = kid
    return jwe.encrypt_compact(header, text.encode(), key, algorithms=USED)


def decrypt(token: str, find: Callable[[str | None, str, str], list[Key]]) -> str:
    """Return what is inside; `find` gets kid, alg and enc and returns the keys to try.

    Raises:
        BadToken: it is none, or none of the keys opens it.
    """
    header = jose.header_of(token)
    alg, enc, kid = header.get("alg"), header.get("enc"), header.get("kid")
    if alg not in ALGORITHMS or enc not in CONTENT or "zip" in header:
        reason = "wrong_algorithm"
        raise BadToken(reason)
    for key in find(kid if isinstance(kid, str) else None, str(alg), str(enc)):
        try:
            opened = jwe.decrypt_compact(token, key, algorithms=USED)
            return (opened.plaintext or b"").decode()
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    reason = "cannot_decrypt"
    raise BadToken(reason)
