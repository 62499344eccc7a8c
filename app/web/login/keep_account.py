"""Somebody signs in whose account is to be deleted: keep it, or leave it at that.

There is a session for this page alone; every other page and the applications know of none.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.jobs import email
from app.models import Session, User
from app.services.people import deletions
from app.services.people.deletions import NotScheduled
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

KEEP = "keep"


class KeepForm(Form):
    """Nothing but the CSRF field; the answer is the button that is pressed."""


@blueprint.route("/keep-account", methods=["GET", "POST"])
@needs(ANYONE)
def keep_account() -> ResponseReturnValue:
    """Ask, and go on with the account when it is kept."""
    waiting = pages.load()
    found = _waiting_in(waiting)
    if found is None:
        handle = waiting.handle if waiting else None
        return redirect(url_for("login.sign_in", interaction=handle), 303)
    user, session = found
    if request.method != "POST":
        return _page(user, waiting)
    if request.form.get("answer") != KEEP:
        guards.sign_out(None)
        commit()
        return redirect(url_for("login.signed_out"), 303)
    return _keep(user, session, waiting)


def is_asked(waiting: Waiting | None) -> bool:
    """Tell whether somebody has just signed in whose account is to be deleted."""
    return bool(guards.session_token()) and _waiting_in(waiting) is not None


def _waiting_in(waiting: Waiting | None) -> tuple[User, Session] | None:
    since = waiting.interaction.created_at if waiting else None
    return deletions.waiting_in(guards.session_token(), since=since)


def _keep(user: User, session: Session, waiting: Waiting | None) -> ResponseReturnValue:
    amr = tuple(session.amr)
    try:
        deletions.keep(user, address=guards.address())
    except NotScheduled:  # another tab has kept it, or its time has just come
        return pages.go_on(waiting, request.args.get("next", ""))
    answer = entering.admit(user, waiting, amr=amr, target=request.args.get("next", ""))
    email.deliver_at_once()
    return answer


def _page(user: User, waiting: Waiting | None) -> str:
    return render_template(
        "login/keep_account.html",
        form=KeepForm(),
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting else None,
        account={"name": user.name or "", "email": user.email},
        due_at=user.deletion_due_at,
    )
