"""RelyingParty: an actor that plays a client as the specifications tell it to.

It knows the provider by its issuer and what discovery says. It authenticates, keeps `state`,
`nonce` and the PKCE verifier, and believes an ID token only after checking it. Every step can be
bent: keyword arguments replace parameters, None leaves one out.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import jwt

from tests import id_tokens, secrets_seen, signing
from tests.browser import Browser
from tests.transports import Answer, Transport

#: Members of answers that nobody else may learn, and that must not be found in the database.
SECRET_MEMBERS = (
    "access_token", "refresh_token", "id_token", "client_secret", "device_code", "user_code"
)  # fmt: skip
CALLBACK = "https://rp.example/callback"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Sent:
    """What an authorization request carried, to be compared with what comes back."""

    parameters: dict[str, str]
    verifier: str = field(repr=False)

    def get(self, name: str) -> str | None:
        """Return a parameter, None when it was left out."""
        return self.parameters.get(name)


@dataclass(frozen=True)
class Callback:
    """An authorization response, checked: `code` or `error` is set, never both."""

    parameters: dict[str, str] = field(repr=False)

    @property
    def code(self) -> str:
        """Return the authorization code; there must be one."""
        assert "code" in self.parameters, f"no code: {self.parameters}"
        return self.parameters["code"]

    @property
    def error(self) -> str:
        """Return the error code, empty when there is none."""
        return self.parameters.get("error", "")

    @property
    def description(self) -> str:
        """Return what the provider says about the error."""
        return self.parameters.get("error_description", "")


class RelyingParty:
    """One registered client, and the last authorization request it sent."""

    def __init__(
        self,
        transport: Transport,
        issuer: str,
        *,
        client_id: str,
        client_secret: str | None = None,
        redirect_uri: str = CALLBACK,
        auth_method: str = "",
    ) -> None:
        self.transport = transport
        self.issuer = issuer
        self.client_id = client_id
        self.client_secret = client_secret
        self.redirect_uri = redirect_uri
        self.auth_method = auth_method or ("client_secret_basic" if client_secret else "none")
        self.signer = signing.client_key()
        if self.auth_method == "client_secret_jwt":
            self.signer = signing.ClientKey("HS256", None, client_secret)
        self.scope = "openid profile email"
        self.sent: Sent | None = None
        secrets_seen.remember(client_secret or "")

    # --- discovery ------------------------------------------------------------------------------

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Return the discovery document, which must be the issuer's own."""
        answer = self.transport.send("GET", f"{self.issuer}/.well-known/openid-configuration")
        assert answer.status == 200, answer.text
        assert answer.json["issuer"] == self.issuer, "issuer mismatch: OIDC Discovery §4.3"
        return answer.json

    def endpoint(self, name: str) -> str:
        """Return the address of an endpoint, such as `token`, from the metadata."""
        return str(self.metadata[f"{name}_endpoint"])

    def keys(self) -> dict[str, jwt.PyJWK]:
        """Fetch the published keys by `kid`."""
        answer = self.transport.send("GET", self.metadata["jwks_uri"])
        assert answer.status == 200, answer.text
        return {key["kid"]: jwt.PyJWK(key) for key in answer.json["keys"]}

    # --- authorization --------------------------------------------------------------------------

    def request(self, **changes: str | None) -> dict[str, str]:
        """Make the parameters of a new authorization request and remember what they were."""
        verifier = secrets_seen.remember(secrets.token_urlsafe(48))
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": _s256(verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        kept = {name: value for name, value in parameters.items() if value is not None}
        self.sent = Sent(kept, verifier)
        return kept

    def authorization_url(self, **changes: str | None) -> str:
        """Return the address a browser is sent to."""
        encoded = urlencode(self.request(**changes), quote_via=quote)
        return f"{self.endpoint('authorization')}?{encoded}"

    def authorize(self, browser: Browser, *, method: str = "GET", **changes: str | None) -> Browser:
        """Send a browser to the provider, by a link or by a form on the client's own site."""
        if method == "GET":
            return browser.open(self.authorization_url(**changes))
        site = "://".join(urlsplit(self.redirect_uri)[:2])
        parameters = self.request(**changes)
        return browser.post(self.endpoint("authorization"), parameters, from_site=site)

    def callback(self, browser: Browser) -> Callback:
        """Take the browser back: check where it came out, `state` and `iss`."""
        assert self.sent is not None, "no request was sent"
        page = browser.page.text[:500] if browser.page else ""
        assert browser.left_for, f"the browser is still with the provider: {page}"
        target, _, query = browser.left_for.partition("?")
        registered, _, own_query = self.redirect_uri.partition("?")
        assert target == registered, f"sent to {target}"
        pairs = list(browser.posted.items()) or parse_qsl(query, keep_blank_values=True)
        received = dict(pairs)
        assert len(received) == len(pairs), f"a parameter came twice: {query}"
        received = {
            key: value for key, value in received.items() if key not in dict(parse_qsl(own_query))
        }
        assert received.get("state") == self.sent.get("state"), "state differs: RFC 6749 §10.12"
        assert received.get("iss") == self.issuer, "iss differs: RFC 9207 §2.4"
        assert ("code" in received) != ("error" in received), f"code or error: {received}"
        secrets_seen.remember(received.get("code", ""))
        return Callback(received)

    # --- tokens ---------------------------------------------------------------------------------

    def call(self, url: str, form: dict[str, str | None], *, auth: str = "") -> Answer:
        """Post a form under the client's own credentials and note the secrets that come back."""
        fields = {name: value for name, value in form.items() if value is not None}
        headers: dict[str, str] = {}
        method = auth or self.auth_method
        if method == "client_secret_basic":
            headers["Authorization"] = basic(self.client_id, self.client_secret or "")
        else:
            fields.setdefault("client_id", self.client_id)
        if method == "client_secret_post":
            fields.setdefault("client_secret", self.client_secret or "")
        if method in {"private_key_jwt", "client_secret_jwt"}:
            claims = signing.assertion_claims(self.client_id, self.endpoint("token"))
            fields.setdefault("client_assertion_type", signing.ASSERTION_TYPE)
            fields.setdefault("client_assertion", self.signer.sign(claims))
        answer = self.transport.send("POST", url, headers=headers, form=fields)
        _note_secrets(answer)
        return answer

    def redeem(self, code: str, **changes: str | None) -> Answer:
        """Exchange a code for tokens."""
        assert self.sent is not None, "no request was sent"
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.sent.get("redirect_uri"),
            "code_verifier": self.sent.verifier,
            **changes,
        }
        return self.call(self.endpoint("token"), form)

    def refresh(self, refresh_token: str, **changes: str | None) -> Answer:
        """Exchange a refresh token for its successor and a new access token."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **changes}
        return self.call(self.endpoint("token"), form)

    def client_credentials(self, **changes: str | None) -> Answer:
        """Ask for a token of the client's own."""
        return self.call(self.endpoint("token"), {"grant_type": "client_credentials", **changes})

    def ask_for_codes(self, **changes: str | None) -> Answer:
        """Ask for the codes of a device (RFC 8628 §3.1)."""
        return self.call(self.endpoint("device_authorization"), {"scope": self.scope, **changes})

    def poll(self, device_code: str, **changes: str | None) -> Answer:
        """Ask whether the person has answered."""
        form = {"grant_type": DEVICE_CODE, "device_code": device_code, **changes}
        return self.call(self.endpoint("token"), form)

    def introspect(self, token: str, **changes: str | None) -> Answer:
        """Ask what a token is worth."""
        return self.call(self.endpoint("introspection"), {"token": token, **changes})

    def revoke(self, token: str, **changes: str | None) -> Answer:
        """Give a token back."""
        return self.call(self.endpoint("revocation"), {"token": token, **changes})

    def userinfo(self, access_token: str, *, way: str = "get") -> Answer:
        """Fetch the claims; `way` is `get`, `post` (token in the header) or `body`."""
        url = self.endpoint("userinfo")
        if way == "body":
            return self.transport.send("POST", url, form={"access_token": access_token})
        headers = {"Authorization": f"Bearer {access_token}"}
        form: dict[str, str] | None = {} if way == "post" else None
        return self.transport.send(way.upper(), url, headers=headers, form=form)

    # --- ID tokens ------------------------------------------------------------------------------

    def verify_id_token(
        self, id_token: str, *, access_token: str = "", alg: str = "RS256", code: str = ""
    ) -> dict[str, Any]:
        """Return the claims of an ID token that passes every check (OIDC Core §3.1.3.7)."""
        claims = id_tokens.verify(
            id_token, self.keys(), issuer=self.issuer, client_id=self.client_id, alg=alg
        )
        self._check_request(claims)
        for name, value in (("at_hash", access_token), ("c_hash", code)):
            if value:
                assert claims.get(name) == id_tokens.half_hash(value, alg), (
                    f"{name}: OIDC Core §3.1.3.6"
                )
        return claims

    def _check_request(self, claims: dict[str, Any]) -> None:
        """Compare the ID token with the request it answers."""
        assert self.sent is not None, "no request was sent"
        assert claims.get("nonce") == self.sent.get("nonce"), "nonce differs"
        if self.sent.get("max_age"):
            assert isinstance(claims.get("auth_time"), int), "max_age wants auth_time"
        if wanted := self.sent.get("acr_values"):
            assert claims.get("acr"), f"no acr, although {wanted!r} was asked for"

    # --- the whole way --------------------------------------------------------------------------

    def sign_in(
        self, browser: Browser, email: str, password: str, **changes: str | None
    ) -> dict[str, Any]:
        """Walk the main road through whichever pages appear; return the token answer, verified."""
        browser.open(self.authorization_url(**changes))
        if not browser.left_for and browser.has("sign-in"):
            browser.sign_in(email, password)
        if not browser.left_for and browser.has("allow"):
            browser.allow()
        answer = self.redeem(self.callback(browser).code)
        assert answer.status == 200, answer.text
        tokens = answer.json
        if "id_token" in tokens:
            self.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
        return tokens


def basic(client_id: str, client_secret: str) -> str:
    """Return an Authorization header: both halves form-url-encoded first (RFC 6749 §2.3.1)."""
    pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _s256(verifier: str) -> str:
    return id_tokens.unpadded(hashlib.sha256(verifier.encode()).digest())


def _note_secrets(answer: Answer) -> None:
    if answer.status == 200 and answer.content.startswith(b"{"):
        for name in SECRET_MEMBERS:
            value = answer.json.get(name)
            secrets_seen.remember(value if isinstance(value, str) else "")
