"""What a token is, who is behind it, and whether it lives: for people who hold one and wonder.

Nothing is believed that is not signed by a key of ours; of a stranger's token only what it says
itself is told, as its own words. The token is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.clock import now, timestamp
from app.models import Client, Session, SigningKey
from app.oidc import access_token, id_token
from app.oidc.endpoints.introspection import REFRESH_PREFIX
from app.security import jose
from app.security.jose import LEEWAY_SECONDS, LONGEST_TOKEN, BadToken
from app.services.authorization import (
    access_tokens,
    codes,
    devices,
    families,
    keys,
    logouts,
    refresh_tokens,
)
from app.services.clients import clients, overview
from app.services.people import users
from app.settings import settings

CODE_PREFIX, ANY_PREFIX = "swx_ac_", "swx_"
BEARER = "bearer "
SIGNED_PARTS, ENCRYPTED_PARTS = 3, 5
LONGEST_KID = 43
#: Kinds of tokens by the `typ` of their header (RFC 9068 §2.1, Back-Channel Logout §2.4).
TYPES = {access_token.TYP: "access_token", logouts.TYP: "logout_token", id_token.TYP: "id_token"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `code` names what was found, `detail` what it was found in."""

    code: str
    ok: bool
    detail: str = ""


@dataclass(slots=True)
class Inspection:
    """What is known of a token. `granted`, `client` and `session` are None when nobody knows."""

    kind: str = "unknown"
    #: Issued by us, beyond doubt: signed by a key of ours, or a row of ours.
    is_ours: bool = False
    findings: list[Finding] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    key: SigningKey | None = None
    client: Client | None = None
    user_id: int | None = None
    reference: str = ""
    session: Session | None = None
    scope: str = ""

    @property
    def is_alive(self) -> bool:
        """Tell whether nothing speaks against it here."""
        return self.is_ours and all(finding.ok for finding in self.findings)

    def found(self, code: str, *, ok: bool, detail: object = "") -> bool:
        """Note a check; return whether it passed."""
        self.findings.append(Finding(code, ok, str(detail)))
        return ok


def plain(pasted: str) -> str:
    """Return the token out of what somebody pasted: line breaks and the word Bearer go."""
    text = pasted.strip()
    if text[: len(BEARER)].lower() == BEARER:
        text = text[len(BEARER) :]
    return "".join(text.split())


def inspect(token: str) -> Inspection:
    """Return what is known of a token."""
    seen = Inspection()
    if len(token) > LONGEST_TOKEN:
        seen.found("too_long", ok=False)
        return seen
    reader = next((read for prefix, read in _BY_PREFIX if token.startswith(prefix)), _compact)
    reader(seen, token)
    return seen


def _opaque(seen: Inspection, token: str) -> None:
    seen.kind = "access_token"
    row = access_tokens.behind_opaque(token)
    if not seen.found("known", ok=row is not None) or row is None:
        return
    granted = row if row.family_id is not None else None
    seen.is_ours, seen.scope = True, row.token_scope
    seen.client = clients.find(row.client_id)
    seen.found("expires", ok=row.expires_at > now(), detail=row.expires_at.isoformat())
    seen.found("revoked", ok=not row.token_revoked)
    _client_is_on(seen)
    _behind(seen, granted)


def _refresh(seen: Inspection, token: str) -> None:
    seen.kind = "refresh_token"
    row = refresh_tokens.find_with_client(token)
    if not seen.found("known", ok=row is not None) or row is None:
        return
    seen.is_ours, seen.scope = True, row.granted_scope
    seen.client = clients.find(row.client_id)
    seen.found("rotated", ok=row.rotated_at is None)
    seen.found("expires", ok=row.expires_at > now(), detail=row.expires_at.isoformat())
    _client_is_on(seen)
    _behind(seen, row)


def _code(seen: Inspection, token: str) -> None:
    seen.kind = "code"
    row = codes.find(token)
    if not seen.found("known", ok=row is not None) or row is None:
        return
    seen.is_ours, seen.scope = True, row.granted_scope
    seen.client = overview.by_pk(row.client_pk)
    seen.found("redeemed", ok=row.code_redeemed_at is None)
    expires_at = row.code_expires_at
    seen.found("expires", ok=expires_at > now(), detail=expires_at.isoformat())
    _client_is_on(seen)
    _behind(seen, row)


def _secret(seen: Inspection, token: str) -> None:
    """Say of another secret of ours no more than that it is one: it is no token."""
    seen.kind = "secret"
    seen.found("secret", ok=False, detail=token[:7])


_BY_PREFIX: tuple[tuple[str, Callable[[Inspection, str], None]], ...] = (
    (access_token.OPAQUE_PREFIX, _opaque),
    (REFRESH_PREFIX, _refresh),
    (CODE_PREFIX, _code),
    (ANY_PREFIX, _secret),
)


