"""Choose a new password with the link from a mail.

Looking at a link does nothing: it puts the token into a cookie and takes it out of the URL, where
a history, a log or a referrer could keep it (security.md RV04).
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from app.database import commit, rollback
from app.errors import InvalidInput
from app.jobs import email as email_job
from app.oidc.reasons import Refusal
from app.security import passwords as hashing
from app.services import passwords, resets
from app.services.resets import Reset, ResetLinkDead
from app.settings import settings
from app.web import forms, guards
from app.web.gone import GONE
from app.web.login import waiting as pages
from app.web.login.waiting import blueprint

TOKEN = "sealwax-reset"
LONGEST_TOKEN = 100
#: The request that waited cannot go on; the new password is good all the same.
TOO_LATE: tuple[type[Exception], ...] = (Refusal, *GONE)


class ResetForm(FlaskForm):
    """The new password."""

    password = PasswordField(validators=[InputRequired(lazy_gettext("Choose a password."))])


@blueprint.route("/reset", methods=["GET", "POST"])
def reset() -> ResponseReturnValue:
    """Take the new password of whoever has the link."""
    if "token" in request.args:
        return _put_away(request.args["token"])
    try:
        return _take(resets.find(request.cookies.get(_cookie(), "")))
    except ResetLinkDead:
        rollback()
        return render_template("login/reset.html", form=None, email=None), 410


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


def _put_away(token: str) -> ResponseReturnValue:
    """Move the token from the URL into a cookie of this browser."""
    handle = request.args.get("interaction")
    answer = redirect(url_for("login.reset", interaction=handle), 303)
    if len(token) <= LONGEST_TOKEN and token.isascii() and token.isprintable():
        answer.set_cookie(
            _cookie(),
            token,
            max_age=resets.LIFETIME,
            secure=settings.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _cookie() -> str:
    return f"__Host-{TOKEN}" if settings.is_secure else TOKEN


def _page(form: ResetForm, found: Reset) -> str:
    return render_template(
        "login/reset.html",
        form=form,
        email=found.user.email,
        password_length=settings.shortest_password,
    )


def _replace(form: ResetForm, found: Reset) -> None:
    """Put the new password in place and tell its owner."""
    typed, user = form.password.data, found.user
    passwords.check_allowed(typed, context=(user.email, user.name or ""))
    rollback()  # hashing takes long: nobody may wait for this transaction
    new_hash = hashing.hash_password(typed)
    resets.use(found, new_hash, address=guards.address())
    passwords.tell_owner(user, account_url=settings.issuer + url_for("account.security"))
    commit()
    email_job.deliver_at_once()


def _saved() -> ResponseReturnValue:
    """Send the person to sign in with it: a link from a mail is no sign-in (security.md RV05)."""
    try:
        waiting = pages.load()
    except TOO_LATE:  # or the link was opened in another browser
        waiting = None
    handle = waiting.handle if waiting else None
    answer = redirect(url_for("login.sign_in", interaction=handle, reset="done"), 303)
    answer.delete_cookie(_cookie(), secure=settings.is_secure, httponly=True, samesite="Lax")
    return answer
