"""Invitations: who was asked to make an account, and asking one more."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import Email, InputRequired, Length

from app.database import commit, rollback
from app.errors import InvalidInput, TooMany
from app.jobs import email as email_job
from app.models import Invitation, User
from app.services.people import invitations, users
from app.services.people.accounts import AddressTaken
from app.services.people.invitations import InvitationDead, Invited
from app.services.people.roles import Permission
from app.settings import settings
from app.web import forms, guards, unsent
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.unsent import KeptForm


class InviteForm(KeptForm):
    """Whom to ask, and what they may do here."""

    email = EmailField(
        validators=[
            InputRequired(_("Enter the email address of the person.")),
            Length(max=254, message=_("This is too long for an address.")),
            Email(_("Enter the whole address, such as jane@example.org.")),
        ]
    )
    name = StringField(validators=[Length(max=200, message=_("Use 200 characters or fewer."))])
    is_admin = BooleanField()


@blueprint.get("/invitations", endpoint="invitations")
@needs(Permission.READ_INVITATIONS)
def list_invitations() -> ResponseReturnValue:
    """Show the open ones."""
    return _list()


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@needs(Permission.INVITE, recent=True)
@unsent.keeps(InviteForm)
def invite() -> ResponseReturnValue:
    """Mail a link that makes one account, with this address and this role."""
    form = InviteForm()
    if not permits(Permission.GIVE_ROLES):
        del form.is_admin
    if not form.validate_on_submit():
        return _form(form), 422 if form.is_submitted() else 200
    try:
        _send(form)
    except AddressTaken as taken:
        rollback()
        form.email.errors = [taken.public]
        return _form(form), 422
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _form(form), 422
    except TooMany as many:
        rollback()
        form.form_errors.append(forms.too_many_tries(many.retry_after))
        return _form(form), 429, forms.retry_after(many.retry_after)
    return _done("sent")


@blueprint.post("/invitations/<int:number>", endpoint="invitation_act")
@needs(Permission.INVITE)
def act_on_invitation(number: int) -> ResponseReturnValue:
    """Take an invitation back, or mail its link again."""
    row = invitations.get(number)
    try:
        if request.form.get("act") == "revoke":
            invitations.revoke(row, by=_me(), address=guards.address())
            done = "revoked"
        elif request.form.get("act") == "resend":
            _send_again(row)
            done = "sent-again"
        else:
            abort(400)
    except InvitationDead:
        rollback()
        return _done("gone")
    except TooMany as many:
        rollback()
        return (
            _list(forms.too_many_tries(many.retry_after)),
            429,
            forms.retry_after(many.retry_after),
        )
    return _done(done)


def _send(form: InviteForm) -> None:
    invitations.send(
        form.email.data,
        name=form.name.data,
        is_admin=bool(form.is_admin and form.is_admin.data),
        by=_me(),
        link=_link,
        address=guards.address(),
    )


def _send_again(row: Invitation) -> None:
    invitations.send_again(row, by=_me(), link=_link, address=guards.address())


def _link(token: str) -> str:
    return settings.issuer + url_for("login.invitation", token=token)


def _me() -> User:
    return users.get(administrator().user_id)


def _done(what: str) -> ResponseReturnValue:
    commit()
    email_job.deliver_at_once()
    return redirect(url_for("admin.invitations", done=what), 303)


def _form(form: InviteForm) -> str:
    return render_template(
        "admin/invite.html", form=form, days=settings.invitation_lifetime.days or 1
    )


def _list(fault: str = "") -> str:
    return render_template(
        "admin/invitations.html",
        invitations=[_summary(found) for found in invitations.listed()],
        done="" if fault else lists.term("done"),
        fault=fault,
    )


def _summary(found: Invited) -> dict[str, Any]:
    row, by = found.row, found.by
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "is_admin": row.is_admin,
        "may_change": permits(Permission.GIVE_ROLES if row.is_admin else Permission.INVITE),
        "by": by.shown_name if by else None,
        "sent_at": row.sent_at,
        "expires_at": row.expires_at,
    }
