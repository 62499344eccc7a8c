"""Consent: what an application asks for, with the very values it would learn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.clock import now
from app.database import commit
from app.models import Consent, User
from app.security import uris
from app.services.authorization import consents, interactions
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes
from app.services.people import users
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings
from app.web import logos, permissions
from app.web.access import ANYONE, needs
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

NEW_FOR_DAYS = 30


class ConsentForm(FlaskForm):
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
    if answer == "allow":
        _allow(waiting, waiting.person)
    else:
        _cancel(waiting, waiting.person)
    commit()
    return pages.go_on(waiting)


def _allow(waiting: Waiting, person: SignedIn) -> None:
    """Keep the ticks; what is always part of it needs none."""
    ticked = set(request.form.getlist("scope"))
    allowed = [
        name for name in waiting.scopes if name in ticked or scopes.is_offered(name) == "required"
    ]
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


def _page(waiting: Waiting, person: SignedIn) -> str:
    user = users.get(person.user_id)
    known = consents.find(person.user_id, waiting.client.id)
    seen = person.allowed | person.declined
    is_more = known is not None and not seen.issuperset(waiting.scopes)
    return render_template(
        "login/consent.html",
        form=ConsentForm(),
        interaction=waiting.handle,
        account={"name": person.name or "", "email": person.email},
        client=_client(waiting, known),
        scopes=list(_rows(waiting.scopes, user, person, is_more=is_more)),
        is_more=is_more,
    )


def _rows(
    names: Iterable[str], user: User, person: SignedIn, *, is_more: bool
) -> Iterable[dict[str, Any]]:
    """Return a row for each scope: what is new comes first, what is allowed already is folded."""
    rows = [
        {
            **permissions.row(name, user),
            "checked": _starts_ticked(name, person),
            "is_new": is_more and name not in person.allowed | person.declined,
            "already": is_more and name in person.allowed,
        }
        for name in names
    ]
    return sorted(rows, key=lambda row: not row["is_new"])


def _starts_ticked(name: str, person: SignedIn) -> bool:
    if name in person.allowed:
        return True
    if name in person.declined:
        return False
    if settings.scopes_start != "usual":
        return settings.scopes_start == "on"
    return scopes.is_offered(name) == "on"


def _client(waiting: Waiting, known: Consent | None) -> dict[str, Any]:
    """Return what the page says about the application; the host is the registered one."""
    client = waiting.client
    redirect_uri = waiting.parameter("redirect_uri")
    age = (now() - client.created_at).days
    return {
        "name": client.name,
        "logo": logos.address(client),
        "host": uris.host_of(redirect_uri),
        "is_local": uris.is_loopback(redirect_uri) or not redirect_uri.startswith("https:"),
        "policy_uri": client.setting("policy_uri") or "",
        "tos_uri": client.setting("tos_uri") or "",
        "is_first_time": known is None,
        "added_days_ago": age if age < NEW_FOR_DAYS else None,
        "is_checked": not client.self_registered,
    }
