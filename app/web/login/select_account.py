"""Choose an account: go on with the one in use, or use another."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.database import commit
from app.services import interactions
from app.services.sessions import SignedIn
from app.web import guards
from app.web.login import waiting as pages
from app.web.login.waiting import FRESH_SIGN_IN, Waiting, blueprint

CURRENT = "current"


class AccountForm(FlaskForm):
    """Nothing but the CSRF field; the account is the button that is pressed."""


@blueprint.route("/select-account", methods=["GET", "POST"])
def select_account() -> ResponseReturnValue:
    """Offer the accounts of this browser; nobody is picked without being asked."""
    waiting = pages.load()
    handle = waiting.handle if waiting else None
    somebody = waiting.person if waiting else guards.person()
    if somebody is None:
        return redirect(url_for("login.sign_in", interaction=handle), 303)
    if request.method != "POST":
        return _page(waiting, somebody)
    if request.form.get("account") != CURRENT:
        return redirect(url_for("login.sign_in", another="yes", interaction=handle), 303)
    if waiting is not None and waiting.needs("sign_in"):
        return redirect(url_for("login.sign_in", interaction=handle), 303)
    if waiting is not None:
        interactions.choose(waiting.interaction, somebody.session_id)
        commit()
    return pages.go_on(waiting)


def _page(waiting: Waiting | None, somebody: SignedIn) -> str:
    again = waiting is not None and waiting.reason in FRESH_SIGN_IN
    account = {
        "value": CURRENT,
        "name": somebody.name or "",
        "email": somebody.email,
        "is_signed_in": not again,
    }
    return render_template(
        "login/select_account.html",
        form=AccountForm(),
        interaction=waiting.handle if waiting else None,
        client={"name": waiting.client.name} if waiting else None,
        accounts=[account],
    )
