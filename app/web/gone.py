"""The page for an authorization request that cannot be answered any more, or not here."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue

from app.services.authorization.interactions import AlreadyFinished, AnotherBrowser, InteractionGone

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
    return page(cause, status)


def page(cause: str, status: int) -> ResponseReturnValue:
    """Show the page for a cause."""
    shown = render_template(
        "login/interaction_gone.html",
        cause=cause,
        client=None,
        reference=getattr(g, "reference", ""),
    )
    return shown, status
