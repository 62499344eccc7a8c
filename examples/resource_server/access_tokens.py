"""Access tokens of one issuer, checked: JWTs offline, opaque ones by asking.

A JWT access token (RFC 9068) needs no question: its signature is checked against the issuer's
published keys, found through discovery. An opaque token means nothing here, so the issuer is asked
about it (RFC 7662), under credentials of our own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
import requests

#: The algorithms we accept; the token's own header never widens this (RFC 8725 §3.1).
ALGORITHMS = ("ES256", "RS256", "EdDSA")
REQUIRED_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "client_id", "jti")  # RFC 9068 §2.2
LONGEST_TOKEN = 8_192
KEPT_SECONDS = 300
#: An unknown `kid` makes us look for new keys, at most this often: anybody can invent a `kid`.
PAUSE_SECONDS = 5
TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 10


class InvalidToken(Exception):
    """The token does not open this door; the message says why, in words for its developer."""


class IssuerUnreachable(Exception):
    """The issuer's metadata, keys or introspection cannot be had just now."""


class Http(Protocol):
    """What is used of `requests.Session`."""

    def get(self, url: str, *, timeout: float) -> requests.Response:
        """Fetch a document."""
        ...

    def post(
        self, url: str, data: Mapping[str, str], *, auth: tuple[str, str], timeout: float
    ) -> requests.Response:
        """Send a form under Basic credentials."""
        ...


@dataclass
class Issuer:
    """One issuer: its metadata and keys, kept for five minutes."""

    name: str
    http: Http = field(default_factory=requests.Session)
    _metadata: dict[str, Any] = field(default_factory=dict, init=False)
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict, init=False)
    _fetched_at: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def endpoint(self, name: str) -> str:
        """Return an address of the issuer's metadata, such as `introspection_endpoint`."""
        with self._lock:
            if not self._metadata:
                self._metadata = self._discover()
        return str(self._metadata[name])

    def key(self, kid: str) -> jwt.PyJWK:
        """Return the public key the issuer calls `kid`; look again once when it is new.

        Raises:
            InvalidToken: the issuer publishes no such key.
            IssuerUnreachable: there are no keys to look in.
        """
        keys_uri = self.endpoint("jwks_uri")
        with self._lock:
            age = time.monotonic() - self._fetched_at
            if age > KEPT_SECONDS or (kid not in self._keys and age > PAUSE_SECONDS):
                self._refetch(keys_uri)
            if kid in self._keys:
                return self._keys[kid]
        message = "The issuer publishes no key of this kid."
        raise InvalidToken(message)

    def _refetch(self, keys_uri: str) -> None:
        """Replace the keys; keep the old ones when the issuer does not answer."""
        self._fetched_at = time.monotonic()
        try:
            published = self._fetch(keys_uri)["keys"]
        except IssuerUnreachable:
            if not self._keys:
                self._fetched_at = float("-inf")
                raise
            return
        wanted = [key for key in published if key.get("alg") in ALGORITHMS and key.get("kid")]
        self._keys = {key["kid"]: jwt.PyJWK(key) for key in wanted if key.get("use") == "sig"}

    def _discover(self) -> dict[str, Any]:
        """Read the metadata; it must be the issuer's own (OIDC Discovery §4.3)."""
        found = self._fetch(f"{self.name}/.well-known/openid-configuration")
        if found.get("issuer") != self.name:
            message = f"{self.name} calls itself {found.get('issuer')!r}"
            raise IssuerUnreachable(message)
        return found

    def _fetch(self, url: str) -> dict[str, Any]:
        try:
            answer = self.http.get(url, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            document: dict[str, Any] = answer.json()
        except requests.RequestException as fault:
            raise IssuerUnreachable(str(fault)) from fault
        return document


@dataclass(frozen=True)
class Access:
    """What a good token allows: whose, through which client, within which scopes."""

    subject: str
    client_id: str
    scopes: frozenset[str]
    checked: str  # "offline" or "introspected"


@dataclass(frozen=True)
class Gate:
    """Decides about access tokens for one audience: the name this server goes by."""

    issuer: Issuer
    audience: str
    credentials: tuple[str, str] | None = None

    def check(self, token: str) -> Access:
        """Return what the token allows.

        Raises:
            InvalidToken: it allows nothing.
            IssuerUnreachable: it cannot be judged just now.
        """
        if len(token) > LONGEST_TOKEN:
            message = "The token is too long."
            raise InvalidToken(message)
        return self._verify(token) if token.count(".") == 2 else self._introspect(token)

    def _verify(self, token: str) -> Access:
        """Check a JWT access token as RFC 9068 §4 tells."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ", "").lower() not in {"at+jwt", "application/at+jwt"}:
                message = "This JWT is no access token: its typ is not at+jwt."
                raise InvalidToken(message)
            key = self.issuer.key(str(header.get("kid")))
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self.audience,
                issuer=self.issuer.name,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED_CLAIMS)},
            )
        except jwt.PyJWTError as fault:
            raise InvalidToken(_plain(fault)) from fault
        return _access(claims, checked="offline")

    def _introspect(self, token: str) -> Access:
        """Ask the issuer about an opaque token (RFC 7662 §2)."""
        if self.credentials is None:
            message = "This server takes JWT access tokens alone."
            raise InvalidToken(message)
        answer = self._ask(token)
        if answer.get("active") is not True:
            message = "The token is unknown, expired or revoked."
            raise InvalidToken(message)
        # A refresh token is active too, but it opens nothing here.
        if str(answer.get("token_type", "")).lower() != "bearer":
            message = "This is no access token."
            raise InvalidToken(message)
        audience = answer.get("aud", [])
        if self.audience not in ([audience] if isinstance(audience, str) else audience):
            message = "The token is for another audience."
            raise InvalidToken(message)
        return _access(answer, checked="introspected")

    def _ask(self, token: str) -> dict[str, Any]:
        form = {"token": token, "token_type_hint": "access_token"}
        try:
            answer = self.issuer.http.post(
                self.issuer.endpoint("introspection_endpoint"),
                form,
                auth=self.credentials or ("", ""),
                timeout=TIMEOUT_SECONDS,
            )
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except requests.RequestException as fault:
            raise IssuerUnreachable(str(fault)) from fault
        return found


def _access(claims: Mapping[str, Any], *, checked: str) -> Access:
    scopes = frozenset(str(claims.get("scope", "")).split())
    return Access(str(claims.get("sub", "")), str(claims.get("client_id", "")), scopes, checked)


def _plain(fault: Exception) -> str:
    """Return the text in the characters a WWW-Authenticate header may hold (RFC 6750 §3)."""
    kept = "".join(letter for letter in str(fault) if letter.isascii() and letter.isprintable())
    return kept.replace('"', "").replace("\\", "")
