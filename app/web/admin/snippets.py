"""Code and settings for an application, filled in; and whether the first sign-in has worked."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import now
from app.models import Client
from app.services.authorization import attempts, stories
from app.services.clients import clients
from app.services.people.roles import Permission
from app.settings import settings
from app.web import languages
from app.web.access import needs
from app.web.admin import filled, sentences, stacks
from app.web.admin.clients import summary
from app.web.admin.entrance import blueprint


@blueprint.get("/applications/<client_id>/snippets", endpoint="snippets")
@needs(Permission.READ_APPLICATIONS)
def show_snippets(client_id: str) -> ResponseReturnValue:
    """Show the snippet for one stack, chosen by a link."""
    row = clients.get(client_id)
    groups = stacks.offered(filled.kind_of(row))
    every = [stack for _, group in groups for stack in group]
    wanted = request.args.get("for", "")
    chosen = next((stack for stack in every if stack.name == wanted), every[0])
    return render_template(
        "admin/snippets.html",
        client=summary(row),
        groups=groups,
        snippet=filled.of(row, chosen),
        progress=progress(row),
    )


@blueprint.get("/applications/<client_id>/first-sign-in")
@needs(Permission.READ_APPLICATIONS)
def first_sign_in(client_id: str) -> ResponseReturnValue:
    """Tell the script of the page how far the first sign-in has come."""
    return jsonify(progress(clients.get(client_id)))


def progress(row: Client) -> dict[str, Any]:
    """Return how far the first sign-in has come: a state, words for it, and where to read more."""
    done_at = attempts.first_sign_in(row.client_id)
    if done_at is not None:
        # Of an older application the first traces are gone: when it began is not known.
        is_known = row.created_at > now() - settings.attempts_kept
        at = languages.moment(done_at)
        worked = gettext("First sign-in worked, %(time)s", time=at) if is_known else None
        return _progress("worked", worked or gettext("Sign-in works."))
    newest = next((s.last for s in stories.latest(client_id=row.client_id, most=1)), None)
    if newest is None:
        return _progress("waiting", gettext("Waiting for the first sign-in…"))
    url = url_for("admin.attempt", reference=newest.reference)
    if newest.outcome == "refused":
        title = gettext("The last try was refused. Still waiting for the first sign-in…")
        return _progress("refused", title, sentences.of(newest), url)
    title = gettext("Somebody is on the way. Waiting for the first sign-in…")
    return _progress("waiting", title, sentences.of(newest), url)


def _progress(state: str, title: str, detail: str = "", url: str = "") -> dict[str, Any]:
    return {"state": state, "title": title, "detail": detail, "url": url}
