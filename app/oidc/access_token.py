"""Access tokens: RFC 9068 JWTs, or opaque values for clients that are set so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.clock import now, timestamp
from app.models import Client
from app.security import secrets
from app.services.authorization import access_tokens, keys
from app.services.clients import clients, subjects
from app.settings import settings

ALG = "ES256"
OPAQUE_PREFIX = "swx_at_"
TYP = "at+jwt"


def build(client: Client, granted: Any, scope: str) -> tuple[str, int]:
    """Make an access token; return it with its lifetime in seconds. Nothing is kept yet.

    `granted` is the row of the family it belongs to, None for a token the client gets for itself.
    """
    lifetime = lifetime_of(client, granted)
    if is_opaque(client):
        return access_tokens.new_opaque(), lifetime
    claims = contents(client, granted, scope)
    return keys.sign(ALG, claims, typ=TYP, client_id=client.client_id), lifetime


def keep(client: Client, granted: Any, response: dict[str, Any]) -> None:
    """Keep the access token of a token response, when it is one that has a row."""
    if is_opaque(client):
        access_tokens.keep_opaque(
            response["access_token"],
            family_id=granted.family_id if granted else None,
            client_pk=client.id,
            scope=response.get("scope", ""),
            expires_at=now() + timedelta(seconds=response["expires_in"]),
        )


def is_opaque(client: Client) -> bool:
    """Tell whether the client's access tokens say nothing by themselves."""
    return bool(client.setting("access_token_format") == "opaque")


def lifetime_of(client: Client, granted: Any) -> int:
    """Return how many seconds an access token lives: no longer than the consent it comes from.

    Whoever checks a JWT offline never hears of the end of a consent.
    """
    lifetime = clients.lifetime_of(client, settings.access_token_lifetime)
    if granted and granted.grant_ends_at is not None:
        lifetime = min(lifetime, granted.grant_ends_at - now())
    return max(1, int(lifetime.total_seconds()))


def contents(client: Client, granted: Any, scope: str) -> dict[str, Any]:
    """Return the claims of a JWT access token (RFC 9068 §2.2); nothing is signed."""
    issued = timestamp()
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": subjects.of(client, granted) if granted else client.client_id,
        "aud": audience(client, scope),
        "client_id": client.client_id,
        "iat": issued,
        "exp": issued + lifetime_of(client, granted),
        "jti": secrets.new_id(),
    }
    if scope:
        claims["scope"] = scope
    if granted:
        claims["family"] = granted.family_id
        claims["auth_time"] = int(granted.auth_time.timestamp())
        claims["acr"] = granted.acr
        if granted.sid:
            claims["sid"] = granted.sid
    return claims


def audience(client: Client, scope: str) -> str | list[str]:
    """Return whom the token is for: the client's resource servers, and us for openid.

    A token for somebody else's API is no key to our userinfo (RFC 9700 §2.3).
    """
    others: list[str] = list(client.setting("audience") or ())
    if not others:
        return settings.issuer
    if "openid" in scope.split():
        others.insert(0, settings.issuer)
    return others if len(others) > 1 else others[0]
