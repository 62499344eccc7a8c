"""One request object, whether it comes from a URL, a form or a parked interaction.

Authlib's Flask integration merges query and form, lets the query win and takes the last of
repeated parameters; here each endpoint says where its parameters may stand, and each once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from flask import request as http
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from app.oidc.reasons import BearerRefusal, Refusal
from app.security.uris import without_port
from app.services.authorization.attempts import Trace
from app.services.clients import scopes
from app.settings import settings

FORM = "application/x-www-form-urlencoded"
LONGEST = 8_192
#: These wait in the database for their person, who need not have an account to make them.
LONGEST_OF = {
    "state": 4_096,
    "nonce": 1_024,
    "scope": 1_000,
    "login_hint": 320,
    "acr_values": 200,
    "claims": 4_096,
    "claims_locales": 200,
    "display": 200,
    "prompt": 200,
    "ui_locales": 200,
}
MOST_PARAMETERS = 100
#: Stands for an id_token_hint while a request waits: the token itself is nobody's to keep.
HINTED = "hinted subject"
#: What stands before the credentials in Authorization, as far as it is registered (RFC 9110 §16.4).
SCHEMES = frozenset({"basic", "bearer", "digest", "dpop", "hoba", "mutual", "negotiate", "oauth"})
#: Parameters of an authorization request (OIDC Core §3.1.2.1, RFC 7636, RFC 9101, and the rest).
PARAMETERS = frozenset({
    "acr_values", "claims", "claims_locales", "client_id", "code_challenge",
    "code_challenge_method", "display", "id_token_hint", "login_hint", "max_age",
    "nonce", "prompt", "redirect_uri", "registration", "request",
    "request_uri", "response_mode", "response_type", "scope", "state",
    "ui_locales",
})  # fmt: skip
#: The one that may come more than once (RFC 8707 §2); like any that we do not know, it is ignored.
MAY_REPEAT = "resource"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Payload(OAuth2Payload):
    """The parameters of a request, by name; `repeated` names those that came more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._data: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        for name, value in pairs:
            self._data.setdefault(name, value)
            self._lists.setdefault(name, []).append(value)

    @property
    def data(self) -> dict[str, str]:
        """Return the first value of each parameter."""
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        """Return every value of each parameter."""
        return self._lists

    @property
    def repeated(self) -> list[str]:
        """Return the names that came more than once, though they must not."""
        return [
            name for name, values in self._lists.items() if len(values) > 1 and name != MAY_REPEAT
        ]

    def get(self, name: str) -> str:
        """Return a parameter, empty when it was left out: RFC 6749 §3.1 makes no difference."""
        return self._data.get(name, "")


class ProtocolRequest(OAuth2Request):
    """A protocol request as every grant, endpoint and extension sees it."""

    payload: Payload

    def __init__(  # the base class would refuse plain http behind a TLS proxy
        self, method: str, path: str, payload: Payload, headers: Headers, trace: Trace
    ) -> None:
        self.method = method
        self.uri = f"{settings.issuer}{path}"
        self.headers = headers
        self.payload = payload
        self.trace = trace
        self.client: Any = None
        self.auth_method: str | None = None
        #: The one of its secrets that the client has proved itself with.
        self.secret: Any = None
        self.user: Any = None
        self.refresh_token: Any = None
        #: The granted row of the code that a client presents.
        self.credential: Any = None
        #: The access token it carries, once it was found.
        self.bearer = ""
        #: The client that the test bench speaks for; no request from outside has one.
        self.bench: Any = None
        self._scope: str | None = None
        #: Whom an id_token_hint named, once it was verified and is not kept itself.
        self.hinted: str | None = None
        #: The network address that a client asks from, as far as trusted proxies tell it.
        self.address = ""
        #: The device that waits for the answer, None where a browser does.
        self.device: Any = None
        #: What the claims parameter asks for, once it was read (authorization_request.claims_of).
        self.claims: Any = None
        #: What the person is asked for beside the scope: scopes that carry single claims.
        self.carriers: frozenset[str] = frozenset()
        #: What the browser holds for whoever is signed in, None where nobody may ask.
        self.browser_state: str | None = None
        #: What encrypts an ID token in the answer, None for most clients.
        self.seal: Callable[[str], str] | None = None
        #: Names of single claims to release, by place, once the person has allowed them.
        self.released: dict[str, list[str]] | None = None

    @property
    def permissions(self) -> str:
        """Return everything the person is asked for, as scopes."""
        return scopes.join({*scopes.split(self.scope), *self.carriers})

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters, under the name Authlib's grants use."""
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        """Return the parameters, under the name Authlib's grants use."""
        return self.payload.data


