"""The applications one has allowed: what each may see, less of it, none of it, and back again."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.models import Client, Consent, User
from app.security import uris
from app.services.authorization import allowed_clients, consents
from app.services.authorization.allowed_clients import AllowedClient
from app.services.authorization.consents import Changed, Needed
from app.services.clients import clients
from app.services.people import users
from app.settings import settings
from app.web import logos, permissions
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, show, somebody


@blueprint.get("/apps")
@needs(SIGNED_IN)
def apps() -> ResponseReturnValue:
    """List them, and those whose removal can still be undone."""
    user_id = somebody().user_id
    return show(
        "account/apps.html",
        apps=[_shown(app) for app in allowed_clients.of_user(user_id)],
        removed=[_named(client) for client in consents.restorable(user_id)],
        minutes=int(Consent.UNDO.total_seconds() // 60),
        saved=request.args.get("saved", ""),
    )


@blueprint.get("/apps/<client_id>")
@needs(SIGNED_IN)
def app(client_id: str) -> ResponseReturnValue:
    """Show the very values that an application may see, each with a tick."""
    return _page(client_id, saved=request.args.get("saved", ""))


def _page(client_id: str, *, saved: str) -> str:
    user = users.get(somebody().user_id)
    found = allowed_clients.find(user.id, client_id)
    if found is None:
        abort(404)
    return show(
        "account/app.html",
        app=_shown(found),
        scopes=[_row(name, user, found) for name in found.scopes],
        left_out=[{**_row(name, user, found), "checked": False} for name in found.left_out],
        saved=saved,
    )


@blueprint.post("/apps/<client_id>")
@needs(SIGNED_IN)
def change_app(client_id: str) -> ResponseReturnValue:
    """Allow what is ticked and nothing else; tokens are narrower at once (security.md CO06)."""
    ticked = [*request.form.getlist("scope"), *request.form.getlist("needed")]
    try:
        changed = consents.change(somebody().user_id, clients.get(client_id), ticked=ticked)
    except Needed:
        rollback()
        return _page(client_id, saved="needed"), 409
    commit()
    saved = _what_was_done(changed)
    return redirect(url_for("account.app", client_id=client_id, saved=saved), 303)


def _what_was_done(changed: Changed) -> str | None:
    if changed.off and changed.on:
        return "changed"
    if changed.on:
        return "widened"
    return "narrowed" if changed.off else None


@blueprint.post("/apps/<client_id>/remove")
@needs(SIGNED_IN)
def remove_app(client_id: str) -> ResponseReturnValue:
    """Withdraw the consent; every token that came from it is dead at once (security.md CO06)."""
    consents.withdraw(somebody().user_id, clients.get(client_id))
    commit()
    return redirect(url_for("account.apps", saved="removed"), 303)


@blueprint.post("/apps/<client_id>/restore")
@needs(SIGNED_IN)
def restore_app(client_id: str) -> ResponseReturnValue:
    """Undo a removal while there is time; what was signed out stays so."""
    restored = consents.restore(somebody().user_id, clients.get(client_id))
    commit()
    return redirect(url_for("account.apps", saved="restored" if restored else "too-late"), 303)


def _shown(found: AllowedClient) -> dict[str, Any]:
    client = found.client
    return {
        **_named(client),
        "open_url": _open_url(client.setting("initiate_login_uri")),
        "host": _host(client.setting("redirect_uris") or []),
        "given_at": found.since,
        "used_at": found.used_at,
        "ends_at": found.until,
        "is_managed": found.is_managed,
        "titles": [permissions.title(name) for name in found.scopes],
    }


def _named(client: Client) -> dict[str, Any]:
    return {"client_id": client.client_id, "name": client.name, "logo": logos.address(client)}


def _row(name: str, user: User, found: AllowedClient) -> dict[str, Any]:
    """Return a row as the consent page has it; what is managed has no tick."""
    row = permissions.row(name, user, found.client)
    required = row["required"] or found.is_managed
    needed = row["needed"] and not found.is_managed
    return {**row, "required": required, "needed": needed, "checked": True, "is_new": False}


def _open_url(initiate_login_uri: str | None) -> str | None:
    """Return the address that lets an application start the sign-in (OIDC Core §4)."""
    if not initiate_login_uri:
        return None
    return uris.with_parameters(initiate_login_uri, {"iss": settings.issuer})


def _host(redirect_uris: list[str]) -> str:
    return uris.host_of(redirect_uris[0]) if redirect_uris else ""
