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
from dataclasses import replace
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Response
from werkzeug.datastructures import Headers

from app.clock import now
from app.models import Client, Interaction
from app.oidc import (
    allowed,
    authorization_request,
    inspection,
    interaction,
    protector,
    request_lint,
)
from app.oidc.bench_exchange import HIDDEN, Clock, Exchange, Seen, seen_in, veiled
from app.oidc.extensions.response_mode import Answer
from app.oidc.inspection import Finding
from app.oidc.interaction import Step
from app.oidc.provider import provider
from app.oidc.reasons import Refusal
from app.oidc.request import Payload, ProtocolRequest, from_parked
from app.security import jose
from app.services.authorization import codes, keys
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn
from app.services.clients import clients
from app.settings import settings

TOKENS = ("id_token", "access_token")
#: Pages on which the person gives what is asked for.
SAYS_YES = frozenset({"consent", "details", "terms"})
#: What is done by who signs in for this very request, and chooses the account.
JUST_SIGNED_IN = frozenset({"login_demanded", "session_too_old", "account_not_chosen"})
NOTHING_MORE: Mapping[str, str] = {}


class Run:
    """One try of an application; `steps` yields each exchange, to be committed before the next."""

    def __init__(
        self,
        client_id: str,
        scope: str,
        person: SignedIn | None,
        more: Mapping[str, str] = NOTHING_MORE,
    ) -> None:
        """Prepare it; `more` are further parameters of the request, such as prompt."""
        found = clients.find(client_id)
        if found is None:
            raise Refusal("client_unknown", "client", sent=client_id)
        self.client: Client = found
        self.scope, self.person, self.more = scope, person, more
        self.state = random_values.token_urlsafe(16)
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
            yield from self._way()
            if "id_token" in self.held:
                yield self._check_id_token
                yield self._userinfo
            if "refresh_token" in self.held:
                yield self._refresh
        if not self.client.is_public:
            yield self._introspect
        yield self._revoke

    def _way(self) -> Iterator[Any]:
        """Yield how it comes to its tokens."""
        yield self._authorize
        yield self._callback
        yield self._redeem

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
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": jose.s256(self.verifier),
            "code_challenge_method": "S256",
            **self.more,
        }
        asked = from_parked(parameters, "/authorize", Trace("authorize", self.reference))
        exchange = Exchange("authorize", "GET", "/authorize", list(parameters.items()))
        exchange.lint = request_lint.lint(list(parameters.items()), self.client)
        with Clock(exchange):
            try:
                answer = self._answered(asked, exchange)
            except OAuth2Error as refusal:
                answer = provider.handle_error_response(asked, refusal)
        exchange.note(asked.trace)
        if isinstance(answer, Answer):
            exchange.status = 303
            exchange.received = veiled(answer.parameters)
            self.held |= {name: str(value) for name, value in answer.parameters.items()}
        else:
            exchange.status = answer.status_code
        return exchange

    def _answered(self, asked: ProtocolRequest, exchange: Exchange) -> Any:
        """Answer as /authorize does; on the way the person agrees to everything."""
        grant = provider.get_consent_grant(asked)
        person = self.person
        if person is None:
            raise Refusal("no_session", "session")
        answered = None
        step = interaction.next_step(asked, person)
        if step is not None and step.reason in JUST_SIGNED_IN:
            exchange.pages.append(step.reason)
            answered = Interaction(
                session_id=person.session_id, signed_in_at=now(), account_chosen=True
            )
            step = interaction.next_step(asked, person, answered)
        if step is not None:
            person = self.says_yes(step, person, asked, exchange)
        asked.trace.user_id = person.user_id
        asked.released = allowed.released_claims(asked, person)
        asked.scope = allowed.granted_scope(asked, person)
        named = authorization_request.as_asked(asked, person)
        return provider.create_authorization_response(asked, grant_user=named, grant=grant)

    @staticmethod
    def says_yes(
        step: Step, person: SignedIn, asked: ProtocolRequest, exchange: Exchange
    ) -> SignedIn:
        """Return the person as they are once they have allowed everything on the page they see.

        Raises:
            Refusal: the page is none on which they could.
        """
        exchange.pages.append(step.reason)
        if step.page not in SAYS_YES:
            raise Refusal(step.reason, "interaction")
        return replace(person, allowed=frozenset(asked.permissions.split()))

    def _callback(self) -> Exchange:
        """Check the answer as a careful application does (RFC 6749 §10.12, RFC 9207 §2.4)."""
        exchange = Exchange("callback", "GET", self.redirect_uri, status=200)
        held, row = self.held, codes.find(self.held.get("code", ""))
        age = settings.code_lifetime - (row.code_expires_at - now()) if row else None
        for code, is_right, detail in (
            ("same_state", held.get("state") == self.state, held.get("state", "")),
            ("same_iss", held.get("iss") == settings.issuer, held.get("iss", "")),
            ("code_is_fresh", age is not None, f"{age.total_seconds():.0f} s" if age else ""),
        ):
            exchange.findings.append(Finding(code, is_right, detail))
        return exchange

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
        exchange.tokens = [
            seen_in(kind, body[kind], inspection.inspect(body[kind]))
            for kind in TOKENS
            if kind in body
        ]
        return exchange

    def _check_id_token(self) -> Exchange:
        """Check the ID token as a careful application does (OIDC Core §3.1.3.7)."""
        exchange = Exchange("id_token", "GET", "/jwks.json")
        with Clock(exchange):
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
        expected = {"aud": self.client.client_id, "nonce": self.nonce, "at_hash": half}
        for name, wanted in expected.items():
            if wanted:
                exchange.findings.append(Finding(f"same_{name}", ok=claims.get(name) == wanted))
        nonces = [("nonce_sent", self.nonce), ("nonce_back", str(claims.get("nonce", "")))]
        exchange.workings = [
            *(nonces if self.nonce else []),
            ("hash_used", jose.HASHES[alg].upper()),
            ("hash_half", jose.unbase64(half).hex()),
            ("hash_text", half),
            ("hash_back", str(claims.get("at_hash", ""))),
        ]

    def _userinfo(self) -> Exchange:
        headers = Headers({"Authorization": f"Bearer {self.held['access_token']}"})
        exchange, body = self._call("userinfo", "/userinfo", {}, _userinfo, headers=headers)
        exchange.method = "GET"
        exchange.sent = [("Authorization", f"Bearer {HIDDEN}")]
        if exchange.status == 200:
            exchange.received, exchange.tokens = [], [Seen("userinfo", body)]
        return exchange

    def _introspect(self) -> Exchange:
        form = {"token": self.held["access_token"]}
        return self._call("introspect", "/introspect", form, endpoint("introspection"))[0]

    def _revoke(self) -> Exchange:
        form = {"token": self.held["access_token"]}
        return self._call("revoke", "/revoke", form, endpoint("revocation"))[0]

    def _call(
        self, step: str, path: str, form: dict[str, str], respond: Any, *, headers: Any = None
    ) -> tuple[Exchange, dict[str, Any]]:
        """Ask one of our endpoints as the application would; return the exchange and the body."""
        trace = Trace(path.strip("/"), self.reference)
        request = ProtocolRequest("POST", path, Payload(form.items()), headers or Headers(), trace)
        request.bench = self.client
        exchange = Exchange(step, "POST", path, veiled(form))
        with Clock(exchange):
            answer: Response = respond(request)
        exchange.note(trace)
        body = _body(answer)
        exchange.status, exchange.received = answer.status_code, veiled(body)
        return exchange, body


def endpoint(name: str) -> Any:
    """Return what answers a request at one of our endpoints."""
    return lambda request: provider.create_endpoint_response(name, request)


def _userinfo(request: ProtocolRequest) -> Any:
    try:
        return provider.create_endpoint_response("userinfo", request)
    except OAuth2Error as refusal:
        return provider.handle_error_response(request, refusal)


def _body(answer: Response) -> dict[str, Any]:
    """Return the members of an answer; a signed one is a JWT, an encrypted one says nothing."""
    text = answer.get_data(as_text=True)
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return inspection.inspect(text).claims
    return found if isinstance(found, dict) else {}
