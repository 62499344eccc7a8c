"""What stands behind an access token, whoever asks: userinfo, introspection or revocation.

One query per use: the token may be young and its signature right, and still be dead because the
session ended, the person withdrew, or an administrator turned somebody off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator

from app.clock import now, timestamp
from app.models import Client
from app.oidc import access_token, dead_tokens
from app.oidc.reasons import BearerMissing, BearerRefusal
from app.oidc.request import ProtocolRequest, named_scheme
from app.security import jose
from app.security.jose import BadToken
from app.services.authorization import access_tokens, keys
from app.services.authorization.attempts import masked
from app.services.clients import clients, scopes, subjects
from app.settings import settings


@dataclass(frozen=True, slots=True)
class Presented:
    """A living access token; `granted` is the row behind it, None when it is a client's own."""

    value: str
    client_id: str
    subject: str
    scope: str
    audience: str | list[str]
    issued_at: int
    expires_at: int
    jti: str
    granted: Any = None

    @property
    def is_opaque(self) -> bool:
        """Tell whether the value says nothing by itself."""
        return self.value.startswith(access_token.OPAQUE_PREFIX)

    def is_for(self, audience: str) -> bool:
        """Tell whether the token was issued for this audience."""
        return audience in ([self.audience] if isinstance(self.audience, str) else self.audience)

    def is_expired(self) -> bool:
        """Tell whether its time is over, under the name Authlib's validator uses."""
        return self.expires_at <= timestamp()

    def is_revoked(self) -> bool:
        """Return no: what is revoked is never presented."""
        return False

    def get_scope(self) -> str:
        """Return the scope, under the name Authlib's validator uses."""
        return self.scope

    def check_client(self, client: Client) -> bool:
        """Tell whether the token was issued to the client, under Authlib's name for that."""
        return self.client_id == client.client_id


def find(value: str) -> Presented | None:
    """Return a living access token, None for anything else."""
    return _opaque(value) if value.startswith(access_token.OPAQUE_PREFIX) else _jwt(value)


def _opaque(value: str) -> Presented | None:
    row = access_tokens.behind_opaque(value)
    if row is None or row.expires_at <= now() or access_tokens.fault(row):
        return None
    client = clients.find(row.client_id)
    if client is None:
        return None
    scope = _still_granted(row.token_scope, row if row.family_id is not None else None)
    return Presented(
        value=value,
        client_id=row.client_id,
        subject=row.client_id if row.family_id is None else subjects.of(client, row),
        scope=scope,
        audience=access_token.audience(client, scope),
        issued_at=int(row.issued_at.timestamp()),
        expires_at=int(row.expires_at.timestamp()),
        jti=row.jti,
        granted=row if row.family_id is not None else None,
    )


def _jwt(value: str) -> Presented | None:
    try:
        claims = jose.verify(
            value,
            keys.verifiers(),
            typ=access_token.TYP,
            issuer=settings.issuer,
            at=timestamp(),
        )
    except BadToken:
        return None
    row = None
    if "family" in claims:
        row = access_tokens.behind_jwt(claims["family"], claims["jti"])
        if row is None or access_tokens.fault(row):
            return None
    elif access_tokens.fault_of_clients_own(claims["client_id"], claims["jti"]):
        return None
    return Presented(
        value=value,
        client_id=claims["client_id"],
        subject=claims["sub"],
        scope=_still_granted(claims.get("scope", ""), row),
        audience=claims["aud"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        jti=claims["jti"],
        granted=row,
    )


def _still_granted(scope: str, row: Any) -> str:
    """Return what is left of a token's scope: its person may have switched some off since.

    Or an administrator has turned a scope off, for everybody.
    """
    names = scopes.without_off(scope.split())
    if row is not None and scope != row.granted_scope:
        granted = row.granted_scope.split()
        names = [name for name in names if name in granted]
    return " ".join(names)


def revoke(token: Presented) -> None:
    """Revoke this one access token; what it came from lives on (RFC 7009 §2.1)."""
    if token.is_opaque:
        access_tokens.revoke_opaque(token.value)
    else:
        expires_at = datetime.fromtimestamp(token.expires_at, UTC)
        access_tokens.revoke_jwt(token.jti, expires_at)


class Bearer(BearerTokenValidator):
    """Check a bearer token against what stands behind it."""

    def authenticate_token(self, token_string: str) -> Presented | None:
        """Return the living token of this value."""
        return find(token_string)

    def validate_token(
        self, token: Presented | None, scopes_needed: Sequence[str], request: ProtocolRequest
    ) -> None:
        """Refuse what is dead, not for us, or too narrow.

        Raises:
            BearerRefusal: with the challenge of RFC 6750 §3.
        """
        if token is None or token.is_expired() or not token.is_for(settings.issuer):
            raise dead_tokens.refusal(request.bearer, request)
        request.trace.client_id = token.client_id
        if token.granted is not None:
            request.trace.reference = token.granted.reference
            request.trace.user_id = token.granted.user_id
        missing = set(scopes_needed).difference(scopes.split(token.scope))
        if missing or token.granted is None:
            raise BearerRefusal("scope_insufficient", "scope", sent=token.scope, expected="openid")


class Protector(ResourceProtector):
    """Find the one access token of a request: in the header, or in the form body."""

    def __init__(self) -> None:
        super().__init__()
        self.register_token_validator(Bearer())

    def parse_request_authorization(self, request: ProtocolRequest) -> tuple[Bearer, str]:
        """Return the validator and the value.

        Raises:
            BearerRefusal: there is none, there are two, or it is of another type.
        """
        header = request.headers.get("Authorization")
        in_body = request.payload.get("access_token")
        if header and in_body:
            raise BearerRefusal("bearer_twice", "access_token", sent="header and body")
        scheme, _, value = (header or f"Bearer {in_body}").partition(" ")
        if not value.strip():
            raise BearerMissing("bearer_missing", "access_token", sent="nothing")
        if scheme.lower() != "bearer":
            raise BearerMissing("bearer_missing", "access_token", sent=named_scheme(scheme))
        request.bearer = value.strip()
        request.trace.passed("bearer", masked(request.bearer))
        return self._token_validators["bearer"], request.bearer
