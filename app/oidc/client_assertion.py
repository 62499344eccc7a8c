"""Clients that prove themselves with a JWT they sign (RFC 7523 §3, OIDC Core §9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.clock import timestamp
from app.models import Client
from app.oidc.client_mistakes import refused
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.security import client_tokens, jwks
from app.security.client_tokens import SECRET_ALG
from app.security.jose import LEEWAY_SECONDS, BadToken
from app.services.authorization import used_assertions
from app.services.clients import client_keys
from app.settings import settings

#: The kind it may name in `typ` (draft-ietf-oauth-rfc7523bis §4).
TYP = "client-authentication+jwt"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BY_KEY, BY_SECRET = "private_key_jwt", "client_secret_jwt"
ALGORITHMS = {BY_KEY: jwks.SIGNATURES, BY_SECRET: (SECRET_ALG,)}
LONGEST_JTI = 512
#: How far ahead `exp` may lie: widely used libraries write an hour.
LONGEST_LIFE = {"standard": 3_600, "strict": 300}


def client_id_of(request: ProtocolRequest) -> tuple[str, str] | None:
    """Return method and client that an assertion speaks of, unproved; None without an assertion.

    Raises:
        Refusal: it is of another type, unreadable, or differs from the client_id beside it.
    """
    assertion = request.payload.get("client_assertion")
    kind = request.payload.get("client_assertion_type")
    if not assertion and not kind:
        return None
    if kind != TYPE or not assertion:
        raise Refusal("client_assertion_type_unknown", "client", sent=kind, expected=TYPE)
    try:
        unverified = client_tokens.read(assertion, (*jwks.SIGNATURES, SECRET_ALG))
    except BadToken as bad:
        raise _unbelieved(bad.reason) from None
    client_id = unverified.claims.get("sub")
    if not isinstance(client_id, str):
        raise refused("client_assertion_malformed", "an assertion: no sub")
    if request.payload.get("client_id") not in {"", client_id}:
        raise refused("client_ids_differ", "two different client_ids")
    return (BY_SECRET if unverified.alg == SECRET_ALG else BY_KEY), client_id


def check(client: Client, method: str, request: ProtocolRequest) -> None:
    """Believe the assertion once, or refuse it. The method is the registered one.

    Raises:
        Refusal: signature, issuer, audience, time or a second use.
    """
    registered = client.setting("token_endpoint_auth_signing_alg")
    known = ALGORITHMS[method]
    try:
        claims = client_keys.verify(
            client,
            request.payload.get("client_assertion"),
            (registered,) if registered in known else known,
            typ=TYP,
        )
    except BadToken as bad:
        raise _unbelieved(bad.reason, registered or " ".join(known)) from None
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        sent = f"iss {claims.get('iss')}, sub {claims.get('sub')}"
        raise refused("client_assertion_subject", sent, expected=client.client_id)
    profile = client.setting("security_profile") or "standard"
    _check_audience(claims.get("aud"), profile, request)
    until = _check_times(claims, profile)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise Refusal("client_assertion_jti_missing", "client", sent="no jti")
    if not used_assertions.use(client.client_id, jti, until=until):
        raise Refusal("client_assertion_used", "client", sent="a jti for the second time")


#: Why a signature is not believed, as the trace names it.
UNBELIEVED = {
    "unknown_key": "client_assertion_key_unknown",
    "wrong_signature": "client_assertion_signature_wrong",
    "wrong_algorithm": "client_assertion_algorithm",
    "wrong_type": "client_assertion_other_kind",
}


def _unbelieved(reason: str, algorithms: str = "") -> Refusal:
    code = UNBELIEVED.get(reason, "client_assertion_malformed")
    expected = algorithms if code == "client_assertion_algorithm" else ""
    return refused(code, f"an assertion: {reason}", expected=expected)


def _check_audience(sent: Any, profile: str, request: ProtocolRequest) -> None:
    """Refuse an assertion for somebody else; strict clients name our issuer and nothing else.

    A token endpoint can be imitated by another server that the client talks to (CVE-2025-27370).
    """
    names = sent if isinstance(sent, list) else [sent]
    ours = {settings.issuer, f"{settings.issuer}/token", request.uri}
    fits = any(name in ours for name in names if isinstance(name, str))
    if profile == "strict":
        fits = sent == settings.issuer
    if not fits:
        shown = " ".join(str(name)[:200] for name in names[:3])
        raise Refusal("client_assertion_audience", "client", sent=shown, expected=settings.issuer)


def _check_times(claims: dict[str, Any], profile: str) -> datetime:
    """Return when the assertion is over for good."""
    moment, until = timestamp(), claims.get("exp")
    begins = [claims[name] for name in ("iat", "nbf") if name in claims]
    if not all(_is_number(value) for value in (until, *begins)):
        raise Refusal("client_assertion_expired", "client", sent="times that are no numbers")
    last = int(until) + LEEWAY_SECONDS  # type: ignore[arg-type]  # it is a number
    early = any(value > moment + LEEWAY_SECONDS for value in begins)
    if early or last <= moment or last - LEEWAY_SECONDS > moment + LONGEST_LIFE[profile] + 60:
        raise Refusal("client_assertion_expired", "client", sent=f"exp {until}", expected=moment)
    return datetime.fromtimestamp(last, UTC) + timedelta(seconds=1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
