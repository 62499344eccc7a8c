"""The page for an authorization request that cannot be answered any more, or not here."""

from __future__ import annotations

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.models import Client
from app.services.authorization import interactions
from app.services.authorization.interactions import AlreadyFinished, AnotherBrowser, InteractionGone
from app.web import guards

#: Why it cannot go on, as the page knows it, and the status.
CAUSES: dict[type[Exception], tuple[str, int]] = {
    InteractionGone: ("expired", 410),
    AlreadyFinished: ("finished", 400),
    AnotherBrowser: ("other_browser", 400),
}
GONE: tuple[type[Exception], ...] = tuple(CAUSES)


def cannot_go_on(gone: Exception) -> ResponseReturnValue:
    """Show why the request cannot go on."""
    cause, status = CAUSES[type(gone)]
    named = request.args.get("interaction") or (request.view_args or {}).get("handle", "")
    handle = g.get("handle") or named
    return page(cause, status, interactions.asked_by(handle, browser=guards.browser()))


def page(cause: str, status: int, client: Client | None = None) -> ResponseReturnValue:
    """Show the page for a cause, and the way back to the application that asked."""
    app = {"name": client.name, "home_url": client.setting("client_uri") or ""} if client else None
    shown = render_template(
        "login/interaction_gone.html",
        cause=cause,
        client=app,
        reference=getattr(g, "reference", ""),
    )
    return shown, status
