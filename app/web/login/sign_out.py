"""Sign out, after being asked."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.services import clients
from app.web import guards, leaving
from app.web.login.waiting import blueprint


class SignOutForm(FlaskForm):
    """Nothing but the CSRF field: no other site can sign a person out."""


@blueprint.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> ResponseReturnValue:
    """Ask, then end the session and the tokens that live by it."""
    somebody = guards.person()
    if somebody is None:
        return redirect(url_for("login.signed_out"), 303)
    if request.method != "POST":  # HEAD too: it carries no CSRF value
        client = clients.find(request.args.get("client_id", ""))
        return render_template(
            "login/sign_out.html",
            form=SignOutForm(),
            interaction=None,
            account={"name": somebody.name or "", "email": somebody.email},
            client={"name": client.name} if client else None,
        )
    if request.form.get("answer") == "stay":
        return redirect(url_for("account.home"), 303)
    return leaving.end(somebody)


@blueprint.get("/signed-out")
def signed_out() -> ResponseReturnValue:
    """Say that nobody is signed in with this browser, and what became of the applications."""
    return leaving.page(request.args.get("of", ""), request.args.get("client_id", ""))
