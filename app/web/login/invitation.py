"""Make an account with the link from an invitation, also where sign-up is closed."""

from __future__ import annotations

from datetime import timedelta

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import end_reads, rollback
from app.models import User
from app.security import passwords as hashing
from app.services.people import accounts, invitations
from app.services.people.accounts import AddressTaken
from app.services.people.invitations import InvitationDead, Invited
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.new_account import WithPasswordForm
from app.web.login.waiting import Waiting, blueprint
from app.web.mailed_links import MailedLink

#: The cookie lives as long as somebody may take to fill in the form; the link itself lives longer.
LINK = MailedLink("sealwax-invitation", timedelta(days=1))


class InvitationForm(WithPasswordForm):
    """What is not known yet; address and role are those of the invitation (CVE-2026-1529)."""


@blueprint.route("/invitation", methods=["GET", "POST"])
@needs(ANYONE)
def invitation() -> ResponseReturnValue:
    """Make the account of whoever has the link, and let them in."""
    if "token" in request.args:
        return LINK.put_away(request.args["token"], url_for("login.invitation"))
    try:
        return _take(invitations.find(LINK.token))
    except InvitationDead:
        rollback()
        return _page(None, None), 410


def _take(invited: Invited) -> ResponseReturnValue:
    if accounts.is_taken(invited.row.email):
        return _page(None, invited), 409
    if request.method != "POST":
        return _page(InvitationForm(formdata=None, data={"name": invited.row.name}), invited)
    form = InvitationForm(address=invited.row.email)
    if not form.validate_on_submit():
        return _page(form, invited), 422
    try:
        user = _make(form, invited)
    except AddressTaken:  # made from elsewhere in this very moment
        rollback()
        return _page(None, invited), 409
    return _let_in(user)


@pages.redraws("login.invitation")
def _again(_waiting: Waiting | None) -> ResponseReturnValue:
    try:
        invited = invitations.find(LINK.token)
    except InvitationDead:
        return _page(None, None), 410
    if accounts.is_taken(invited.row.email):
        return _page(None, invited), 409
    return _page(InvitationForm(), invited), 400


def _make(form: InvitationForm, invited: Invited) -> User:
    person = form.person
    end_reads()  # hashing takes long
    password_hash = hashing.hash_password(form.password.data)
    return invitations.accept(
        invited, person=person, password_hash=password_hash, address=guards.address()
    )


def _let_in(user: User) -> ResponseReturnValue:
    """Start the session, once what the policy wants beside a password is there."""
    target = url_for("admin.clients") if user.is_admin else ""
    entered = entering.enter(user, None, amr=("pwd",), target=target, has_mailbox=True)
    answer = make_response(entered)
    LINK.forget(answer)
    return answer


def _page(form: InvitationForm | None, invited: Invited | None) -> str:
    row = invited.row if invited else None
    return render_template(
        "login/invitation.html",
        form=form,
        email=row.email if row else None,
        inviter=invited.by.shown_name if invited and invited.by else None,
        is_admin=bool(row and row.is_admin),
        password_length=settings.shortest_password,
    )
