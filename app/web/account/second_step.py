"""The second step of one's own sign-in: set it up, turn it off, make new recovery codes."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email
from app.models import User
from app.services.authorization import levels
from app.services.people import second_steps, totp, users
from app.services.people.totp import SetUpAlready
from app.web import enrolment, guards
from app.web.access import RECENT, needs
from app.web.account.desk import blueprint, owed_proof, somebody
from app.web.enrolment import EnrolForm
from app.web.forms import Form


class SureForm(Form):
    """Nothing but the press of a button."""


@blueprint.route("/second-step", methods=["GET", "POST"])
@needs(RECENT)
def second_step() -> ResponseReturnValue:
    """Set an authenticator app up, and show the recovery codes this once."""
    user = users.get(somebody().user_id)
    if totp.has_one(user.id):
        return _back()
    if proof := owed_proof(user, "account.second_step"):
        return redirect(proof, 303)
    if request.method != "POST":
        return _page(enrolment.begin(user, somebody().auth_time), user)
    form = EnrolForm()
    try:
        codes = enrolment.turn_on(form, user, somebody().auth_time)
    except SetUpAlready:
        rollback()
        return _back()
    if codes is None:
        return _page(form, user), 422
    guards.step_up(somebody(), amr=levels.with_code(somebody().amr), is_asked=False)
    return show_codes(codes)


@blueprint.route("/second-step/off", methods=["GET", "POST"])
@needs(RECENT)
def second_step_off() -> ResponseReturnValue:
    """Let the password alone sign in again, unless the policy wants more."""
    user = users.get(somebody().user_id)
    if not user.has_second_step or _is_demanded_of(user):
        return _back()
    form = SureForm()
    if not form.validate_on_submit():
        return render_template("account/second_step_off.html", form=form)
    second_steps.turn_off(user, session_id=somebody().session_id, address=guards.address())
    commit()
    email.deliver_at_once()
    return _back("second-step-off")


@blueprint.route("/recovery-codes", methods=["GET", "POST"])
@needs(RECENT)
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes, and show them this once."""
    user = users.get(somebody().user_id)
    if not user.has_second_step:
        return _back()
    form = SureForm()
    if not form.validate_on_submit():
        return render_template("account/new_recovery_codes.html", form=form)
    return show_codes(second_steps.renew_codes(user, address=guards.address()))


def _is_demanded_of(user: User) -> bool:
    return second_steps.is_demanded_of(user.id, user)


def _back(saved: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("account.security", saved=saved), 303)


def show_codes(codes: list[str]) -> ResponseReturnValue:
    """Keep what was done, and show the recovery codes this once."""
    commit()
    email.deliver_at_once()
    return render_template("account/recovery_codes.html", codes=codes)


def _page(form: EnrolForm, user: User) -> str:
    drawn = enrolment.shown(user, somebody().auth_time)
    return render_template("account/second_step.html", form=form, **drawn)
