"""What every authorization request must hold, in the order it is checked (OIDC Core §3.1.2.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.models import Client
from app.oidc import claims_request, protection, request_object, session_state
from app.oidc.claims_request import ClaimsRequest
from app.oidc.extensions import response_type as response_types
from app.oidc.extensions.response_mode import RESPONSE_MODES, Answer
from app.oidc.id_token import subject_of_hint
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, check_shape
from app.security.jose import BadToken
from app.security.uris import LONGEST_URI
from app.services.authorization import levels
from app.services.authorization.attempts import shown
from app.services.authorization.signed_in import SignedIn
from app.services.clients import captures, clients, redirect_faults, scopes
from app.settings import settings

PROMPTS = ("none", "login", "consent", "select_account", "create")
#: These contradict every other one (OIDC Core §3.1.2.1, Prompt Create 1.0 §4.1).
PROMPTS_ALONE = frozenset({"none", "create"})
LONGEST_MAX_AGE = 12


def client_and_redirect_uri(request: ProtocolRequest) -> str:
    """Return the redirect URI once it and the client are known to be right.

    Until then nothing may be sent there: it could be anybody's (RFC 6749 §4.1.2.1).

    Raises:
        Refusal: without a redirect URI: it is shown on our own page.
    """
    request.client = client_of(request)
    try:
        request_object.merge(request)
    except Refusal as refusal:
        if _is_registered(request):  # the client may be told
            refusal.redirect_uri = request.payload.get("redirect_uri")
        raise
    redirect_uri = request.payload.get("redirect_uri")
    if "redirect_uri" in request.payload.repeated:
        raise Refusal("parameter_repeated", "redirect_uri", sent="redirect_uri")
    if not redirect_uri:
        raise Refusal("redirect_uri_missing", "redirect_uri", sent="nothing")
    if not _is_registered(request):
        raise _unregistered(request, redirect_uri)
    request.trace.passed("redirect_uri", redirect_uri)
    return redirect_uri


def _unregistered(request: ProtocolRequest, redirect_uri: str) -> Refusal:
    """Return the refusal that explains itself in the trace; a capture may wait for the address."""
    client = request.client
    notes = redirect_faults.explain(client, redirect_uri)
    if "address" in notes:
        captures.catch(client, redirect_uri, reference=request.trace.reference)
    return Refusal(
        "redirect_uri_mismatch",
        "redirect_uri",
        sent=redirect_faults.shown(client, redirect_uri),
        expected=" ".join(client.setting("redirect_uris") or ()),
        notes=notes,
    )


def _is_registered(request: ProtocolRequest) -> bool:
    redirect_uri = request.payload.get("redirect_uri")
    once = "redirect_uri" not in request.payload.repeated and len(redirect_uri) <= LONGEST_URI
    return once and bool(request.client.check_redirect_uri(redirect_uri))


def client_of(request: ProtocolRequest) -> Client:
    """Return the client that a request names, and note it in the trace.

    Raises:
        Refusal: there is none, or it is turned off.
    """
    client_id = request.payload.get("client_id")
    if "client_id" in request.payload.repeated:
        raise Refusal("parameter_repeated", "client", sent="client_id")
    if not client_id:
        raise Refusal("client_id_missing", "client", sent="nothing")
    client = clients.find(client_id)
    if client is None:
        raise Refusal("client_unknown", "client", sent=client_id)
    request.trace.client_id = client.client_id
    if client.is_disabled:
        raise Refusal("client_turned_off", "client", sent=client_id)
    request.trace.passed("client", client_id)
    return client


def check(request: ProtocolRequest) -> None:
    """Check everything but the extensions' parameters; set the scope that is asked for.

    Raises:
        Refusal: the client may be told, at its redirect URI.
    """
    check_shape(request.payload)
    if request.payload.get("registration"):
        raise Refusal("registration_unsupported", "request", sent="registration")
    check_response(request)
    check_scope(request)
    request.carriers = claims_of(request).carriers
    prompts(request)
    max_age(request)
    hinted_subject(request)
    if "id_token" in response_type_of(request).split():
        request.seal = protection.of(request.client, "id_token")


def check_response(request: ProtocolRequest) -> None:
    """Check response_type and response_mode, and the nonce an ID token in the browser needs."""
    response_type = response_type_of(request)
    known = response_types.supported(settings)
    if not response_type:
        raise Refusal("response_type_missing", "response_type", expected="code")
    if response_type not in known:
        raise Refusal("response_type_unsupported", "response_type", sent=response_type)
    if not request.client.check_response_type(response_type):
        raise Refusal("response_type_not_allowed", "response_type", sent=response_type)
    sent = request.payload.get("response_mode")
    exposed = sent == "query" and response_type != response_types.CODE
    if exposed or (sent and sent not in RESPONSE_MODES):
        raise Refusal("response_mode_unsupported", "response_mode", sent=sent)
    if "id_token" in response_type.split() and not request.payload.get("nonce"):
        raise Refusal("nonce_missing", "nonce", sent="nothing")
    request.trace.passed("response_type", response_type)


def response_type_of(request: ProtocolRequest) -> str:
    """Return what the response is to carry, with its words in our order."""
    return response_types.canonical(request.payload.get("response_type"))


def check_scope(request: ProtocolRequest) -> None:
    """Keep the scopes we know and the client may have; others are ignored (OIDC Core §3.1.2.1)."""
    sent = request.payload.get("scope")
    if not sent.strip():
        raise Refusal("scope_missing", "scope", sent="nothing", expected="openid")
    if "id_token" in response_type_of(request).split() and "openid" not in sent.split():
        raise Refusal("scope_missing", "scope", sent=sent, expected="openid")
    allowed = scopes.without_off(request.client.get_allowed_scope(sent).split())
    if not _may_be_offline(request):
        allowed = [name for name in allowed if name != "offline_access"]
    if not allowed:
        raise Refusal(
            "scope_not_allowed", "scope", sent=sent, expected=scopes.join(request.client.scopes)
        )
    request.scope = scopes.join(allowed)
    left_out = [name for name in scopes.split(sent) if name not in allowed]
    notes = {"left_out": shown(scopes.join(left_out))} if left_out else {}
    request.trace.passed("scope", sent, **notes)


def _may_be_offline(request: ProtocolRequest) -> bool:
    """Tell whether there will be a refresh token: what else is offline access for (§11)?

    Tokens that have it outlive the session, and nothing but a refresh token is to do that. A device
    asks without a response type.
    """
    response_type = response_type_of(request).split()
    is_redeemed = not response_type or response_types.CODE in response_type
    return is_redeemed and request.client.check_grant_type("refresh_token")


def claims_of(request: ProtocolRequest) -> ClaimsRequest:
    """Return the claims that are asked for one by one; the parameter is read once a request."""
    if request.claims is None:
        sent = request.payload.get("claims")
        request.claims = claims_request.parse(sent, request.client.scopes)
    found: ClaimsRequest = request.claims
    return found


def prompts(request: ProtocolRequest) -> frozenset[str]:
    """Return what the client asks to be shown."""
    sent = request.payload.get("prompt")
    asked = frozenset(sent.split())
    alone = len(asked) == 1 or not asked & PROMPTS_ALONE
    if not asked.issubset(PROMPTS) or not alone:
        raise Refusal("prompt_unsupported", "prompt", sent=sent)
    return asked


def max_age(request: ProtocolRequest) -> int | None:
    """Return how many seconds old the sign-in may be, None when any age will do."""
    sent = request.payload.get("max_age")
    if not sent:
        default: int | None = request.client.setting("default_max_age")
        return default
    if not sent.isascii() or not sent.isdigit() or len(sent) > LONGEST_MAX_AGE:
        raise Refusal("max_age_malformed", "max_age", sent=sent)
    return int(sent)


def wanted_levels(request: ProtocolRequest) -> tuple[tuple[str, ...], bool]:
    """Return the `acr` values any of which will do, and whether one of them has to be reached.

    What an administrator demands goes before what the client asks for.
    """
    if request.client.setting("require_second_step"):
        return (levels.MFA,), True
    return asked_levels(request)


def asked_levels(request: ProtocolRequest) -> tuple[tuple[str, ...], bool]:
    """Return the `acr` values the client would like, its favourite first, and whether it must.

    The claims parameter goes before `acr_values`, and both before what the client is registered
    with (OIDC Core §5.5.1.1, Registration §2).
    """
    claims = claims_of(request)
    if claims.acr:
        return claims.acr, claims.needs_acr
    sent = tuple(request.payload.get("acr_values").split())
    return sent or tuple(request.client.setting("default_acr_values") or ()), False


def as_asked(request: ProtocolRequest, person: SignedIn) -> SignedIn:
    """Return who is signed in with the level named as the client knows it."""
    wanted, _must = asked_levels(request)
    return replace(person, acr=levels.named(person.acr, wanted))


def hinted_subject(request: ProtocolRequest) -> str | None:
    """Return the `sub` the client believes to be signed in, None without a hint."""
    hint, demanded = request.payload.get("id_token_hint"), claims_of(request).subject
    if request.hinted is None and hint:
        try:
            request.hinted = subject_of_hint(hint, request.client.client_id)
        except BadToken as bad:
            raise Refusal("id_token_hint_unusable", "id_token_hint", sent=bad.reason) from None
    if demanded is not None and request.hinted not in {None, demanded}:
        raise Refusal("claims_malformed", "claims", sent="another sub than that of id_token_hint")
    return request.hinted or demanded


def answer(request: ProtocolRequest, redirect_uri: str, members: dict[str, Any]) -> Answer:
    """Return an authorization response: with `state` as it came and `iss` (RFC 9207 §2)."""
    sent = dict(members)
    state = request.payload.get("state")
    if state:
        sent["state"] = state
    if request.browser_state is not None:
        client_id = request.payload.get("client_id")
        sent["session_state"] = session_state.value(client_id, redirect_uri, request.browser_state)
    sent["iss"] = settings.issuer  # mix-up: the client can tell who answers
    return Answer(redirect_uri, sent, _mode(request))


def _mode(request: ProtocolRequest) -> str:
    """Return how the response travels; an error goes the way the tokens would have gone."""
    default = response_types.default_mode(response_type_of(request))
    sent = request.payload.get("response_mode")
    exposed = sent == "query" and default == "fragment"
    return sent if sent in RESPONSE_MODES and not exposed else default
