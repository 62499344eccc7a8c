"""Software that registers itself (RFC 7591) and manages what it registered (RFC 7592)."""

from __future__ import annotations

import json
from typing import Any

from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.signing import client_key
from tests.transports import Answer, Transport

CALLBACK = "https://rp.example/callback"
#: What the certification suite sends (protocol.md 2.11): a key without kid, no scope, no type.
METADATA = {
    "client_name": "Rig",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "redirect_uris": [CALLBACK],
    "contacts": ["someone@rp.example"],
    "token_endpoint_auth_method": "client_secret_basic",
    "jwks": client_key().jwks,
}


class Registrar:
    """Sends registration requests, as software does."""

    def __init__(self, transport: Transport, issuer: str) -> None:
        self.transport, self.issuer = transport, issuer

    def send(
        self,
        method: str,
        path: str,
        members: dict[str, Any] | None = None,
        *,
        token: str = "",
        raw: bytes | None = None,
        media: str = "application/json",
    ) -> Answer:
        """Send a request; return the answer."""
        headers = {"Content-Type": media} if method in {"POST", "PUT"} else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = raw if raw is not None else json.dumps(members).encode() if members else b""
        answer = self.transport.send(
            method, f"{self.issuer}{path}", headers=headers, content=content
        )
        if answer.status in {200, 201} and method != "HEAD":
            for name in ("client_secret", "registration_access_token"):
                remember(answer.json.get(name, ""))
        return answer

    def register(self, token: str = "", **changes: Any) -> Answer:
        """Register a client; members that are None are left out."""
        members = {**METADATA, **changes}
        kept = {name: value for name, value in members.items() if value is not None}
        return self.send("POST", "/register", kept, token=token)

    def manage(
        self,
        method: str,
        made: dict[str, Any],
        members: dict[str, Any] | None = None,
        *,
        token: str | None = None,
    ) -> Answer:
        """Send a management request for a client that was registered."""
        path = made["registration_client_uri"].removeprefix(self.issuer)
        known = made["registration_access_token"] if token is None else token
        return self.send(method, path, members, token=known)


def party(registrar: Registrar, made: dict[str, Any]) -> RelyingParty:
    """Return the relying party of a client that was registered."""
    return RelyingParty(
        registrar.transport,
        registrar.issuer,
        client_id=made["client_id"],
        client_secret=made.get("client_secret"),
    )


def error_of(answer: Answer) -> str:
    """Return the error code of a refusal, whose shape is checked."""
    body = answer.json
    assert set(body) == {"error", "error_description"}
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in body["error_description"])
    assert answer.headers["cache-control"] == "no-store"
    return str(body["error"])
