"""What a person shares: each application they allow, with the values it is told of them.

Nobody becomes somebody else here: nothing is issued, and nothing on the page could be used (ux.md
2.18, no impersonation). It is personal data all the same: that it was looked at is recorded, and
its owner reads so.
"""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.database import commit
from app.models import User
from app.oidc import preview
from app.oidc.preview import CODE, DEVICE, Wish
from app.oidc.reasons import Refusal
from app.services.authorization import allowed_clients
from app.services.authorization.allowed_clients import AllowedClient
from app.services.clients import scopes
from app.services.people import users
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import guards, logos, permissions
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.admin.preview import parts

#: On one page; somebody who allows more has a list of them on their own page.
MOST = 50


@blueprint.get("/users/<int:user_id>/shares")
@needs(Permission.READ_USERS)
def shares(user_id: int) -> ResponseReturnValue:
    """Say that it is recorded, before anything is seen."""
    return _page(users.get(user_id), None)


@blueprint.post("/users/<int:user_id>/shares", endpoint="show_shares")
@needs(Permission.READ_USERS)
def show_shares(user_id: int) -> ResponseReturnValue:
    """Show what each application is told; a POST, because that is recorded."""
    row, me = users.get(user_id), administrator().user_id
    found = allowed_clients.of_user(row.id)
    audit.record(Event.SHARES_SEEN, actor_id=me, user_id=row.id, address=guards.address())
    commit()
    return _page(row, found)


def _page(row: User, found: list[AllowedClient] | None) -> str:
    return render_template(
        "admin/shares.html",
        user={"id": row.id, "name": row.name, "email": row.email},
        apps=None if found is None else [_app(row, app) for app in found[:MOST]],
        more=max(len(found or ()) - MOST, 0),
    )


def _app(row: User, app: AllowedClient) -> dict[str, Any]:
    told, refusal = _told(row, app)
    return {
        "client_id": app.client.client_id,
        "name": app.client.name,
        "logo": logos.address(app.client),
        "given_at": app.since,
        "used_at": app.used_at,
        "ends_at": app.until,
        "is_managed": app.is_managed,
        "titles": [permissions.title(name) for name in app.scopes],
        "parts": told,
        "refusal": refusal,
    }


def _told(row: User, app: AllowedClient) -> tuple[list[dict[str, Any]], str]:
    """Return what the application would be told now, by the code that issues, or why nothing."""
    grant = CODE if app.client.check_grant_type(CODE) else DEVICE
    wish = Wish(grant_type=grant, scope=scopes.join(app.scopes), user=row)
    try:
        seen = parts(app.client, preview.of(app.client, wish))
    except Refusal as refusal:
        return [], refusal.reason.description
    # What it is told of the person first: the access token is for others, and says least of them.
    order = {"userinfo": 0, "id_token": 1}
    told = [part for part in seen if part["claims"] is not None]
    if not permits(Permission.READ_APPLICATIONS):
        for claim in (claim for part in told for claim in part["claims"]):
            claim["url"] = None  # the setting that makes it is on a page they cannot open
    return sorted(told, key=lambda part: order.get(part["kind"], 2)), ""