def _compact(seen: Inspection, token: str) -> None:
    """Read a JWT, whoever has made it (RFC 7515 §3.1, RFC 7516 §3.1)."""
    parts = token.split(".")
    if len(parts) not in {SIGNED_PARTS, ENCRYPTED_PARTS}:
        seen.found("no_token", ok=False)
        return
    try:
        seen.header = jose.object_of(jose.unbase64(parts[0]))
        if len(parts) == ENCRYPTED_PARTS:
            seen.kind = "encrypted"
            seen.found("encrypted", ok=False)
            return
        seen.claims = jose.object_of(jose.unbase64(parts[1]))
    except BadToken:
        seen.found("unreadable", ok=False)
        return
    seen.kind = _kind(seen)
    issuer = seen.claims.get("iss")
    if not seen.found("issuer", ok=issuer == settings.issuer, detail=issuer or ""):
        return
    if _is_signed_by_us(seen, token):
        seen.is_ours = True
        _judge_time(seen)
        _JUDGES[seen.kind](seen)


def _kind(seen: Inspection) -> str:
    """Return what it claims to be; signed userinfo is the one JWT of ours that never ends."""
    typ = seen.header.get("typ")
    kind = TYPES.get(typ, "unknown") if isinstance(typ, str) else "unknown"
    is_userinfo = kind == "id_token" and "exp" not in seen.claims
    return "userinfo" if is_userinfo else kind


def _is_signed_by_us(seen: Inspection, token: str) -> bool:
    """Tell whether a key of ours made the signature, also one that is gone by now."""
    kid, alg = seen.header.get("kid"), seen.header.get("alg")
    seen.key = keys.find(kid) if isinstance(kid, str) and len(kid) <= LONGEST_KID else None
    if seen.key is None or seen.key.alg not in jose.ALGORITHMS:
        seen.key = None
        return seen.found("key_unknown", ok=False, detail=kid or "")
    if not seen.found("algorithm", ok=alg == seen.key.alg, detail=alg or ""):
        return False
    try:
        signed = jose.is_signed_by(token, jose.load_verifier(seen.key.public_jwk))
    except BadToken:
        signed = False
    if not seen.found("signature", ok=signed):
        return False
    seen.found("key", ok=seen.key.gone_at is None)
    return True


def _judge_time(seen: Inspection) -> None:
    issued, ends, moment = seen.claims.get("iat"), seen.claims.get("exp"), timestamp()
    if isinstance(ends, int):
        seen.found("expires", ok=moment < ends)
    if isinstance(issued, int):
        seen.found("issued", ok=issued - LEEWAY_SECONDS <= moment)


def _access(seen: Inspection) -> None:
    claims = seen.claims
    seen.scope = str(claims.get("scope", ""))
    seen.client = clients.find(str(claims.get("client_id", "")))
    _client_is_on(seen)
    jti = str(claims.get("jti", ""))
    if "family" not in claims:
        seen.found("revoked", ok=not access_tokens.is_revoked(jti))
        return
    row = access_tokens.behind_jwt(str(claims["family"]), jti)
    if seen.found("family_known", ok=row is not None) and row is not None:
        seen.found("revoked", ok=not row.token_revoked)
        _behind(seen, row)


def _about_session(seen: Inspection) -> None:
    """Judge an ID token or a notice of a sign-out: it lives by its session and its client."""
    audience = seen.claims.get("aud")
    seen.client = clients.find(audience) if isinstance(audience, str) else None
    _client_is_on(seen)
    sid = seen.claims.get("sid")
    seen.session = devices.of_sid(sid) if isinstance(sid, str) else None
    if seen.session is not None:
        seen.user_id = seen.session.user_id
        is_off = users.get(seen.user_id).is_disabled
        seen.found("user_turned_off" if is_off else "user", ok=not is_off)
    if seen.kind == "id_token" and sid:
        seen.found("session", ok=seen.session is not None and seen.session.ended_at is None)


def _nothing_more(seen: Inspection) -> None:
    """Leave a token of ours of a kind that nothing stands behind."""


_JUDGES: dict[str, Callable[[Inspection], None]] = {
    "access_token": _access,
    "id_token": _about_session,
    "logout_token": _about_session,
    "userinfo": _about_session,
    "unknown": _nothing_more,
}


def _client_is_on(seen: Inspection) -> None:
    client = seen.client
    seen.found("client", ok=client is not None and not client.is_disabled)


def _behind(seen: Inspection, granted: Any) -> None:
    """Tell whose authorization it is, and whether that lives."""
    if granted is None:
        return
    seen.user_id, seen.reference = granted.user_id, granted.reference
    seen.session = devices.of_sid(granted.sid) if granted.sid else None
    if granted.disabled_at is not None:
        seen.found("user_turned_off", ok=False)
    fault = families.fault(granted)
    if fault != "user_turned_off":
        seen.found(fault or "family", ok=not fault)
