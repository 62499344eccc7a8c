"""Devices that are not asked for the second step: the list of them, and asking there again."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.models import User
from app.services.people import trusted_browsers, users
from app.web import agents, guards
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, somebody


@blueprint.post("/trusted/<name>/forget")
@needs(SIGNED_IN)
def forget_trusted(name: str) -> ResponseReturnValue:
    """Ask for the second step again on one device."""
    trusted_browsers.forget_one(users.get(somebody().user_id), name, address=guards.address())
    commit()
    return _back("trusted-one")


@blueprint.post("/trusted/forget")
@needs(SIGNED_IN)
def forget_all_trusted() -> ResponseReturnValue:
    """Ask for the second step again on every device."""
    trusted_browsers.forget_every(users.get(somebody().user_id), address=guards.address())
    commit()
    return _back("trusted-all")


def trusted_of(user: User) -> list[dict[str, Any]]:
    """Return the devices as the page shows them."""
    return [
        {
            "name": trusted_browsers.name_of(one),
            "browser": agents.describe(one.user_agent),
            "is_phone": agents.is_phone(one.user_agent),
            "since": one.trusted_at,
            "until": one.expires_at,
            "is_this": trusted_browsers.is_this(one, guards.browser()),
        }
        for one in trusted_browsers.of_user(user)
    ]


def _back(saved: str) -> ResponseReturnValue:
    return redirect(url_for("account.security", saved=saved), 303)
