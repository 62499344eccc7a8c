"""What the person allowed of an authorization request: its scope, and its single claims."""

from __future__ import annotations

from app.models import Interaction
from app.oidc import authorization_request
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes


def granted_scope(
    request: ProtocolRequest, person: SignedIn, interaction: Interaction | None = None
) -> str:
    """Return what the person allowed of what is asked for; openid is never taken out of it.

    Raises:
        Refusal: nothing is left of it.
    """
    asked, may = scopes.split(request.scope), _allowed(request, person, interaction)
    kept = [name for name in asked if name in may]
    if not kept and "openid" not in asked:
        redirect_uri = request.payload.get("redirect_uri")
        raise Refusal("consent_refused", "consent", redirect_uri=redirect_uri)
    return scopes.join([*kept, *(name for name in asked if name == "openid")])


def released_claims(
    request: ProtocolRequest, person: SignedIn, interaction: Interaction | None = None
) -> dict[str, list[str]] | None:
    """Return the single claims the person allowed, by place; None when there are none."""
    asked = authorization_request.claims_of(request)
    return asked.released(_allowed(request, person, interaction))


def _allowed(
    request: ProtocolRequest, person: SignedIn, interaction: Interaction | None
) -> frozenset[str]:
    if interaction is not None and interaction.session_id == person.session_id:
        answered = interaction.allowed_scope
        if answered is not None:
            return frozenset(answered.split())
    if request.client.setting("trusted"):
        return frozenset(scopes.split(request.permissions))
    return person.allowed
