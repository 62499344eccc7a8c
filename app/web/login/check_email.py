"""Type the code from the mail, or wait for the link to be opened: only then there is an account."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import NotFound, TooMany
from app.jobs import email as email_job
from app.models import SignUp, User
from app.services.people import mailed_codes, sign_ups
from app.services.people.accounts import AddressTaken
from app.services.people.mailed_codes import CodeRefused
from app.services.people.upstream_identities import IdentityTaken
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form, another_code_in, retry_after
from app.web.login import confirm_email, entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint


class CodeForm(Form):
    """A code from a mail."""

    code = StringField(validators=[DataRequired(lazy_gettext("Enter the code from the mail."))])


@blueprint.route("/check-email", methods=["GET", "POST"])
@needs(ANYONE)
def check_email() -> ResponseReturnValue:
    """Check the code, make the account, sign its owner in, and go on."""
    waiting = pages.load()
    sign_up = sign_ups.find(guards.browser())
    if sign_up is None or sign_up.confirmed_at is not None:
        return _nothing_to_check(waiting, sign_up)
    if request.method != "POST":
        return _page(CodeForm(formdata=None), waiting, sign_up)
    if request.form.get("again"):
        return _again(waiting, sign_up)
    form = CodeForm()
    amr = sign_ups.amr_of(sign_up)
    if form.validate_on_submit() and (user := _confirm(form, sign_up)) is not None:
        return entering.enter_new(user, waiting, amr=amr)
    return _page(form, waiting, sign_up), 422


@blueprint.get("/check-email/state")
@needs(ANYONE)
def check_email_state() -> ResponseReturnValue:
    """Tell the page that waits whether the link was opened elsewhere."""
    sign_up = sign_ups.find(guards.browser())
    return jsonify(confirmed=sign_up is not None and sign_up.confirmed_at is not None)


def _nothing_to_check(waiting: Waiting | None, sign_up: SignUp | None) -> ResponseReturnValue:
    """Go on when another tab or browser has confirmed it; start again otherwise.

    A link that was opened in another browser signs nobody in here: the password was chosen there,
    by the owner of the mailbox (see people.sign_ups).
    """
    if guards.person() is not None:
        return pages.go_on(waiting)
    handle = waiting.handle if waiting else None
    if sign_up is not None:
        return redirect(url_for("login.sign_in", interaction=handle, confirmed="yes"), 303)
    return redirect(url_for("login.sign_up", interaction=handle), 303)


def _confirm(form: CodeForm, sign_up: SignUp) -> User | None:
    """Make the account; return its owner, None when something stood in the way."""
    try:
        sign_ups.count_try(sign_up)
        commit()  # a try counts, also when nobody waits for its answer
        return sign_ups.confirm(sign_up, guards.browser(), form.code.data)
    except CodeRefused:
        form.code.errors = [_("That code isn't right or has expired.")]
    except AddressTaken:
        rollback()
        form.code.errors = [_("This address is already confirmed. Sign in.")]
    except (IdentityTaken, NotFound):
        rollback()
        form.code.errors = [_("That took too long. Start again.")]
    return None


def _again(waiting: Waiting | None, sign_up: SignUp) -> ResponseReturnValue:
    form = CodeForm(formdata=None)
    try:
        link = partial(confirm_email.address_of, waiting)
        sent_at = sign_ups.send_again(
            sign_up, guards.browser(), link=link, address=guards.address()
        )
    except TooMany as many:
        rollback()
        form.form_errors.append(another_code_in(many.retry_after))
        return _page(form, waiting, sign_up), 429, retry_after(many.retry_after)
    commit()
    email_job.deliver_at_once()
    return _page(form, waiting, sign_up, sent_again_at=sent_at)


def _page(
    form: CodeForm,
    waiting: Waiting | None,
    sign_up: SignUp,
    *,
    sent_again_at: datetime | None = None,
) -> str:
    page, again = ("login.sign_in", None) if sign_up.identity else ("login.sign_up", "yes")
    handle = waiting.handle if waiting else None
    has_mailbox = settings.is_local and email_job.has_folder()
    return render_template(
        "login/check_email.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        email=sign_up.email,
        change_url=url_for(page, interaction=handle, again=again),
        minutes=mailed_codes.MINUTES,
        sent_again_at=sent_again_at,
        state_url=url_for("login.check_email_state"),
        is_early=request.method == "GET" and "done" in request.args,
        mailbox_url=url_for("dev_mail.mailbox") if has_mailbox else None,
    )