def from_browser(trace: Trace) -> ProtocolRequest:
    """Read an authorization request, from the URL or from a form (OIDC Core §3.1.2.1).

    Raises:
        Refusal: it cannot be read at all.
    """
    pairs = _pairs(http.query_string)
    if http.method == "POST":
        pairs += _pairs(_body())
    return ProtocolRequest(http.method, http.path, Payload(pairs), http.headers, trace)


def from_client(trace: Trace) -> ProtocolRequest:
    """Read a request from a client's server: parameters from the body alone (RFC 6749 §3.2).

    Raises:
        Refusal: parameters in the URL or repeated, another type of body, or bytes that are no text.
    """
    if http.query_string:
        raise Refusal("query_not_allowed", "request", sent="parameters in the URL")
    payload = Payload(_pairs(_body()))
    check_shape(payload)
    request = ProtocolRequest(http.method, http.path, payload, http.headers, trace)
    request.address = without_port(http.remote_addr or "")
    return request


def from_bearer(trace: Trace) -> ProtocolRequest:
    """Read a request that carries an access token, in the header or in a form (RFC 6750 §2).

    Raises:
        Refusal: it carries the token in the URL, or a form that cannot be read.
    """
    if "access_token" in http.args:
        raise BearerRefusal("bearer_in_query", "access_token", sent="access_token in the URL")
    has_form = http.method == "POST" and http.mimetype == FORM
    payload = Payload(_pairs(_body()) if has_form else ())
    check_shape(payload)
    return ProtocolRequest(http.method, http.path, payload, http.headers, trace)


def unread(trace: Trace) -> ProtocolRequest:
    """Return a request of which nothing could be read."""
    return ProtocolRequest(http.method, http.path, Payload(()), Headers(), trace)


def from_parked(parameters: Mapping[str, str], path: str, trace: Trace) -> ProtocolRequest:
    """Rebuild a request that waited for its person; it was validated when it was parked."""
    kept = dict(parameters)
    hinted = kept.pop(HINTED, None)
    request = ProtocolRequest("GET", path, Payload(kept.items()), Headers(), trace)
    request.hinted = hinted
    return request


def check_shape(payload: Payload) -> None:
    """Refuse repeated, oversized and unprintable parameters.

    Raises:
        Refusal: names the first parameter at fault.
    """
    if payload.repeated:
        raise Refusal("parameter_repeated", "request", sent=payload.repeated[0])
    for name, value in payload.data.items():
        if len(value) > LONGEST_OF.get(name, LONGEST):
            sent = f"{name[:60]}, {len(value)} characters"
            raise Refusal("parameter_too_long", "request", sent=sent)
        if CONTROL.search(value):
            raise Refusal("malformed_request", "request", sent=f"control characters in {name[:60]}")


def named_scheme(scheme: str) -> str:
    """Return a scheme as a trace keeps it; what is none may be a secret that came without one."""
    return f"scheme {scheme}" if scheme.lower() in SCHEMES else "no known scheme"


def _body() -> bytes:
    if http.mimetype != FORM:
        raise Refusal("wrong_content_type", "request", sent=http.mimetype, expected=FORM)
    try:
        body: bytes = http.get_data(cache=True, parse_form_data=False)
    except RequestEntityTooLarge:
        raise Refusal("parameter_too_long", "request", sent="the body") from None
    return body


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    """Decode form or query bytes strictly: what is not UTF-8 is refused, never guessed at."""
    try:
        return parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise Refusal("malformed_request", "request", sent="bytes that are not UTF-8") from None
