"""One user: sessions, applications, attempts; turn off and on, sign out everywhere."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.jobs import email
from app.models import User
from app.services.authorization import consents, devices, stories
from app.services.clients import owners, scopes
from app.services.people import (
    accounts,
    addresses,
    groups,
    passkeys,
    resets,
    roles,
    terms,
    upstream_identities,
    users,
    ways_in,
)
from app.services.people.roles import Permission
from app.settings import settings
from app.web import agents
from app.web.access import needs
from app.web.admin import sentences
from app.web.admin.entrance import administrator, blueprint, permits

NEWEST = 10


def _send_reset(row: User, *, by: int) -> None:
    """Mail the user a link for a new password, which no administrator sees (security.md PW06)."""
    resets.begin_for(row, by=by, link=_reset_link)


def _reset_link(token: str) -> str:
    return settings.issuer + url_for("login.reset", token=token)


ACTS = {
    "turn-off": (users.turn_off, "off"),
    "turn-on": (accounts.turn_on, "on"),
    "sign-out": (accounts.sign_out_everywhere, "signed-out"),
    "send-reset": (_send_reset, "reset-sent"),
}


@blueprint.get("/users/<int:user_id>")
@needs(Permission.READ_USERS)
def user(user_id: int) -> ResponseReturnValue:
    """Show a user."""
    row = users.get(user_id)
    newest = stories.latest(user_id=row.id, most=NEWEST)
    return render_template(
        "admin/user.html",
        user=row,
        addresses=_addresses(row),
        may_change=permits(Permission.CHANGE_USERS) and roles.may_change(administrator(), row),
        is_self=row.id == administrator().user_id,
        sessions=_sessions(row),
        apps=_apps(row),
        groups=groups.of_user(row.id),
        owned=owners.of_user(row.id),
        attempts=[sentences.line(story) for story in newest],
        passkeys=passkeys.of_user(row.id),
        has_password=ways_in.has_password(row.id),
        linked=_linked(row),
        agreements=terms.of_user(row.id),
        done=request.args.get("done", ""),
    )


@blueprint.post("/users/<int:user_id>", endpoint="user_act")
@needs(Permission.CHANGE_USERS)
def act_on_user(user_id: int) -> ResponseReturnValue:
    """Do what the button says, and show the user again."""
    row = roles.get_to_change(user_id, by=administrator())
    if request.form.get("act") not in ACTS:
        abort(400)
    act, done = ACTS[request.form["act"]]
    act(row, by=administrator().user_id)
    commit()
    email.deliver_at_once()
    return redirect(url_for("admin.user", user_id=row.id, done=done), 303)


def _addresses(row: User) -> list[dict[str, Any]]:
    return [
        {
            "email": address.email,
            "is_primary": address.key == row.email_key,
            "verified_at": address.verified_at,
        }
        for address in addresses.of_user(row)
    ]


def _linked(row: User) -> list[dict[str, Any]]:
    return [
        {
            "id": identity.id,
            "provider": provider.name,
            "slug": provider.slug,
            "email": identity.email,
            "is_enabled": provider.is_enabled,
        }
        for identity, provider in upstream_identities.of_user(row.id)
    ]


def _sessions(row: User) -> list[dict[str, Any]]:
    return [
        {
            "browser": agents.describe(session.user_agent),
            "address": session.address,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
        }
        for session in devices.of_user(row)
    ]


def _apps(row: User) -> list[dict[str, Any]]:
    return [
        {
            "client_id": client.client_id,
            "name": client.name,
            "titles": [_title(name) for name in consent.scope.split()],
            "given_at": consent.given_at,
        }
        for consent, client in consents.of_user(row.id)
    ]


def _title(scope: str) -> str:
    known = scopes.find(scope)
    return str(known.title) if known else scope
