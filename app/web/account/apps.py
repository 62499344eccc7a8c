"""The applications one has allowed, and what they may see."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.security import uris
from app.services import clients, consents, scopes
from app.settings import settings
from app.web import guards, logos
from app.web.account.desk import blueprint, show, somebody


@blueprint.get("/apps")
@guards.signed_in_only
def apps() -> ResponseReturnValue:
    """List them, with what each may see."""
    return show(
        "account/apps.html",
        apps=list(_apps(somebody().user_id)),
        saved=request.args.get("saved", ""),
    )


@blueprint.post("/apps/<client_id>/remove")
@guards.signed_in_only
def remove_app(client_id: str) -> ResponseReturnValue:
    """Withdraw the consent; every token that came from it is dead at once (security.md CO06)."""
    consents.withdraw(somebody().user_id, clients.get(client_id))
    commit()
    return redirect(url_for("account.apps", saved="removed"), 303)


def _apps(user_id: int) -> list[dict[str, Any]]:
    return [
        {
            "client_id": client.client_id,
            "name": client.name,
            "logo": logos.address(client),
            "open_url": _open_url(client.setting("initiate_login_uri")),
            "host": _host(client.setting("redirect_uris") or []),
            "given_at": consent.given_at,
            "titles": [_title(name) for name in consent.scope.split()],
        }
        for consent, client in consents.of_user(user_id)
    ]


def _open_url(initiate_login_uri: str | None) -> str | None:
    """Return the address that lets an application start the sign-in (OIDC Core §4)."""
    if not initiate_login_uri:
        return None
    return uris.with_parameters(initiate_login_uri, {"iss": settings.issuer})


def _host(redirect_uris: list[str]) -> str:
    return uris.host_of(redirect_uris[0]) if redirect_uris else ""


def _title(name: str) -> str:
    scope = scopes.BY_NAME.get(name)
    return str(scope.title) if scope else name
