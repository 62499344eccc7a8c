"""Sign out, after being asked."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.services.authorization.signed_in import SignedIn
from app.services.clients import clients
from app.web import guards, leaving
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login.waiting import blueprint

#: The answer that signs out every account of this browser.
EVERYBODY = "everybody"


class SignOutForm(Form):
    """Nothing but the CSRF field: no other site can sign a person out."""


@blueprint.route("/sign-out", methods=["GET", "POST"])
@needs(ANYONE)
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
            others=len(_others(somebody)),
        )
    answer = request.form.get("answer")
    if answer == "stay":
        return redirect(url_for("account.home"), 303)
    if answer != EVERYBODY:
        return leaving.end([somebody])
    everybody = [somebody, *_others(somebody)]
    guards.forget_accounts()
    return leaving.end(everybody)


def _others(somebody: SignedIn) -> list[SignedIn]:
    """Return who else is signed in with this browser."""
    found = [account.session for account in guards.accounts()]
    return [other for other in found if other and other.session_id != somebody.session_id]


@blueprint.get("/signed-out")
@needs(ANYONE)
def signed_out() -> ResponseReturnValue:
    """Say that nobody is signed in with this browser, and what became of the applications."""
    return leaving.page(request.args.getlist("of"), request.args.get("client_id", ""))
