"""Other providers one signs in with: link, remove."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email as email_job
from app.services.authorization.attempts import Trace
from app.services.people import upstream_identities, upstream_sign_ins, upstreams, users, ways_in
from app.services.people.ways_in import LastWayIn
from app.web import guards, upstream_door
from app.web.access import RECENT, needs
from app.web.account.desk import blueprint, somebody
from app.web.headers import POLICY


@blueprint.get("/upstreams", endpoint="upstreams")
@needs(RECENT)
def list_upstreams() -> ResponseReturnValue:
    """Show what is linked, and what can be."""
    return _page()


@blueprint.post("/upstreams/<slug>/link")
@needs(RECENT)
def link_upstream(slug: str) -> ResponseReturnValue:
    """Send the person to the provider; what comes back counts in this session alone."""
    provider = upstreams.find_enabled(slug)
    back_url = url_for("account.upstreams")
    carried = upstream_sign_ins.new_carried()
    trace = Trace("upstream", user_id=somebody().user_id)
    return upstream_door.send_away(
        provider, carried, trace, back_url=back_url, session_id=somebody().session_id
    )


@blueprint.post("/upstreams/<int:identity_id>/remove")
@needs(RECENT)
def remove_upstream(identity_id: int) -> ResponseReturnValue:
    """Take one away, unless it is the last way in."""
    person = somebody()
    try:
        ways_in.remove_identity(
            users.get(person.user_id),
            identity_id,
            session_id=person.session_id,
            address=guards.address(),
        )
    except LastWayIn:
        rollback()
        return _page(is_last=True, status=409)
    commit()
    email_job.deliver_at_once()
    return redirect(url_for("account.upstreams", saved="removed"), 303)


def linked_of(user_id: int) -> list[dict[str, Any]]:
    """Return what pages show of the identities of a user."""
    return [
        {
            "id": identity.id,
            "name": provider.name,
            "email": identity.email,
            "is_enabled": provider.is_enabled,
            "created_at": identity.created_at,
            "used_at": identity.used_at,
        }
        for identity, provider in upstream_identities.of_user(user_id)
    ]


def _page(*, is_last: bool = False, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "account/upstreams.html",
        linked=linked_of(somebody().user_id),
        offers=upstreams.offers(),
        is_last=is_last,
        saved=request.args.get("saved", "") if request.method == "GET" else "",
    )
    commit()
    answer = make_response(page, status)
    # Chromium applies form-action to every hop after a form, and "Link" leads to the provider.
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
