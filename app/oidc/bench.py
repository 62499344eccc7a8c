"""The test bench: a whole sign-in in one process, through the real grants and endpoints.

The requests are those the application would send, with its own redirect address: the answer is
caught here instead of being sent to a browser, so there is no address of the bench that anybody
could have an answer sent to. The bench speaks for the application without its secret, by an
attribute of the request that nothing from the network can set. What is issued never leaves the
process: exchanges tell claims, and the caller erases session, authorization and tokens.
"""

from __future__ import annotations

import json
import secrets as random_values
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Response
from werkzeug.datastructures import Headers

from app.models import Client
from app.oidc import allowed, authorization_request, inspection, interaction, protector
from app.oidc.extensions.response_mode import Answer
from app.oidc.inspection import Finding
from app.oidc.provider import provider
from app.oidc.reasons import Refusal
from app.oidc.request import Payload, ProtocolRequest, from_parked
from app.security import jose
from app.services.authorization import keys
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn
from app.services.clients import clients
from app.settings import settings

#: Members that open something: a page of ours never shows them.
SECRET = frozenset(
    {"code", "code_verifier", "access_token", "refresh_token", "id_token", "token", "client_secret"}
)
HIDDEN = "…"
TOKENS = ("id_token", "access_token")
#: Pages on which the person gives what is asked for.
SAYS_YES = frozenset({"consent", "details", "terms"})


