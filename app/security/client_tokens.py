"""JWTs that clients sign: assertions and request objects, read as strictly as our own.

A header names algorithm and key among those we know of the client; it never brings a key along
(RFC 8725 §3.10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from app.security import jose
from app.security.jose import BadToken

SECRET_ALG = "HS256"
#: Header members that would let the sender choose the key.
KEYS_IN_HEADER = frozenset({"jku", "x5u", "jwk", "x5c"})
PARTS = 3
#: What `typ` says of a JWT that is of no kind in particular.
PLAIN = "jwt"


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token that has been read and is not to be believed yet."""

    alg: str
    kid: str | None
    typ: Any
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def is_typed(self, own: str) -> bool:
        """Tell whether `typ` says nothing, nothing in particular, or this kind in small letters.

        A media type is read in any case, with its prefix or without (RFC 7515 §4.1.9).
        """
        if not isinstance(self.typ, str):
            return False
        return self.typ.lower().removeprefix("application/") in {PLAIN, own}

    def is_signed_with(self, keys: Iterable[Any]) -> bool:
        """Tell whether one of the keys, given as the algorithm takes them, made the signature."""
        implementation = jose.IMPLEMENTATIONS[self.alg]
        return any(implementation.verify(self.signed, key, self.signature) for key in keys)


def read(token: str, algorithms: Collection[str]) -> Unverified:
    """Read a token that is signed with one of the algorithms.

    Raises:
        BadToken: it is not, or cannot be read.
    """
    header = jose.header_of(token)
    if KEYS_IN_HEADER.intersection(header):
        reason = "key_in_header"
        raise BadToken(reason)
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or alg not in algorithms:
        reason = "wrong_algorithm"
        raise BadToken(reason)
    if token.count(".") != PARTS - 1 or not isinstance(kid, str | None):
        reason = "malformed"
        raise BadToken(reason)
    signed, _, signature = token.rpartition(".")
    claims = jose.object_of(jose.unbase64(signed.partition(".")[2]))
    typ = header.get("typ", PLAIN)
    return Unverified(alg, kid, typ, claims, signed.encode(), jose.unbase64(signature))
