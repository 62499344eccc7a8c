"""ID tokens (OIDC Core §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.clock import timestamp
from app.models import Client
from app.oidc import claims_request, protection
from app.security import jose, jwe, secrets
from app.services.authorization import keys
from app.services.clients import subjects
from app.services.people import users
from app.settings import settings

TYP = "JWT"
NOTHING: dict[str, Any] = {}


def issue(
    client: Client,
    granted: Any,
    *,
    nonce: str | None,
    access_token: str = "",
    code: str = "",
    about: Mapping[str, Any] = NOTHING,
) -> str:
    """Sign an ID token about the sign-in a family came from; `contents` says what is in it."""
    claims = contents(
        client, granted, nonce=nonce, access_token=access_token, code=code, about=about
    )
    return keys.sign(alg_of(client), claims, typ=TYP, client_id=client.client_id)


def alg_of(client: Client) -> str:
    """Return the algorithm that the client's ID tokens are signed with."""
    return str(client.setting("id_token_signed_response_alg"))


def contents(
    client: Client,
    granted: Any,
    *,
    nonce: str | None,
    access_token: str = "",
    code: str = "",
    about: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    """Return the claims of an ID token; nothing is signed.

    It carries protocol claims alone; what the scopes let the client see is at userinfo (§5.4), and
    in `about` when there is no access token to ask with. It is bound to the access token and the
    code that come with it (§3.3.2.11).
    """
    alg = alg_of(client)
    issued = timestamp()
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": subjects.of(client, granted),
        "aud": client.client_id,
        "iat": issued,
        "exp": issued + int(settings.id_token_lifetime.total_seconds()),
        "auth_time": int(granted.auth_time.timestamp()),
        "acr": granted.acr,
        "amr": list(granted.amr),
        "jti": secrets.new_id(),
    }
    if access_token:
        claims["at_hash"] = jose.half_hash(access_token, alg)
    if code:
        claims["c_hash"] = jose.half_hash(code, alg)
    if granted.sid:
        claims["sid"] = granted.sid
    if nonce:
        claims["nonce"] = nonce
    return {**about, **_single(granted), **claims}


def _single(granted: Any) -> dict[str, Any]:
    """Return the claims that were asked for in the ID token by name (§5.5); mostly none."""
    names = (granted.claims_request or {}).get("id_token")
    return claims_request.about(users.get(granted.user_id), names) if names else {}


def read_hint(hint: str) -> dict[str, Any]:
    """Return the claims of an id_token_hint; an expired one still names its user (§3.1.2.1).

    Raises:
        BadToken: it is not an ID token of ours.
    """
    if jwe.is_encrypted(hint):  # a client may hand it back encrypted to us (§3.1.2.1)
        hint = protection.opened(None, hint)
    return jose.verify(hint, keys.verifiers(), typ=TYP, issuer=settings.issuer, at=None)


def subject_of_hint(hint: str, client_id: str) -> str:
    """Return the `sub` of an id_token_hint of this client.

    Raises:
        BadToken: it is not an ID token of ours for this client.
    """
    claims = read_hint(hint)
    if claims["aud"] != client_id:
        reason = "another_client"
        raise jose.BadToken(reason)
    return str(claims["sub"])
