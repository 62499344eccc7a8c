"""Why somebody would refuse a token: what a resource server or a client has to look at.

RFC 9068 §4 for access tokens, OIDC Core §3.1.3.7 for ID tokens, RFC 7662 for what says nothing.
"""

from __future__ import annotations

from app.oidc import access_token
from app.oidc.inspection import Finding, Inspection
from app.services.clients import clients
from app.settings import settings

#: Kinds that go to nobody but our own token endpoint.
OURS_ALONE = frozenset({"refresh_token", "code", "secret"})


def refusals(seen: Inspection, audience: str, *, token: str) -> list[Finding]:
    """Return everything for which this audience would refuse the token; empty: it would take it.

    `audience` is the client ID of an application, or the name or address of an API.
    """
    if seen.kind in OURS_ALONE:
        return [Finding("for_nobody", ok=False)]
    found = [] if seen.is_alive else [Finding("not_alive", ok=False)]
    if token.startswith(access_token.OPAQUE_PREFIX):
        return [*found, *_introspected(seen, audience)]
    named = _named(seen)
    if audience not in named:
        close = any(_folded(audience) == _folded(name) for name in named)
        code = "audience_spelled" if close else "audience"
        found.append(Finding(code, ok=False, detail=" ".join(named)))
    return [*found, *_by_kind(seen, audience)]


def _by_kind(seen: Inspection, audience: str) -> list[Finding]:
    is_client = clients.find(audience) is not None
    if seen.kind == "access_token":
        needs_openid = audience == settings.issuer and "openid" not in seen.scope.split()
        return [Finding("userinfo_scope", ok=False)] if needs_openid else []
    if seen.kind in {"id_token", "logout_token"} and not is_client:
        return [Finding("no_access_token", ok=False)]
    return []


def _introspected(seen: Inspection, audience: str) -> list[Finding]:
    """Say whether the audience can find out at all: the token says nothing by itself."""
    if audience == settings.issuer:
        return _by_kind(seen, audience)
    asking = clients.find(audience)
    if asking is None:
        return [Finding("must_introspect", ok=False)]
    mine = seen.client is not None and asking.client_id == seen.client.client_id
    meant = _audience_of(seen)
    if mine or asking.setting("introspects") or audience in meant:
        return []
    return [Finding("may_not_introspect", ok=False, detail=asking.name)]


def _named(seen: Inspection) -> list[str]:
    audience = seen.claims.get("aud")
    names = audience if isinstance(audience, list) else [audience]
    return [name for name in names if isinstance(name, str)]


def _audience_of(seen: Inspection) -> list[str]:
    if seen.client is None:
        return []
    audience = access_token.audience(seen.client, seen.scope)
    return [audience] if isinstance(audience, str) else audience


def _folded(address: str) -> str:
    """Return an address without what is most often written differently."""
    plain = address.strip().rstrip("/").casefold()
    return plain.removeprefix("https://").removeprefix("http://")
