"""ID tokens of other providers: signature, claims, what is taken from them (OIDC Core §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from app.clock import now
from app.errors import InvalidInput
from app.oidc.upstream import discovery
from app.oidc.upstream.discovery import Metadata
from app.oidc.upstream.refusal import UpstreamRefusal
from app.security import client_tokens, jose, jwks
from app.security.client_tokens import Unverified
from app.security.jose import LEEWAY_SECONDS, BadToken
from app.services.clients import remote_documents
from app.services.people import accounts, person_names, upstream_rules
from app.services.people.pending_identities import Told
from app.services.people.upstream_sign_ins import Started
from app.services.people.upstreams import Upstream

LONGEST_SUBJECT = 255
LONGEST_ADDRESS = 320
LONGEST_NAME = 200


def claims_of(
    upstream: Upstream, metadata: Metadata, tokens: Mapping[str, str], started: Started
) -> dict[str, Any]:
    """Return the claims of an ID token that passes every check.

    Raises:
        UpstreamRefusal: it does not.
    """
    try:
        unverified = client_tokens.read(tokens["id_token"], metadata.algorithms)
        issuer = discovery.token_issuer(upstream, unverified.claims)
        _check_signature(metadata, unverified, issuer)
    except BadToken as bad:
        raise UpstreamRefusal("upstream_id_token_unusable", "id_token", sent=bad.reason) from None
    claims = unverified.claims
    _check_claims(upstream, unverified, issuer, started.carried.nonce)
    _check_at_hash(claims, tokens["access_token"], unverified.alg)
    if started.carried.again:
        _check_auth_time(claims, started)
    return claims


def _check_signature(metadata: Metadata, unverified: Unverified, issuer: str | None) -> None:
    """Look for a key that made the signature; an unknown one makes us fetch, once a minute."""
    address, candidates = metadata.jwks_uri, []
    for look in (remote_documents.get, remote_documents.renewed):
        known = look(address, accept=jwks.ACCEPT, judge=jwks.fault)
        if known is None:
            fault = remote_documents.fault_of(address)
            raise UpstreamRefusal("upstream_unreachable", "jwks_uri", sent=fault, expected=address)
        keys = {"keys": [key for key in known["keys"] if _is_key_of(key, issuer)]}
        candidates = jwks.signers(keys, kid=unverified.kid, alg=unverified.alg)
        if unverified.is_signed_with(candidates):
            return
    reason = "wrong_signature" if candidates else "unknown_key"
    raise BadToken(reason)


def _is_key_of(key: Mapping[str, Any], issuer: str | None) -> bool:
    """Tell whether an issuer may sign with a key: one set of Microsoft's serves every tenant."""
    named = key.get("issuer")
    if named is None or issuer is None:
        return named is None
    tenant = issuer.removesuffix("/v2.0").rpartition("/")[2]
    return str(named).replace(discovery.TENANT, tenant) == issuer


def _check_claims(
    upstream: Upstream, unverified: Unverified, issuer: str | None, nonce: str
) -> None:
    """Let Authlib apply its rules for iss, aud, azp, exp, nbf, iat and nonce, and ours for sub."""
    claims = unverified.claims
    if issuer is None:
        raise _refused("tid", claims.get("tid"), "a tenant")
    options = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": upstream.client_id},
    }
    asked = {"nonce": nonce, "client_id": upstream.client_id}
    token = CodeIDToken(claims, {"alg": unverified.alg}, options, asked)
    try:
        token.validate(int(now().timestamp()), LEEWAY_SECONDS)
    except JoseError as error:
        raise _refused("claims", claims.get("iss"), error.description or str(error)) from None
    subject = claims["sub"]
    if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise _refused("sub", subject, "1 to 255 characters")


def _check_at_hash(claims: Mapping[str, Any], access_token: str, alg: str) -> None:
    """Bind the access token to the ID token where the provider does (OIDC Core §3.1.3.8)."""
    if "at_hash" not in claims:
        return
    fits = access_token.isascii() and claims["at_hash"] == jose.half_hash(access_token, alg)
    if not fits:
        raise _refused("at_hash", "", "the hash of the access token")


def _check_auth_time(claims: Mapping[str, Any], started: Started) -> None:
    """Refuse a sign-in from before we asked for a new one; some providers do not say."""
    told_at = claims.get("auth_time")
    earliest = started.created_at.timestamp() - LEEWAY_SECONDS
    if told_at is not None and told_at < earliest:
        raise UpstreamRefusal("upstream_too_old", "auth_time", sent=told_at, expected=int(earliest))


def _refused(claim: str, sent: object, expected: object) -> UpstreamRefusal:
    return UpstreamRefusal("upstream_id_token_refused", claim, sent=sent, expected=expected)


def told(upstream: Upstream, claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Told:
    """Return who it is, from the ID token first and the userinfo second."""
    named = upstream.claims
    # The address and the word that it is verified come from one document, never from two.
    source = claims if named["email"] in claims else userinfo
    email = _address(source.get(named["email"]))
    proven = upstream.trusts_email and upstream_rules.email_is_proven(
        upstream.kind, source, email=email or "", verified=source.get(named["email_verified"])
    )
    name = claims.get(named["name"], userinfo.get(named["name"]))
    return Told(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email,
        email_is_proven=proven,
        name=person_names.one_line(name)[:LONGEST_NAME] or None if isinstance(name, str) else None,
    )


def _address(told_address: Any) -> str | None:
    """Return an address that could be one of an account, None otherwise."""
    if not isinstance(told_address, str) or len(told_address) > LONGEST_ADDRESS:
        return None
    try:
        accounts.check_address(told_address)
    except InvalidInput:
        return None
    return told_address.strip()
