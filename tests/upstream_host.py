"""Another OpenID provider, on a host of its own; every answer of it can be bent.

It checks what a careful provider checks (client, redirect URI, PKCE, a code once), so that a
client that leaves something out fails here. `bend` replaces claims of the ID token; a value of
None leaves the claim out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from app.clock import timestamp
from tests.remote import Received, Remote, Reply
from tests.secrets_seen import remember
from tests.signing import ClientKey, client_key

CLIENT_ID = "sealwax at the other provider"
SECRET = "a secret with: signs+that need%encoding"
JANE = {
    "sub": "jane-there",
    "email": "jane@people.example",
    "email_verified": True,
    "name": "Jane Doe",
}


@dataclass
class UpstreamHost:
    """The provider; `person` is who is signed in there."""

    host: Remote
    person: dict[str, Any] = field(default_factory=lambda: dict(JANE))
    key: ClientKey = field(default_factory=lambda: client_key("RS256", "one"))
    bend: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    #: Makes the ID token in another way than signing the claims with the key.
    sign: Any = None
    #: Members of the token answer that are replaced.
    answer: dict[str, Any] = field(default_factory=dict)
    in_userinfo: bool = False
    #: Path of the issuer, as of a tenant.
    path: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answer at every endpoint."""
        self.publish()
        self.host.serve("/jwks", json.dumps(self.key.jwks))
        self.host.replies["/token"] = Reply(act=self._token)
        self.host.replies["/userinfo"] = Reply(act=self._userinfo)

    @property
    def issuer(self) -> str:
        """Return its issuer."""
        return f"{self.host.url}{self.path}"

    def publish(self, **changes: Any) -> dict[str, Any]:
        """Serve the discovery document, with members replaced."""
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.host.url}/authorize",
            "token_endpoint": f"{self.host.url}/token",
            "userinfo_endpoint": f"{self.host.url}/userinfo",
            "jwks_uri": f"{self.host.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "none", "HS256"],
            "code_challenge_methods_supported": ["S256"],
            **changes,
        }
        self.host.serve(f"{self.path}/.well-known/openid-configuration", json.dumps(document))
        return document

    def authorize(self, url: str, **changes: str | None) -> str:
        """Sign the person in; return where the browser is sent back to."""
        split = urlsplit(url)
        assert f"{split.scheme}://{split.netloc}{split.path}" == f"{self.host.url}/authorize"
        asked = dict(parse_qsl(split.query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256", "PKCE S256, always"
        for name in ("state", "nonce"):
            remember(asked[name])
        code = remember(secrets.token_urlsafe(24))
        self.codes[code] = asked
        sent = {"code": code, "state": asked["state"], **changes}
        kept = {name: value for name, value in sent.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def claims(self, asked: dict[str, str]) -> dict[str, Any]:
        """Return the claims of the ID token for a request."""
        moment = int(timestamp())
        told = {"sub": self.person["sub"]} if self.in_userinfo else self.person
        whole = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": moment,
            "exp": moment + 300,
            **told,
            **self.bend,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def _token(self, handler: BaseHTTPRequestHandler) -> None:
        received = self.host.received[-1]
        fault = self._fault(received)
        if fault:
            _send(handler, 400, {"error": fault})
            return
        code = received.form["code"]
        asked = self.codes.pop(code)
        self.redeemed.append(code)
        claims = self.claims(asked)
        id_token = self.sign(claims) if self.sign else self.key.sign(claims, **self.header)
        tokens = {
            "access_token": remember(f"at-{secrets.token_urlsafe(24)}"),
            "token_type": "Bearer",
            "id_token": remember(id_token),
            **self.answer,
        }
        _send(handler, 200, tokens)

    def _fault(self, received: Received) -> str:
        """Return why a code is not redeemed."""
        remember(received.form.get("code_verifier", ""))
        asked = self.codes.get(received.form.get("code", ""))
        if _client(received) != (CLIENT_ID, SECRET):
            return "invalid_client"
        if asked is None or received.form["redirect_uri"] != asked["redirect_uri"]:
            return "invalid_grant"
        hashed = hashlib.sha256(received.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        return "" if challenge == asked["code_challenge"] else "invalid_grant"

    def _userinfo(self, handler: BaseHTTPRequestHandler) -> None:
        bearer = self.host.received[-1].headers.get("Authorization", "")
        _send(handler, 200 if bearer.startswith("Bearer at-") else 401, self.person)


def _client(received: Received) -> tuple[str, str]:
    """Return who asks: Basic, both halves form-url-encoded (RFC 6749 §2.3.1), or in the form."""
    scheme, _, value = received.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = base64.b64decode(value).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)
    return received.form.get("client_id", ""), received.form.get("client_secret", "")


def _send(handler: BaseHTTPRequestHandler, status: int, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
