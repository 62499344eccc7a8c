"""Sign-in attempts: the newest, a search, and one with everything that was checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import LARGEST_ID
from app.errors import NotFound
from app.models import Attempt
from app.services.authorization import attempts as traces
from app.services.authorization import families, stories
from app.services.authorization.stories import Story
from app.services.clients import overview
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin import lists, references, sentences
from app.web.admin.entrance import blueprint, own_clients, permits

OUTCOMES = ("ok", "waiting", "refused")
PAGE_SIZE = 50


@blueprint.get("/attempts")
@needs(Permission.READ_ATTEMPTS, narrows=True)
def attempts() -> ResponseReturnValue:
    """Show the newest sign-ins that the search finds; a reference leads straight to its page."""
    among = own_clients(Permission.READ_ATTEMPTS)
    terms = {
        "reference": references.written(lists.term("reference")),
        "client": lists.term("client"),
        "outcome": lists.one_of("outcome", OUTCOMES),
    }
    if terms["reference"]:
        if traces.search(terms["reference"], among=among):
            return redirect(url_for("admin.attempt", reference=terms["reference"]), 303)
        return _page([], terms, older_url=None)
    before = request.args.get("before", LARGEST_ID, type=int)
    found = stories.latest(
        outcome=terms["outcome"],
        client_id=terms["client"],
        among=among,
        before=min(max(before, 0), LARGEST_ID),
        most=PAGE_SIZE + 1,
    )
    rows, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    return _page(rows, terms, older_url=_older(rows[-1].last, terms) if more else None)


def _older(last: Attempt, terms: dict[str, str]) -> str:
    client, outcome = terms["client"] or None, terms["outcome"] or None
    return url_for("admin.attempts", before=last.id, client=client, outcome=outcome)


def _page(rows: Sequence[Story], terms: dict[str, str], *, older_url: str | None) -> str:
    names = overview.names({story.client_id for story in rows})
    people = _people({story.user_id for story in rows if story.user_id is not None})
    return render_template(
        "admin/attempts.html",
        terms=terms,
        attempts=[
            {
                **sentences.line(story),
                "client_name": names.get(story.client_id, ""),
                "person": people.get(story.user_id or 0, ""),
            }
            for story in rows
        ],
        older_url=older_url,
    )


def _people(user_ids: set[int]) -> dict[int, str]:
    """Return the addresses of these users; owners of an application see its attempts alone."""
    return overview.addresses(user_ids) if permits(Permission.READ_USERS) else {}


@blueprint.get("/attempts/<reference>")
@needs(Permission.READ_ATTEMPTS, narrows=True)
def attempt(reference: str) -> ResponseReturnValue:
    """Show every visit under a reference, oldest first, with its checks."""
    visits = traces.search(reference, among=own_clients(Permission.READ_ATTEMPTS))
    if not visits:
        raise NotFound("There is no sign-in attempt with this reference any more.")
    client_id = next((row.client_id for row in visits if row.client_id), "")
    user_id = next((row.user_id for row in visits if row.user_id is not None), None)
    names = overview.names([client_id])
    people = _people(set() if user_id is None else {user_id})
    return render_template(
        "admin/attempt.html",
        reference=visits[0].reference,
        client={"client_id": client_id, "name": names[client_id]} if names else None,
        user={"id": user_id, "name": people[user_id]} if user_id in people else None,
        afterwards=_afterwards(reference=visits[0].reference, client_id=client_id, user_id=user_id),
        visits=sentences.story(visits, known=names, sees_users=permits(Permission.READ_USERS)),
    )


def _afterwards(*, reference: str, client_id: str, user_id: int | None) -> dict[str, Any] | None:
    """Return what became of what was issued, None when nothing was or it is gone."""
    if user_id is None or not client_id:
        return None
    found = families.of_reference(reference, client_id=client_id, user_id=user_id)
    if found is None:
        return None
    return {
        "issued_at": found.created_at,
        "redeemed_at": found.code_redeemed_at,
        "revoked_at": found.revoked_at,
        "refreshes": found.refreshes,
        "refreshed_at": found.refreshed_at,
    }
