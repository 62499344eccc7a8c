"""The walk to another provider and back: the request, the answer, the code for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request

from app.oidc.upstream import discovery, id_token
from app.oidc.upstream.discovery import Metadata
from app.oidc.upstream.refusal import Declined, UpstreamRefusal
from app.security import jose
from app.security.fetcher import OF_SIGN_INS
from app.security.guarded_network import FetchFailed
from app.security.strict_json import BadJson, parse_object
from app.services.authorization.attempts import Trace, shown
from app.services.people.pending_identities import Told
from app.services.people.upstream_sign_ins import Carried, Started
from app.services.people.upstreams import Upstream
from app.services.upkeep import outgoing

LONGEST_CODE = 4_096


def authorization_url(
    upstream: Upstream,
    metadata: Metadata,
    carried: Carried,
    *,
    state: str,
    login_hint: str = "",
) -> str:
    """Return where the person is sent: code flow with PKCE S256, state and nonce, always.

    `login_hint` is the address they have typed here, empty when they typed none.

    Raises:
        UpstreamRefusal: without a secret nobody could come back from there.
    """
    if upstream.secret is None:
        raise UpstreamRefusal("upstream_secret_missing", "client_secret")
    more: dict[str, str] = {}
    if carried.again and upstream.kind != "google":  # Google knows neither
        more = {"prompt": "login", "max_age": "0"}
    elif carried.again:
        more = {"prompt": "select_account"}
    if login_hint:
        more["login_hint"] = login_hint
    uri: str = prepare_grant_uri(
        metadata.authorization_endpoint,
        upstream.client_id,
        "code",
        redirect_uri=upstream.redirect_uri,
        scope=upstream.scopes,
        state=state,
        nonce=carried.nonce,
        code_challenge=jose.s256(carried.verifier),
        code_challenge_method="S256",
        **more,
    )
    return uri


def finish(upstream: Upstream, answer: Mapping[str, str], started: Started, trace: Trace) -> Told:
    """Return who came back, once everything has been checked; nothing may wait to be committed.

    Raises:
        Declined: the person has cancelled there.
        UpstreamRefusal: something is not as it has to be.
    """
    metadata = discovery.find(upstream)
    trace.passed("discovery", upstream.issuer)
    _check_iss(upstream, metadata, answer)
    trace.passed("iss", answer.get("iss", ""))
    _check_error(answer)
    tokens = _redeem(upstream, metadata, _code(answer), started.carried)
    trace.passed("code")
    claims = id_token.claims_of(upstream, metadata, tokens, started)
    trace.passed("id_token", claims["sub"])
    return id_token.told(upstream, claims, _userinfo(upstream, metadata, tokens, claims))


def _check_iss(upstream: Upstream, metadata: Metadata, answer: Mapping[str, str]) -> None:
    """Refuse the answer of somebody else, before its code goes anywhere (mix-up: RFC 9207 §2.4)."""
    sent = answer.get("iss")
    if sent is None and not metadata.announces_iss:
        return
    expected = discovery.announced_issuer(upstream)
    if sent != expected:
        raise UpstreamRefusal("upstream_iss_differs", "iss", sent=sent or "", expected=expected)


def _check_error(answer: Mapping[str, str]) -> None:
    error = answer.get("error")
    if error == "access_denied":
        raise Declined
    if error is not None:
        raise UpstreamRefusal("upstream_error", "answer", sent=error)


def _code(answer: Mapping[str, str]) -> str:
    code = answer.get("code", "")
    if not code or len(code) > LONGEST_CODE or not code.isprintable():
        raise UpstreamRefusal("upstream_answer_unusable", "code", expected="a code")
    return code


def _redeem(upstream: Upstream, metadata: Metadata, code: str, carried: Carried) -> dict[str, str]:
    """Exchange the code for tokens, once, at the endpoint of this provider alone."""
    if upstream.secret is None:
        raise UpstreamRefusal("upstream_secret_missing", "client_secret")
    body = prepare_token_request(
        "authorization_code",
        code=code,
        redirect_uri=upstream.redirect_uri,
        code_verifier=carried.verifier,
    )
    uri, headers, body = _client_auth(upstream, metadata).prepare(
        "POST", metadata.token_endpoint, {}, body
    )
    try:
        fetched = outgoing.post_for_document(uri, body, headers=headers)
    except FetchFailed as failed:
        raise UpstreamRefusal(
            "upstream_unreachable", "token_endpoint", sent=failed.reason
        ) from None
    document = _document(fetched.body)
    if fetched.status != 200:
        said = shown(document.get("error") or f"status {fetched.status}")
        raise UpstreamRefusal("upstream_code_refused", "code", sent=said)
    tokens = {name: document.get(name) for name in ("access_token", "id_token")}
    kept = {name: value for name, value in tokens.items() if isinstance(value, str) and value}
    if len(kept) != len(tokens):
        missing = " ".join(sorted(tokens.keys() - kept.keys()))
        raise UpstreamRefusal("upstream_answer_unusable", "token_endpoint", expected=missing)
    return kept


def _client_auth(upstream: Upstream, metadata: Metadata) -> ClientAuth:
    identity = (upstream.client_id, upstream.secret or "")
    if metadata.auth_method == "client_secret_basic":
        # Authlib 1.9 leaves this out: both halves are form-url-encoded (RFC 6749 §2.3.1).
        identity = (quote_plus(identity[0]), quote_plus(identity[1]))
    return ClientAuth(*identity, metadata.auth_method)


def _document(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        return parse_object(body)
    except BadJson:
        raise UpstreamRefusal(
            "upstream_answer_unusable", "token_endpoint", expected="a JSON object"
        ) from None


def _userinfo(
    upstream: Upstream, metadata: Metadata, tokens: Mapping[str, str], claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Return further claims where the ID token lacks some; {} when nothing usable is there.

    What an answer says about somebody else is refused: an access token may have been swapped.
    """
    wanted = [upstream.claims[name] for name in ("email", "name")]
    if not metadata.userinfo_endpoint or all(name in claims for name in wanted):
        return {}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    try:
        fetched = outgoing.get(
            metadata.userinfo_endpoint,
            accept="application/json",
            headers=bearer,
            lane=OF_SIGN_INS,
        )
        found = parse_object(fetched.body)
    except (FetchFailed, BadJson):
        return {}
    if found.get("sub") != claims["sub"]:
        raise UpstreamRefusal(
            "upstream_userinfo_differs", "userinfo", sent=found.get("sub"), expected=claims["sub"]
        )
    return found
