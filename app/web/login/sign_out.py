"""Sign out, after being asked."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.database import commit
from app.services import accounts
from app.web import guards
from app.web.login.waiting import blueprint

#: A page in the back-forward cache would still show the account. Not cookies: this site's other
#: ones, such as the language, are not about who is signed in.
FORGET = '"cache", "storage"'


class SignOutForm(FlaskForm):
    """Nothing but the CSRF field: no other site can sign a person out."""


@blueprint.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> ResponseReturnValue:
    """Ask, then end the session and the tokens that live by it."""
    somebody = guards.person()
    if somebody is None:
        return redirect(url_for("login.signed_out"), 303)
    if request.method != "POST":  # HEAD too: it carries no CSRF value
        return render_template(
            "login/sign_out.html",
            form=SignOutForm(),
            interaction=None,
            account={"name": somebody.name or "", "email": somebody.email},
            client=None,
        )
    if request.form.get("answer") == "stay":
        return redirect(url_for("account.home"), 303)
    still_open = accounts.apps_of_session(somebody.session_id)
    guards.sign_out()
    commit()
    answer = make_response(_page(still_open))
    answer.headers["Clear-Site-Data"] = FORGET
    return answer


@blueprint.get("/signed-out")
def signed_out() -> ResponseReturnValue:
    """Say that nobody is signed in with this browser."""
    return _page([])


def _page(still_open: list[str]) -> str:
    return render_template(
        "login/signed_out.html", client=None, return_url=None, still_open=still_open
    )
