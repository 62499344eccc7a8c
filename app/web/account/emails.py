"""One's own email addresses: add and confirm one, make one primary, remove one."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from app.database import commit, rollback
from app.errors import InvalidInput, TooMany
from app.jobs import email as email_job
from app.models import EmailClaim, User
from app.services.people import (
    address_changes,
    address_claims,
    addresses,
    mailed_codes,
    sign_ups,
    users,
)
from app.services.people.accounts import AddressTaken
from app.services.people.mailed_codes import CodeRefused
from app.settings import settings
from app.web import access, forms, guards, unsent
from app.web.access import ANYONE, RECENT, SIGNED_IN, needs
from app.web.account.desk import blueprint, somebody
from app.web.forms import Form, too_many_tries
from app.web.mailed_links import MailedLink
from app.web.unsent import KeptForm

LINK = MailedLink("sealwax-address", mailed_codes.LIFETIME)


class AddressForm(KeptForm):
    """One more address."""

    email = EmailField(
        validators=[
            DataRequired(lazy_gettext("Enter your email address.")),
            Length(max=254, message=lazy_gettext("This is too long for an address.")),
            Email(lazy_gettext("Enter the whole address, such as jane@example.org.")),
        ]
    )


class ClaimForm(Form):
    """The code that was mailed to the new address."""

    code = StringField(validators=[DataRequired(lazy_gettext("Enter the code from the mail."))])


class LinkForm(Form):
    """Nothing but the press of a button."""


@blueprint.route("/emails", methods=["GET", "POST"])
@needs(RECENT)
@unsent.keeps(AddressForm)
def emails() -> ResponseReturnValue:
    """List the addresses, and take a new one: it counts when its owner has confirmed it."""
    user = users.get(somebody().user_id)
    if request.method != "POST":
        page = _page(AddressForm(), user)
        commit()  # the session was seen
        return page
    form = AddressForm()
    if not form.validate_on_submit():
        return _page(form, user), 422
    try:
        claim_id = _begin(user, form.email.data)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _page(form, user), 422
    except TooMany as many:
        rollback()
        form.form_errors.append(too_many_tries(many.retry_after))
        return _page(form, user), 429, forms.retry_after(many.retry_after)
    return redirect(url_for("account.confirm_address", claim_id=claim_id), 303)


def _begin(user: User, email: str) -> int:
    """Mail a code and a link; the same for every address that is not one's own (RV01)."""
    sign_ups.count_mail(email, guards.address())
    claim_id = address_claims.begin(user, email, link=_address_of_link)
    commit()
    email_job.deliver_at_once()
    return claim_id


def _address_of_link(token: str) -> str:
    return settings.issuer + url_for("account.confirm_link", token=token)


@blueprint.route("/emails/confirm/<int:claim_id>", methods=["GET", "POST"])
@needs(SIGNED_IN)
def confirm_address(claim_id: int) -> ResponseReturnValue:
    """Take the code from the mail."""
    user = users.get(somebody().user_id)
    try:
        claim = address_claims.find(user, claim_id)
    except CodeRefused:
        return _back("over")
    form = ClaimForm() if request.method == "POST" else ClaimForm(formdata=None)
    if form.validate_on_submit() and _confirm(form, user, claim):
        return _back("added")
    commit()  # the session was seen
    return _code_page(form, claim), 422 if form.is_submitted() else 200


def _confirm(form: ClaimForm, user: User, claim: EmailClaim) -> bool:
    """Put the address on the account; tell whether nothing stood in the way."""
    try:
        address_claims.count_try(claim)
        commit()  # a try counts, also when nobody waits for its answer
        address_claims.confirm_by_code(user, claim, form.code.data, address=guards.address())
    except CodeRefused as refused:
        form.code.errors = [_(refused.public)]
    except AddressTaken:
        rollback()
        form.code.errors = [_("Another account has confirmed this address meanwhile.")]
    else:
        commit()
        email_job.deliver_at_once()
        return True
    return False


@blueprint.route("/emails/link", methods=["GET", "POST"])
@needs(ANYONE)
def confirm_link() -> ResponseReturnValue:
    """Take the link from the mail; its token goes no further, not even to the sign-in (RV04)."""
    if "token" in request.args:
        return LINK.put_away(request.args["token"], url_for("account.confirm_link"))
    return access.turned_away(SIGNED_IN) or _follow_link()


def _follow_link() -> ResponseReturnValue:
    """Add the address where the person is signed in who asked for it (security.md RV08)."""
    user, form = users.get(somebody().user_id), LinkForm()
    try:
        claim = address_claims.find_by_link(user, LINK.token)
        if not form.validate_on_submit():
            page = _link_page(form, claim)
            return page, 422 if form.is_submitted() else 200
        address_claims.confirm_by_link(user, claim, address=guards.address())
    except (CodeRefused, AddressTaken):
        rollback()
        return _link_page(None, None), 410
    commit()
    email_job.deliver_at_once()
    answer = _back("added")
    LINK.forget(answer)
    return answer


@blueprint.post("/emails/cancel/<int:claim_id>")
@needs(SIGNED_IN)
def cancel_address(claim_id: int) -> ResponseReturnValue:
    """Forget an address that was not confirmed yet."""
    address_claims.cancel(users.get(somebody().user_id), claim_id)
    commit()
    return _back("canceled")


@blueprint.post("/emails/primary")
@needs(RECENT)
def make_primary() -> ResponseReturnValue:
    """Make an address the primary one; both are told, the old one with a way back (RV07)."""
    user, key = users.get(somebody().user_id), request.form.get("address", "")
    address_changes.promote(user, key, link=_way_back, address=guards.address())
    commit()
    email_job.deliver_at_once()
    return _back("primary")


def _way_back(token: str) -> str:
    return settings.issuer + url_for("login.revert_email", token=token)


@blueprint.post("/emails/remove")
@needs(RECENT)
def remove_address() -> ResponseReturnValue:
    """Take an address off the account."""
    user, key = users.get(somebody().user_id), request.form.get("address", "")
    addresses.remove(user, key, address=guards.address())
    commit()
    return _back("removed")


def _back(saved: str) -> Response:
    return redirect(url_for("account.emails", saved=saved), 303)


def _page(form: AddressForm, user: User) -> str:
    rows = [
        {
            "key": row.key,
            "email": row.email,
            "is_primary": row.key == user.email_key,
            "is_confirmed": row.verified_at is not None,
        }
        for row in addresses.of_user(user)
    ]
    return render_template(
        "account/emails.html",
        form=form,
        addresses=rows,
        claims=[{"id": row.id, "email": row.email} for row in address_claims.of_user(user)],
        saved=request.args.get("saved", "") if request.method == "GET" else "",
    )


def _code_page(form: ClaimForm, claim: EmailClaim) -> str:
    has_mailbox = settings.is_local and email_job.has_folder()
    return render_template(
        "account/confirm_address.html",
        form=form,
        claim={"id": claim.id, "email": claim.email},
        minutes=mailed_codes.MINUTES,
        mailbox_url=url_for("dev_mail.mailbox") if has_mailbox else None,
    )


def _link_page(form: LinkForm | None, claim: EmailClaim | None) -> str:
    email = claim.email if claim else ""
    return render_template("account/confirm_link.html", form=form, email=email)
