"""Random values, their digests at rest, and constant-time comparison."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class CannotDecrypt(Exception):
    """No key at hand opens this value, or it was moved or changed."""


def new_token(prefix: str) -> str:
    """Make a value of 256 random bits, such as `swx_at_…`; the prefix lets scanners find leaks."""
    return f"swx_{prefix}_{secrets.token_urlsafe(32)}"


def new_id() -> str:
    """Make a public identifier of 128 random bits, 22 characters.

    None begins with a dash: on a command line that would be an option.
    """
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


def pseudonym(value: str) -> int:
    """Return a number below zero that stands for somebody who goes, and leads to nobody.

    `value` is random and goes with them: until then the number is the same each time, and
    afterwards nobody can make it again.
    """
    raw = hashlib.sha256(f"pseudonym {value}".encode()).digest()
    return -1 - int.from_bytes(raw[:8]) % (2**31 - 1)


def new_reference() -> str:
    """Make a reference people can read to each other, such as `K7Q2-9FXM`."""
    return _grouped(_drawn(REFERENCE_LETTERS, 8))


def new_short_code() -> str:
    """Make a code of 8 consonants (34 bits) to type over; few tries and a short life guard it."""
    return _grouped(_drawn(CODE_LETTERS, 8))


def new_recovery_code() -> str:
    """Make a code of 16 signs (78 bits) to keep on paper, in four groups."""
    return _grouped(_drawn(REFERENCE_LETTERS, 16))


def _drawn(letters: str, number: int) -> str:
    """Return so many letters, each as likely as any other.

    One number is drawn for all of them: every request has a reference, and a draw for each letter
    was a twentieth of a token request.
    """
    rest, drawn = secrets.randbelow(len(letters) ** number), []
    for _ in range(number):
        rest, at = divmod(rest, len(letters))
        drawn.append(letters[at])
    return "".join(drawn)


def _grouped(signs: str) -> str:
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def plain_code(typed: str) -> str:
    """Return a typed code as it is compared: capitals, without spaces, dashes and invisible signs.

    Who copies it out of an Arabic sentence takes along the signs that kept it in order.
    """
    return "".join(sign for sign in typed if sign.isalnum()).upper()


def digest(value: str) -> str:
    """Return the SHA-256 of a random value, 43 characters: what the database keeps of it.

    A fast hash is right for 256 random bits (ASVS 6.5.2); passwords never come here.
    """
    raw = hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def keyed_digest(key: str, value: str) -> str:
    """Return an HMAC-SHA256 of the value, 43 characters: for values that could be guessed."""
    raw = hmac.new(key.encode(), value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )


def encrypt(secret: str, text: str, *, context: str) -> str:
    """Encrypt text under a secret (AES-256-GCM); it opens only with the same context.

    The context names the row, so a ciphertext moved to another row does not open.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_derive(secret)).encrypt(nonce, text.encode(), context.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(candidates: tuple[str, ...], sealed: str, *, context: str) -> str:
    """Open what `encrypt` closed with any of the secrets.

    Raises:
        CannotDecrypt: none of them fits, or value or context differ.
    """
    raw = base64.urlsafe_b64decode(sealed)
    for secret in candidates:
        try:
            box = AESGCM(_derive(secret))
            return box.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except InvalidTag:
            continue
    raise CannotDecrypt(context)


def _derive(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"sealwax encryption").derive(secret.encode())
