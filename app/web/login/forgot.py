"""Forgotten password: ask for a link. Known and unknown addresses look the same from here."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import EmailField
from wtforms.validators import DataRequired, Email, Length

from app.database import commit, rollback
from app.errors import InvalidInput, TooMany
from app.jobs import email as email_job
from app.services.people import accounts, resets, sign_ups
from app.settings import settings
from app.web import forms, guards
from app.web.access import ANYONE, needs
from app.web.forms import Form, too_many_tries
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

LONGEST_ADDRESS = 254


class ForgotForm(Form):
    """Whose password it is."""

    email = EmailField(
        validators=[
            DataRequired(lazy_gettext("Enter your email address.")),
            Length(max=LONGEST_ADDRESS, message=lazy_gettext("This is too long for an address.")),
            Email(lazy_gettext("Enter the whole address, such as jane@example.org.")),
        ]
    )


@blueprint.route("/forgot", methods=["GET", "POST"])
@needs(ANYONE)
def forgot() -> ResponseReturnValue:
    """Mail a link; the answer is the same for every address (security.md RV01)."""
    waiting = pages.load()
    if request.method != "POST":
        typed = request.args.get("username", "")[:LONGEST_ADDRESS]
        return _ask(ForgotForm(formdata=None, data={"email": typed}), waiting)
    form = ForgotForm()
    if not form.validate_on_submit():
        return _ask(form, waiting), 422
    try:
        accounts.check_address(form.email.data)
        sign_ups.count_mail(form.email.data, guards.address())
    except InvalidInput as fault:
        forms.blame(form, fault)
        return _ask(form, waiting), 422
    except TooMany as many:
        rollback()
        form.form_errors.append(too_many_tries(many.retry_after))
        return _ask(form, waiting), 429, forms.retry_after(many.retry_after)
    handle = waiting.handle if waiting else None
    resets.begin(form.email.data, link=partial(_link, handle))
    commit()
    email_job.deliver_at_once()
    return _ask(form, waiting, sent_to=form.email.data)


@pages.redraws("login.forgot")
def _again(waiting: Waiting | None) -> ResponseReturnValue:
    return _ask(ForgotForm(), waiting), 400


def _link(handle: str | None, token: str) -> str:
    """Return the address in the mail; it leads back to the request that waits, if one does."""
    return settings.issuer + url_for("login.reset", interaction=handle, token=token)


def _ask(form: ForgotForm, waiting: Waiting | None, *, sent_to: str = "") -> str:
    has_mailbox = settings.is_local and email_job.has_folder()
    return render_template(
        "login/forgot.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        sent_to=sent_to,
        minutes=resets.MINUTES,
        mailbox_url=url_for("dev_mail.mailbox") if sent_to and has_mailbox else None,
    )
