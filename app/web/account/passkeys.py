"""One's passkeys: make, name, remove; let one be the second step."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.database import commit, rollback
from app.jobs import email
from app.models import Passkey, User
from app.services.people import passkeys, second_steps, users, ways_in
from app.services.people.ways_in import LastWayIn
from app.web import guards, unsent
from app.web import passkeys as answers
from app.web.access import RECENT, SIGNED_IN, needs
from app.web.account.desk import blueprint, owed_proof, somebody
from app.web.account.second_step import show_codes
from app.web.passkeys import PasskeyForm
from app.web.unsent import KeptForm


class NameForm(KeptForm):
    """What its owner calls a passkey."""

    name = StringField(
        validators=[
            DataRequired(lazy_gettext("Enter a name.")),
            Length(max=60, message=lazy_gettext("Use 60 characters or fewer.")),
        ]
    )


@blueprint.route("/passkeys", methods=["GET", "POST"], endpoint="passkeys")
@needs(RECENT)
def own_passkeys() -> ResponseReturnValue:
    """Show one's passkeys, and keep the one that the browser has just made."""
    user = users.get(somebody().user_id)
    form = PasskeyForm()
    if request.method == "POST" and (proof := owed_proof(user, "account.passkeys")):
        return redirect(proof, 303)
    if not form.validate_on_submit():
        page = _page(form, user)
        commit()  # the session was seen
        return page
    try:
        answers.create(form, user)
    except answers.MAKING as fault:
        rollback()
        form.form_errors.append(answers.not_made(fault))
        return _page(form, user), 422
    commit()
    email.deliver_at_once()
    return _back("added")


@blueprint.route("/passkeys/<int:passkey_id>", methods=["GET", "POST"])
@needs(RECENT)
@unsent.keeps(NameForm)
def passkey(passkey_id: int) -> ResponseReturnValue:
    """Show one of them, and call it something else."""
    found = passkeys.get(somebody().user_id, passkey_id)
    form = NameForm(data={"name": found.name})
    if not form.validate_on_submit():
        return _one(form, found), 422 if form.is_submitted() else 200
    passkeys.rename(found, form.name.data)
    commit()
    return _back("renamed")


@blueprint.post("/passkeys/<int:passkey_id>/remove")
@needs(RECENT)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take it away, unless its owner could not sign in any more without it."""
    me = somebody()
    try:
        ways_in.remove_passkey(
            users.get(me.user_id),
            passkey_id,
            session_id=me.session_id,
            address=guards.address(),
        )
    except LastWayIn:
        rollback()
        found = passkeys.get(me.user_id, passkey_id)
        form = NameForm(formdata=None, data={"name": found.name})
        form.form_errors.append(_("Add another way to sign in first."))
        return _one(form, found), 422
    commit()
    email.deliver_at_once()
    return _back("removed")


@blueprint.post("/passkeys/second-step")
@needs(RECENT)
def passkey_second_step() -> ResponseReturnValue:
    """Ask for a passkey after the password from now on; show the recovery codes this once."""
    me = somebody()
    user = users.get(me.user_id)
    if user.has_second_step or not passkeys.has_any(user.id):
        return redirect(url_for("account.security"), 303)
    if proof := owed_proof(user, "account.passkeys"):
        return redirect(proof, 303)  # a thief would get the recovery codes
    codes = second_steps.turn_on_with_passkey(
        user, session_id=me.session_id, address=guards.address()
    )
    return show_codes(codes)


@blueprint.post("/passkeys/later")
@needs(SIGNED_IN)
def decline_passkey() -> ResponseReturnValue:
    """Offer none for a while."""
    passkeys.decline(users.get(somebody().user_id))
    commit()
    return redirect(url_for("account.home"), 303)


def _back(saved: str) -> ResponseReturnValue:
    return redirect(url_for("account.passkeys", saved=saved), 303)


def _page(form: PasskeyForm, user: User) -> str:
    return render_template(
        "account/passkeys.html",
        form=form,
        passkeys=passkeys.of_user(user.id),
        options=passkeys.begin_registration(user, browser=guards.browser()),
        saved=request.args.get("saved", "") if request.method == "GET" else "",
        proof_url=owed_proof(user, "account.passkeys"),
        email=user.email,
        may_be_second_step=not user.has_second_step and ways_in.has_password(user.id),
    )


def _one(form: NameForm, found: Passkey) -> str:
    return render_template("account/passkey.html", form=form, passkey=found)
