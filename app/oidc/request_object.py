"""Request objects: parameters in a JWT that the client signs (OIDC Core §6, RFC 9101).

What is inside wins over what stands beside it. The merged parameters are checked and parked like
any others, so a request object is read once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.clock import timestamp
from app.models import Client
from app.oidc import protection
from app.oidc.extensions import response_type as response_types
from app.oidc.reasons import Refusal
from app.oidc.request import PARAMETERS, Payload, ProtocolRequest
from app.security import jose, jwe, jwks
from app.security.client_tokens import SECRET_ALG
from app.security.guarded_network import FetchFailed
from app.security.jose import LEEWAY_SECONDS, BadToken
from app.services.clients import client_keys
from app.services.upkeep import outgoing
from app.settings import settings

CHECK = "request_object"
#: The kind it may name in `typ` (RFC 9101 §10.8).
TYP = "oauth-authz-req+jwt"
ACCEPT = "application/oauth-authz-req+jwt, application/jwt"
#: All that may sign; the secret of a client only when it is registered so.
ALGORITHMS = (*jwks.SIGNATURES, SECRET_ALG)
#: Claims about the object itself, which are no parameters.
ABOUT_ITSELF = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
#: What must not differ inside and outside, and how it is read.
SAME_OUTSIDE: dict[str, Callable[[str], str]] = {
    "client_id": str,
    "response_type": response_types.canonical,
}
CARRIERS = ("request", "request_uri")
#: Why a signature is not believed, as the trace names it.
UNBELIEVED = {
    "unknown_key": "request_object_key_unknown",
    "wrong_signature": "request_object_signature_wrong",
    "wrong_algorithm": "request_object_algorithm",
    "wrong_type": "request_object_other_kind",
}


def merge(request: ProtocolRequest) -> None:
    """Replace the parameters by those of the request object, if there is one.

    Raises:
        Refusal: there is one, and it cannot be used.
    """
    payload = request.payload
    if not any(payload.get(name) for name in CARRIERS):
        return
    if all(payload.get(name) for name in CARRIERS):
        raise Refusal("request_object_twice", CHECK, sent="request and request_uri")
    if payload.repeated:
        raise Refusal("parameter_repeated", "request", sent=payload.repeated[0])
    token = payload.get("request") or _fetched(request.client, payload.get("request_uri"))
    claims = _believed(request.client, token)
    _check_for_us(claims, request.client)
    _check_times(claims)
    _check_same(claims, payload)
    named = (name for name in claims if name not in ABOUT_ITSELF and _is_known(name, claims))
    inside = {name: _text(name, claims[name]) for name in named}
    outside = {name: value for name, value in payload.data.items() if name not in CARRIERS}
    if request.client.setting("security_profile") == "strict":  # RFC 9101 §6.3: unsigned is ignored
        outside = {"client_id": request.client.client_id}
    request.payload = Payload({**outside, **inside}.items())
    request.trace.passed(CHECK, "signed")


def _fetched(client: Client, uri: str) -> str:
    """Fetch a request object from an address that is registered, fragment and all (§6.2)."""
    if uri not in (client.setting("request_uris") or ()):
        registered = " ".join(client.setting("request_uris") or ())
        raise Refusal("request_uri_unregistered", CHECK, sent=uri, expected=registered)
    try:
        body = outgoing.get(uri.partition("#")[0], accept=ACCEPT).body
        return body.decode("ascii").strip()
    except FetchFailed as failed:
        raise Refusal("request_uri_unreachable", CHECK, sent=failed.reason) from None
    except UnicodeError:
        raise Refusal("request_object_unusable", CHECK, sent="no JWT") from None


def _believed(client: Client, token: str) -> dict[str, Any]:
    """Return the claims of an object that the client has signed."""
    registered = client.setting("request_object_signing_alg")
    try:
        if jwe.is_encrypted(token):
            token = protection.opened(client, token)
        allowed = (registered,) if registered else jwks.SIGNATURES
        return client_keys.verify(client, token, allowed, typ=TYP)
    except BadToken as bad:
        code = UNBELIEVED.get(bad.reason, "request_object_unusable")
        if _is_unsigned(token):
            code = "request_object_unsigned"
        known = registered or " ".join(jwks.SIGNATURES)
        expected = known if code == "request_object_algorithm" else ""
        raise Refusal(code, CHECK, sent=bad.reason, expected=expected) from None


def _is_unsigned(token: str) -> bool:
    """Tell whether whoever made it chose alg none."""
    try:
        return jose.header_of(token).get("alg") == "none"
    except BadToken:
        return False


def _check_for_us(claims: dict[str, Any], client: Client) -> None:
    """Refuse an object that was made by or for somebody else (RFC 9101 §10.8)."""
    audience = claims.get("aud", settings.issuer)
    names = audience if isinstance(audience, list) else [audience]
    if claims.get("iss", client.client_id) != client.client_id or settings.issuer not in names:
        raise Refusal("request_object_not_for_us", CHECK, sent=f"{claims.get('iss')} {audience}")


def _check_times(claims: dict[str, Any]) -> None:
    moment = timestamp()
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(type(value) in {int, float} and abs(value) < 1e12 for value in times.values()):
        raise Refusal("request_object_expired", CHECK, sent="times that are no numbers")
    over = times.get("exp", moment + 1) + LEEWAY_SECONDS <= moment
    early = any(times.get(name, 0) > moment + LEEWAY_SECONDS for name in ("nbf", "iat"))
    if over or early:
        raise Refusal("request_object_expired", CHECK, sent=times, expected=moment)


def _check_same(claims: dict[str, Any], payload: Payload) -> None:
    """Refuse an object that names another client or response, or yet another object (§6.1)."""
    for name, meaning in SAME_OUTSIDE.items():
        outside = payload.get(name)
        inside = claims.get(name, outside)
        if outside and (not isinstance(inside, str) or meaning(inside) != meaning(outside)):
            raise Refusal("request_object_differs", CHECK, sent=f"{name}: {inside}")
    if any(name in claims for name in CARRIERS):
        raise Refusal("request_object_unusable", CHECK, sent="a request object inside")


def _is_known(name: str, claims: dict[str, Any]) -> bool:
    """Tell whether a claim is a parameter: others are ignored, of any type (RFC 6749 §3.1)."""
    return name in PARAMETERS or isinstance(claims[name], str)


def _text(name: str, value: Any) -> str:
    """Return a value as it would stand in a URL: numbers and objects keep their JSON (§6.1)."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) or (isinstance(value, int) and not isinstance(value, bool)):
        return json.dumps(value, separators=(",", ":"))
    raise Refusal("request_object_unusable", CHECK, sent=f"{name[:60]} of another type")
