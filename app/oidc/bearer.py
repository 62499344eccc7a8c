"""The generator behind every token response (RFC 6749 §5.1, OIDC Core §3.1.3.3)."""

from __future__ import annotations

from typing import Any

from app.models import Client
from app.oidc import access_token, id_token, protection
from app.services.authorization import refresh_tokens
from app.services.clients import scopes


def generate(
    *,
    grant_type: str,
    client: Client,
    user: Any = None,
    scope: str | None = None,
    expires_in: int | None = None,  # noqa: ARG001 (the client's own lifetime decides)
    include_refresh_token: bool = True,
) -> dict[str, Any]:
    """Return the members of a token response; nothing is kept yet.

    Signing takes longer than all that the database does, so it comes before the transaction: a
    code or a refresh token is spent when its tokens are built, and who comes second throws away
    what they have built. Nobody queues for a lock behind a signature.

    `user` is the granted row: the user together with the family; None for the client itself.
    """
    granted = user
    scope = " ".join(scopes.without_off(scopes.split(scope)))  # also of what was granted before
    seal = protection.of(client, "id_token") if granted else None
    value, lifetime = access_token.build(client, granted, scope)
    response: dict[str, Any] = {
        "access_token": value,
        "token_type": "Bearer",
        "expires_in": lifetime,
    }
    if scope:  # RFC 6749 §3.3: one name at least
        response["scope"] = scope
    if granted and include_refresh_token:
        response["refresh_token"] = refresh_tokens.new()
    if granted and "openid" in scope.split():
        nonce = nonce_of(grant_type, granted)
        signed = id_token.issue(client, granted, access_token=value, nonce=nonce)
        response["id_token"] = protection.apply(seal, signed)
    return response


def nonce_of(grant_type: str, granted: Any) -> str | None:
    """Return the nonce of an ID token: a refreshed one answers no request, so it has none (§12.2).

    It is that of the authorization request whose code is redeemed.
    """
    return granted.nonce if grant_type == "authorization_code" else None
