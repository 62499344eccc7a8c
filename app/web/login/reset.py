"""Choose a new password with the link from a mail; looking at it does nothing (RV04)."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import PasswordField
from wtforms.validators import InputRequired

from app.database import commit, end_reads, rollback
from app.errors import InvalidInput
from app.jobs import email as email_job
from app.security import passwords as hashing
from app.services.people import mailbox_proofs, passwords, resets
from app.services.people.resets import Reset, ResetLinkDead
from app.settings import settings
from app.web import forms, guards
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import blueprint
from app.web.mailed_links import MailedLink

LINK = MailedLink("sealwax-reset", resets.LIFETIME)


class ResetForm(Form):
    """The new password."""

    password = PasswordField(validators=[InputRequired(lazy_gettext("Choose a password."))])


@blueprint.route("/reset", methods=["GET", "POST"])
@needs(ANYONE)
def reset() -> ResponseReturnValue:
    """Take the new password of whoever has the link."""
    if "token" in request.args:
        handle = request.args.get("interaction")
        return LINK.put_away(request.args["token"], url_for("login.reset", interaction=handle))
    try:
        return _take(resets.find(LINK.token))
    except ResetLinkDead:
        rollback()
        return render_template("login/reset.html", form=None, email=None, is_first=False), 410


def _take(found: Reset) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(ResetForm(formdata=None), found)
    form = ResetForm()
    if not form.validate_on_submit():
        return _page(form, found), 422
    try:
        _replace(form, found)
    except InvalidInput as fault:
        forms.blame(form, fault)
        return _page(form, found), 422
    return _saved()


def _page(form: ResetForm, found: Reset) -> str:
    return render_template(
        "login/reset.html",
        form=form,
        email=found.user.email,
        is_first=found.user.last_sign_in_at is None,
        password_length=settings.shortest_password,
    )


def _replace(form: ResetForm, found: Reset) -> None:
    """Put the new password in place and tell its owner."""
    typed, user = form.password.data, found.user
    passwords.check_allowed(typed, context=(user.email, user.name or ""))
    end_reads()  # hashing takes long
    new_hash = hashing.hash_password(typed)
    resets.use(found, new_hash, address=guards.address())
    mailbox_proofs.note(user, guards.browser())
    passwords.tell_owner(user, account_url=settings.issuer + url_for("account.security"))
    commit()
    email_job.deliver_at_once()


def _saved() -> ResponseReturnValue:
    """Send the person to sign in with it: a link from a mail is no sign-in (security.md RV05)."""
    waiting = pages.load_if_alive()
    handle = waiting.handle if waiting else None
    answer = redirect(url_for("login.sign_in", interaction=handle, reset="done"), 303)
    LINK.forget(answer)
    return answer
