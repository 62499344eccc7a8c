"""Consent: what an application asks for, with the very values it would learn."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.database import commit
from app.oidc import interaction as steps
from app.services.authorization import consents, interactions
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes
from app.services.people import users
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import asking
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint


class ConsentForm(Form):
    """Nothing but the CSRF field, which is bound to the session: the answer is this person's."""


@blueprint.route("/consent", methods=["GET", "POST"])
@needs(ANYONE)
def consent() -> ResponseReturnValue:
    """Ask what the application may have, and keep the answer."""
    waiting = pages.must_load()
    answer = request.form.get("answer")
    is_cancelled = answer == pages.CANCEL  # also when another tab has made the page needless
    if waiting.person is None or not (is_cancelled or waiting.needs("consent")):
        return pages.go_on(waiting)
    if request.method != "POST":
        return _page(waiting, waiting.person)
    if answer not in {"allow", pages.CANCEL}:
        return _page(waiting, waiting.person), 400  # no person can press this
    if answer == "allow" and (hidden := _not_shown(waiting)):
        return _asked_again(waiting, waiting.person, hidden)
    if answer == "allow":
        _allow(waiting, waiting.person)
    else:
        _cancel(waiting, waiting.person)
    commit()
    return pages.go_on(waiting)


def _agreed() -> set[str]:
    """Return what was ticked, and what the page that was answered named as needed."""
    return {*request.form.getlist("scope"), *request.form.getlist("needed")}


def _not_shown(waiting: Waiting) -> frozenset[str]:
    """Return what the application needs, and the person did not agree to.

    An administrator has required it since the page was made: who left it out did not allow it.
    """
    return waiting.client.required_scopes.intersection(waiting.scopes) - _agreed()


def _asked_again(waiting: Waiting, person: SignedIn, hidden: frozenset[str]) -> ResponseReturnValue:
    """Show the page as it is now, with the ticks as they were; nothing is kept but the trace."""
    trace = waiting.asked.trace
    trace.user_id = person.user_id
    trace.refused("consent", steps.NEEDED, expected=scopes.join(hidden))
    trace.write("waiting")
    commit()
    return _page(waiting, person, ticked=_agreed()), 409


def _allow(waiting: Waiting, person: SignedIn) -> None:
    """Keep the ticks; what is always part of it needs none."""
    agreed = _agreed() | scopes.ALWAYS
    allowed = [name for name in waiting.scopes if name in agreed]
    interactions.allow(waiting.interaction, person.session_id, allowed)
    consents.remember(
        person.user_id,
        waiting.client,
        asked=waiting.scopes,
        allowed=allowed,
        reference=waiting.reference,
    )


def _cancel(waiting: Waiting, person: SignedIn) -> None:
    interactions.deny(waiting.interaction)
    audit.record(
        Event.CONSENT_REFUSED,
        actor_id=person.user_id,
        user_id=person.user_id,
        client_id=waiting.client.client_id,
        reference=waiting.reference,
    )


def _page(waiting: Waiting, person: SignedIn, *, ticked: set[str] | None = None) -> str:
    """Return the page; `ticked` are the ticks of an answer to an older one."""
    user = users.get(person.user_id)
    known = consents.last(person.user_id, waiting.client.id)
    is_more = asking.is_more(waiting.scopes, person, waiting.client, known)
    rows = asking.rows(waiting.scopes, user, person, waiting.client, is_more=is_more)
    if ticked is not None:
        rows = [{**row, "checked": row["name"] in ticked} for row in rows]
    device = waiting.asked.device
    return render_template(
        "login/consent_device.html" if device else "login/consent.html",
        form=ConsentForm(),
        interaction=waiting.handle,
        account={"name": person.name or "", "email": person.email},
        client=asking.client(waiting.client, _place(waiting), known, waiting.scopes),
        scopes=rows,
        is_more=is_more,
        has_changed=ticked is not None,
        device={"asked_at": device.created_at, "address": device.address} if device else None,
    )


def _place(waiting: Waiting) -> str:
    """Return an address of the application: a device has none, so that of its home page.

    None when it has registered itself: with somebody else's home page it would pass for them.
    """
    if waiting.asked.device is not None:
        return "" if waiting.client.self_registered else waiting.client.setting("client_uri") or ""
    return waiting.parameter("redirect_uri")
