"""Ask for an account. Known and unknown addresses look the same from here."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import EmailField, Field
from wtforms.validators import DataRequired, Email, Length, Optional

from app.database import commit, rollback
from app.errors import TooMany
from app.jobs import email as email_job
from app.services.people import accounts, passkeys, sign_up_policy, sign_ups
from app.settings import settings
from app.web import forms, guards
from app.web.access import ANYONE, needs
from app.web.login import confirm_email
from app.web.login import waiting as pages
from app.web.login.new_account import WithPasswordForm
from app.web.login.waiting import Waiting, blueprint


class SignUpForm(WithPasswordForm):
    """What an account needs."""

    email = EmailField(
        validators=[
            DataRequired(lazy_gettext("Enter your email address.")),
            Length(max=254, message=lazy_gettext("This is too long for an address.")),
            Email(lazy_gettext("Enter the whole address, such as jane@example.org.")),
        ]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the address for the owner's."""
        super().__init__(*args, **kwargs)
        self.address = self.email.data or ""
        if _wants_passkey():
            self.password.validators = [Optional()]

    def validate_email(self, field: Field) -> None:
        """Refuse what cannot be an account's address, or may not sign up here."""
        with forms.obeying_rules():
            accounts.check_address(field.data)
            sign_up_policy.check_domain(field.data)

    def validate_password(self, field: Field) -> None:
        """Check the password where one will be kept."""
        if not _wants_passkey():
            super().validate_password(field)


@blueprint.route("/sign-up", methods=["GET", "POST"])
@needs(ANYONE)
def sign_up() -> ResponseReturnValue:
    """Take the wish for an account, mail a code, and show where to type it."""
    waiting = pages.load()
    if not sign_up_policy.are_taken():
        return _page(None, waiting), 403 if request.method == "POST" else 200
    form = SignUpForm()
    if request.method != "POST":
        form.email.data = _address_to_start_over() or _hinted(waiting)
        return _page(form, waiting)
    if not form.validate_on_submit():
        return _page(form, waiting), 422
    try:
        _begin(form, waiting)
    except TooMany as many:
        rollback()
        form.form_errors.append(forms.too_many_tries(many.retry_after))
        return _page(form, waiting), 429, forms.retry_after(many.retry_after)
    handle = waiting.handle if waiting else None
    return redirect(url_for("login.check_email", interaction=handle), 303)


@pages.redraws("login.sign_up")
def _again(waiting: Waiting | None) -> ResponseReturnValue:
    return _page(SignUpForm() if sign_up_policy.are_taken() else None, waiting), 400


def _wants_passkey() -> bool:
    """Tell whether a passkey is to be made in place of the password, once the address is proved."""
    return "passkey" in request.form and passkeys.site() is not None


def _begin(form: SignUpForm, waiting: Waiting | None) -> None:
    """Do the same work for every address; what differs is the mail alone."""
    typed, person = form.password.data, form.person
    sign_ups.count_mail(form.email.data, guards.address())
    commit()  # hashing takes long: it is done for those alone who need not wait
    hashed = "" if _wants_passkey() else sign_ups.hash_password(typed)
    sign_ups.begin(
        guards.browser(),
        form.email.data,
        person=person,
        password_hash=hashed,
        link=partial(confirm_email.address_of, waiting),
    )
    commit()
    email_job.deliver_at_once()


def _address_to_start_over() -> str:
    """Return the address of the sign-up that this browser wants to change or do again."""
    found = sign_ups.find(guards.browser()) if "again" in request.args else None
    return found.email if found is not None and found.confirmed_at is None else ""


def _hinted(waiting: Waiting | None) -> str:
    """Return the address to fill in when the application sends somebody to sign up."""
    wanted = waiting is not None and waiting.reason == "account_wanted"
    return waiting.parameter("login_hint") if waiting and wanted else ""


def _page(form: SignUpForm | None, waiting: Waiting | None) -> str:
    return render_template(
        "login/sign_up.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client={"name": waiting.client.name} if waiting else None,
        endings=sign_up_policy.endings(),
        password_length=settings.shortest_password,
        may_use_passkey=passkeys.site() is not None,
    )