@dataclass(slots=True)
class Exchange:
    """One request and its answer, without anything that could be used."""

    step: str
    method: str
    path: str
    sent: list[tuple[str, str]] = field(default_factory=list)
    status: int = 0
    received: list[tuple[str, str]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    #: Claims by kind of token; findings are what a careful application checks.
    tokens: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: A page that the person would have seen on the way, by its reason.
    page: str = ""
    milliseconds: int = 0

    @property
    def worked(self) -> bool:
        """Tell whether it went as it should."""
        return not self.refusal and all(finding.ok for finding in self.findings)


class Run:
    """One try of an application; `steps` yields each exchange, to be committed before the next."""

    def __init__(self, client_id: str, scope: str, person: SignedIn | None) -> None:
        found = clients.find(client_id)
        if found is None:
            raise Refusal("client_unknown", "client", sent=client_id)
        self.client: Client = found
        self.scope, self.person = scope, person
        self.reference = Trace("bench").reference
        self.nonce, self.verifier = random_values.token_urlsafe(16), random_values.token_urlsafe(48)
        self.redirect_uri = next(iter(found.setting("redirect_uris") or ()), "")
        self.held: dict[str, str] = {}

    def steps(self) -> Iterator[Exchange]:
        """Yield what happens, step by step, until something is refused."""
        for step in self._plan():
            exchange = step()
            yield exchange
            if exchange.refusal:
                return

    def _plan(self) -> Iterator[Any]:
        if self.person is None:
            yield self._own_token
        else:
            yield self._authorize
            yield self._redeem
            if "id_token" in self.held:
                yield self._check_id_token
                yield self._userinfo
            if "refresh_token" in self.held:
                yield self._refresh
        if not self.client.is_public:
            yield self._introspect
        yield self._revoke

    def end(self) -> None:
        """Revoke what no session stands behind; the caller erases the session."""
        token = protector.find(self.held.get("access_token", ""))
        if token is not None:
            protector.revoke(token)

    # --- the steps

    def _authorize(self) -> Exchange:
        parameters = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": random_values.token_urlsafe(8),
            "nonce": self.nonce,
            "code_challenge": jose.s256(self.verifier),
            "code_challenge_method": "S256",
        }
        asked = from_parked(parameters, "/authorize", Trace("authorize", self.reference))
        exchange = Exchange("authorize", "GET", "/authorize", list(parameters.items()))
        with _Clock(exchange):
            try:
                answer = self._answered(asked, exchange)
            except OAuth2Error as refusal:
                answer = provider.handle_error_response(asked, refusal)
        _note(exchange, asked)
        if isinstance(answer, Answer):
            exchange.status = 303
            exchange.received = _veiled(answer.parameters)
            self.held["code"] = answer.parameters.get("code", "")
        else:
            exchange.status = answer.status_code
        return exchange

    def _answered(self, asked: ProtocolRequest, exchange: Exchange) -> Any:
        """Answer as /authorize does; on the way the person agrees to everything."""
        grant = provider.get_consent_grant(asked)
        person = self.person
        if person is None:
            raise Refusal("no_session", "session")
        step = interaction.next_step(asked, person)
        if step is not None:
            exchange.page = step.reason
            if step.page not in SAYS_YES:
                raise Refusal(step.reason, "interaction")
            person = replace(person, allowed=frozenset(asked.permissions.split()))
        asked.trace.user_id = person.user_id
        asked.released = allowed.released_claims(asked, person)
        asked.scope = allowed.granted_scope(asked, person)
        named = authorization_request.as_asked(asked, person)
        return provider.create_authorization_response(asked, grant_user=named, grant=grant)

    def _redeem(self) -> Exchange:
        form = {
            "grant_type": "authorization_code",
            "code": self.held["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self._token("redeem", form)

    def _refresh(self) -> Exchange:
        form = {"grant_type": "refresh_token", "refresh_token": self.held["refresh_token"]}
        return self._token("refresh", form)

    def _own_token(self) -> Exchange:
        return self._token("own", {"grant_type": "client_credentials", "scope": self.scope})

    def _token(self, step: str, form: dict[str, str]) -> Exchange:
        exchange, body = self._call(step, "/token", form, provider.create_token_response)
        self.held |= {name: value for name, value in body.items() if isinstance(value, str)}
        exchange.tokens = [(kind, _claims(body[kind])) for kind in TOKENS if kind in body]
        return exchange

    def _check_id_token(self) -> Exchange:
        """Check the ID token as a careful application does (OIDC Core §3.1.3.7)."""
        exchange = Exchange("id_token", "GET", "/jwks.json")
        with _Clock(exchange):
            token = self.held["id_token"]
            seen = inspection.inspect(token)
            exchange.findings = list(seen.findings)
            if seen.kind != "encrypted":
                self._compare(exchange, seen.claims)
            else:
                exchange.findings = []
        exchange.status = 200
        kids = ", ".join(sorted(keys.verifiers()))
        exchange.received = [("kid", kids)]
        return exchange

    def _compare(self, exchange: Exchange, claims: Mapping[str, Any]) -> None:
        alg = str(self.client.setting("id_token_signed_response_alg"))
        half = jose.half_hash(self.held["access_token"], alg)
        for name, wanted in (
            ("aud", self.client.client_id),
            ("nonce", self.nonce),
            ("at_hash", half),
        ):
            exchange.findings.append(Finding(f"same_{name}", ok=claims.get(name) == wanted))

    def _userinfo(self) -> Exchange:
        headers = Headers({"Authorization": f"Bearer {self.held['access_token']}"})
        exchange, body = self._call("userinfo", "/userinfo", {}, _userinfo, headers=headers)
        exchange.method = "GET"
        exchange.sent = [("Authorization", f"Bearer {HIDDEN}")]
        if exchange.status == 200:
            exchange.received, exchange.tokens = [], [("userinfo", body)]
        return exchange

    def _introspect(self) -> Exchange:
        form = {"token": self.held["access_token"]}
        return self._call("introspect", "/introspect", form, _endpoint("introspection"))[0]

    def _revoke(self) -> Exchange:
        form = {"token": self.held["access_token"]}
        return self._call("revoke", "/revoke", form, _endpoint("revocation"))[0]

    def _call(
        self, step: str, path: str, form: dict[str, str], respond: Any, *, headers: Any = None
    ) -> tuple[Exchange, dict[str, Any]]:
        """Ask one of our endpoints as the application would; return the exchange and the body."""
        trace = Trace(path.strip("/"), self.reference)
        request = ProtocolRequest("POST", path, Payload(form.items()), headers or Headers(), trace)
        request.bench = self.client
        exchange = Exchange(step, "POST", path, _veiled(form))
        with _Clock(exchange):
            answer: Response = respond(request)
        _note(exchange, request)
        body = _body(answer)
        exchange.status, exchange.received = answer.status_code, _veiled(body)
        return exchange, body


class _Clock:
    """Note in an exchange how long a block took."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange, self.start = exchange, perf_counter()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Write the time down."""
        self.exchange.milliseconds = round((perf_counter() - self.start) * 1000)


def _endpoint(name: str) -> Any:
    return lambda request: provider.create_endpoint_response(name, request)


def _userinfo(request: ProtocolRequest) -> Any:
    try:
        return provider.create_endpoint_response("userinfo", request)
    except OAuth2Error as refusal:
        return provider.handle_error_response(request, refusal)


def _note(exchange: Exchange, request: ProtocolRequest) -> None:
    exchange.checks, exchange.refusal = request.trace.checks, request.trace.reason


def _body(answer: Response) -> dict[str, Any]:
    """Return the members of an answer; a signed one is a JWT, an encrypted one says nothing."""
    text = answer.get_data(as_text=True)
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return _claims(text)
    return found if isinstance(found, dict) else {}


def _claims(token: str) -> dict[str, Any]:
    return inspection.inspect(token).claims


def _veiled(members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return members as they are shown: what opens something is hidden, only its kind stays."""
    return [
        (name, HIDDEN if name in SECRET else value if isinstance(value, str) else json.dumps(value))
        for name, value in members.items()
    ]


def address(path: str) -> str:
    """Return the whole address of one of our endpoints."""
    return f"{settings.issuer}{path}"
