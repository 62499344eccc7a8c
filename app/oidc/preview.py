"""What a client would be told, by the very code that tells it; nothing here is signed or kept.

Each part goes through the functions that issue: the checks of an authorization request, what the
person allows of it, the contents of ID token, access token and userinfo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.models import Client, User
from app.oidc import (
    access_token,
    allowed,
    authorization_request,
    bearer,
    device_request,
    id_token,
    interaction,
)
from app.oidc.endpoints import introspection, userinfo
from app.oidc.grants import client_credentials
from app.oidc.grants.device_code import DeviceCodeGrant
from app.oidc.protector import Presented
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, from_parked
from app.services.authorization import codes, consents, levels, signed_in
from app.services.authorization.attempts import Trace
from app.services.authorization.codes import CodeBinding
from app.services.authorization.signed_in import NOBODYS, SignedIn

CODE, REFRESH, OWN = "authorization_code", "refresh_token", "client_credentials"
#: Stands for the access token that an ID token is bound to.
NO_TOKEN = "-"
DEVICE = DeviceCodeGrant.GRANT_TYPE
GRANTS = (CODE, DEVICE, REFRESH, OWN)
#: Ways to have signed in, by the name of the level they reach.
WAYS: dict[str, tuple[str, ...]] = {
    "password": ("pwd",),
    "second-step": levels.with_code(("pwd",)),
    "passkey": levels.with_passkey((), is_synced=True),
}
#: Claims that name what was made, or are made of it: nothing is made here.
MADE = frozenset({"jti", "at_hash", "c_hash", "sid", "family"})
#: Claims that another issue has another value of.
OF_THE_MOMENT = MADE | {"iat", "exp", "auth_time", "nonce"}


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose tokens are to be seen, and what the client asks for; `claims` as in the parameter."""

    grant_type: str
    scope: str
    user: User | None = None
    amr: tuple[str, ...] = WAYS["password"]
    claims: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a token response would lead to; a part that would not be there is None."""

    scope: str
    lifetime: int
    access_token: dict[str, Any]
    id_token: dict[str, Any] | None = None
    userinfo: dict[str, Any] | None = None
    has_refresh_token: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the consent page would ask a person, and whether it would be shown at all."""

    scopes: tuple[str, ...]
    person: SignedIn
    is_asked: bool
    known: Any


def of(client: Client, wish: Wish) -> Preview:
    """Return what the client would be told.

    Raises:
        Refusal: it would be refused, for this reason.
    """
    if wish.grant_type != REFRESH:  # an authorization request comes before it
        _check_grant(client, wish)
    if wish.user is None:
        scope = client_credentials.scope_for(client, wish.scope)
        return Preview(scope, access_token.lifetime_of(client, None), _access(client, None, scope))
    asked = _request(client, wish)
    _check_grant(client, wish)
    granted = _granted(asked, wish.user, wish.amr)
    return _of_person(client, granted, wish.grant_type)


def _check_grant(client: Client, wish: Wish) -> None:
    if not client.check_grant_type(wish.grant_type):
        raise Refusal("grant_type_not_allowed", "grant_type", sent=wish.grant_type)


def question(client: Client, wish: Wish) -> Question | None:
    """Return what the consent page would say, None for a client that gets tokens for itself.

    Raises:
        Refusal: the request would not come so far.
    """
    if wish.user is None:
        return None
    asked = _request(client, wish)
    known = consents.last(wish.user.id, client.id)
    counts = None if known is None or known.is_over else known
    person = signed_in.imagined(
        wish.user,
        amr=wish.amr,
        allowed=counts.scope.split() if counts else (),
        declined=counts.declined.split() if counts else (),
    )
    is_asked = interaction.asks_consent(asked, person)
    return Question(tuple(asked.permissions.split()), person, is_asked, known)


def _request(client: Client, wish: Wish) -> ProtocolRequest:
    """Return the authorization request that would come, checked as every other."""
    parameters = {
        "client_id": client.client_id,
        "redirect_uri": next(iter(client.setting("redirect_uris") or ()), ""),
        "response_type": "code",
        "scope": wish.scope,
        "nonce": NOBODYS,
        "claims": wish.claims,
    }
    asked = from_parked(parameters, "/authorize", Trace("preview"))
    if wish.grant_type == DEVICE or not client.check_grant_type(CODE):
        asked.client = client
        asked.device = client  # none waits: it only tells the request from that of a browser
        device_request.check(asked)
        return asked
    authorization_request.client_and_redirect_uri(asked)
    authorization_request.check(asked)
    return asked


def _granted(asked: ProtocolRequest, user: User, amr: tuple[str, ...]) -> Any:
    """Return what stands behind the tokens when the person allows all that is asked."""
    person = signed_in.imagined(user, amr=amr, allowed=asked.permissions.split())
    binding = CodeBinding(
        scope=allowed.granted_scope(asked, person),
        redirect_uri=asked.payload.get("redirect_uri"),
        nonce=asked.payload.get("nonce"),
        code_challenge=None,
        reference=asked.trace.reference,
        claims_request=allowed.released_claims(asked, person),
    )
    named = authorization_request.as_asked(asked, person)
    return codes.imagined(user, asked.client, named, binding)


def _of_person(client: Client, granted: Any, grant_type: str) -> Preview:
    scope = granted.granted_scope
    is_openid = "openid" in scope.split()
    nonce = bearer.nonce_of(grant_type, granted)
    return Preview(
        scope=scope,
        lifetime=access_token.lifetime_of(client, granted),
        access_token=_access(client, granted, scope),
        id_token=_id_token(client, granted, nonce) if is_openid else None,
        userinfo=_userinfo(client, granted, scope) if is_openid else None,
        has_refresh_token=client.check_grant_type(REFRESH),
    )


def _id_token(client: Client, granted: Any, nonce: str | None) -> dict[str, Any]:
    return _without_made(id_token.contents(client, granted, nonce=nonce, access_token=NO_TOKEN))


def _userinfo(client: Client, granted: Any, scope: str) -> dict[str, Any]:
    return userinfo.contents(client, _presented(client, granted, scope))


def _access(client: Client, granted: Any, scope: str) -> dict[str, Any]:
    """Return what is in an access token, or what introspection says of one that is opaque."""
    if access_token.is_opaque(client):
        told = introspection.contents(_presented(client, granted, scope))
        return _without_made({"active": True, **told})
    return _without_made(access_token.contents(client, granted, scope))


def _without_made(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: NOBODYS if name in MADE else value for name, value in claims.items()}


def _presented(client: Client, granted: Any, scope: str) -> Presented:
    claims = access_token.contents(client, granted, scope)
    return Presented(
        value="",
        client_id=claims["client_id"],
        subject=claims["sub"],
        scope=scope,
        audience=claims["aud"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        jti=claims["jti"],
        granted=granted,
    )
