"""A software authenticator, which does what a browser and a device do, and can lie about all of it.

It makes ES256 keys and attestation "none", and answers in the JSON that pages send (Web
Authentication Level 3 §5.1). `Lie` says what is other than it should be.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from tests.stages import ISSUER

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
ES256 = -7


@dataclass(frozen=True)
class Lie:
    """What an answer says other than the truth; None leaves it true."""

    type: str | None = None
    challenge: bytes | None = None
    origin: str | None = None
    client: dict[str, Any] = field(default_factory=dict)
    rp_id: str | None = None
    without: int = 0
    count: int | None = None
    alg: int = ES256
    fmt: str = "none"
    credential_id: bytes | None = None
    user_handle: str | None = None
    has_handle: bool = True
    signature: bytes | None = None


TRUTH = Lie()
#: What is wrong with an answer, whether it makes a passkey or uses one.
LIES = {
    "type": Lie(type="webauthn.other"),
    "challenge of nobody": Lie(challenge=b"x" * 32),
    "origin": Lie(origin="https://id.example.evil.example"),
    "another port": Lie(origin="https://id.example:8443"),
    "without TLS": Lie(origin="http://id.example"),
    "another host of the domain": Lie(origin="https://www.id.example"),
    "RP ID": Lie(rp_id="evil.example"),
    "nobody there": Lie(without=UP),
    "user not verified": Lie(without=UV),
    "in a frame": Lie(client={"crossOrigin": True}),
    "in a frame of": Lie(client={"topOrigin": "https://evil.example"}),
    "no challenge": Lie(client={"challenge": 7}),
}


@dataclass
class Authenticator:
    """One passkey; `count` is None for an authenticator that does not count."""

    rp_id: str = "id.example"
    origin: str = ISSUER
    count: int | None = 0
    is_synced: bool = False
    aaguid: bytes = bytes(16)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    key: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1()), repr=False
    )

    def make(self, options: dict[str, Any], lie: Lie = TRUTH) -> str:
        """Answer what `navigator.credentials.create` is asked."""
        self.handle = options["user"]["id"]
        attested = self.aaguid + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(lie, flags=AT) + attested + self._cose(lie.alg)
        statement: dict[str, Any] = {} if lie.fmt == "none" else {"alg": lie.alg, "sig": b"x"}
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options, lie),
            "attestationObject": bytes_to_base64url(
                encode_cbor({"fmt": lie.fmt, "attStmt": statement, "authData": data})
            ),
            "transports": ["internal", "a transport of tomorrow"],
        }
        return self._answer(response, lie)

    def sign(self, options: dict[str, Any], lie: Lie = TRUTH) -> str:
        """Answer what `navigator.credentials.get` is asked."""
        if self.count is not None:
            self.count += 1
        data = self._data(lie)
        client = self._client_data("webauthn.get", options, lie)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        signature = lie.signature or self.key.sign(signed, ECDSA(SHA256()))
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
        }
        if lie.has_handle:
            response["userHandle"] = lie.user_handle or self.handle
        return self._answer(response, lie)

    def _answer(self, response: dict[str, Any], lie: Lie) -> str:
        name = bytes_to_base64url(lie.credential_id or self.credential_id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(answer | {"clientExtensionResults": {}})

    def _client_data(self, kind: str, options: dict[str, Any], lie: Lie) -> str:
        challenge = lie.challenge or base64url_to_bytes(options["challenge"])
        said = {
            "type": lie.type or kind,
            "challenge": bytes_to_base64url(challenge),
            "origin": lie.origin or self.origin,
            "crossOrigin": False,
        }
        return bytes_to_base64url(json.dumps(said | lie.client).encode())

    def _data(self, lie: Lie, *, flags: int = 0) -> bytes:
        flags |= UP | UV | (BE | BS if self.is_synced else 0)
        count = lie.count if lie.count is not None else self.count or 0
        rp_id = hashlib.sha256((lie.rp_id or self.rp_id).encode()).digest()
        return rp_id + bytes([flags & ~lie.without]) + count.to_bytes(4, "big")

    def _cose(self, alg: int) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return bytes(encode_cbor({1: 2, 3: alg, -1: 1, -2: x, -3: y}))
