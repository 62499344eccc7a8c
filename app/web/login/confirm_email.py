"""Confirm the address of a sign-up with the link from the mail; looking at it does nothing (RV04).

Where the sign-up was begun there is one button. Anywhere else its owner chooses the password: see
people.sign_ups for the attack.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, end_reads, rollback
from app.errors import NotFound
from app.models import SignUp
from app.services.people import accounts, mailed_codes, sign_ups
from app.services.people.accounts import AddressTaken
from app.services.people.sign_ups import SignUpLinkDead
from app.services.people.upstream_identities import IdentityTaken
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.new_account import WithPasswordForm
from app.web.login.waiting import Waiting, blueprint
from app.web.mailed_links import MailedLink

LINK = MailedLink("sealwax-confirm", mailed_codes.LIFETIME)


class ConfirmForm(Form):
    """Nothing but the press of a button, in the browser that has asked."""


class ChooseForm(WithPasswordForm):
    """What the owner of the mailbox chooses in any other browser."""


def address_of(waiting: Waiting | None, token: str) -> str:
    """Return the address in the mail; it leads back to the request that waits, if one does."""
    handle = waiting.handle if waiting else None
    return settings.issuer + url_for("login.confirm_email", interaction=handle, token=token)


@blueprint.route("/confirm-email", methods=["GET", "POST"])
@needs(ANYONE)
def confirm_email() -> ResponseReturnValue:
    """Confirm the address, and make the account."""
    if "token" in request.args:
        handle = request.args.get("interaction")
        page = url_for("login.confirm_email", interaction=handle)
        return LINK.put_away(request.args["token"], page)
    try:
        found = sign_ups.find_by_link(LINK.token)
        if _is_settled(found):
            return _page("already")
        return _here(found) if _is_here(found) else _elsewhere(found)
    except (SignUpLinkDead, IdentityTaken, NotFound):
        rollback()
        return _page("expired"), 410
    except AddressTaken:
        rollback()
        return _page("already")


@pages.redraws("login.confirm_email")
def _again(_waiting: Waiting | None) -> ResponseReturnValue:
    try:
        found = sign_ups.find_by_link(LINK.token)
    except SignUpLinkDead:
        return _page("expired"), 410
    if _is_settled(found):
        return _page("already")
    page = _button(ConfirmForm(), found) if _is_here(found) else _choose(_filled_in(found), found)
    return page, 400


def _is_settled(found: SignUp) -> bool:
    return found.confirmed_at is not None or accounts.is_taken(found.email)


def _is_here(found: SignUp) -> bool:
    return sign_ups.is_of(found, guards.browser())


def _here(found: SignUp) -> ResponseReturnValue:
    """Sign in who has typed the password in this very browser."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _button(form, found), 422 if form.is_submitted() else 200
    amr = sign_ups.amr_of(found)
    user = sign_ups.confirm_here(found)
    return entering.enter_new(user, pages.load_if_alive(), amr=amr)


def _elsewhere(found: SignUp) -> ResponseReturnValue:
    """Let the owner of the mailbox choose the password; nobody is signed in."""
    form = _filled_in(found)
    if not form.validate_on_submit():
        return _choose(form, found), 422 if form.is_submitted() else 200
    person = form.person
    end_reads()  # hashing takes long
    new_hash = sign_ups.hash_password(form.password.data)
    sign_ups.confirm_elsewhere(found, new_hash=new_hash, person=person)
    commit()
    return _page("done")


def _filled_in(found: SignUp) -> ChooseForm:
    """Return the form with what was sent, or else with the names typed where it was begun."""
    names = ("name", "given_name", "family_name")
    values = {name: getattr(found, name) or "" for name in names}
    return ChooseForm(data=values, address=found.email)


def _button(form: ConfirmForm, found: SignUp) -> str:
    return _page("here", form=form, email=found.email)


def _choose(form: ChooseForm, found: SignUp) -> str:
    length = settings.shortest_password
    return _page("elsewhere", form=form, email=found.email, password_length=length)


def _page(state: str, **shown: Any) -> str:
    known = {"form": None, "email": "", "password_length": 0}
    return render_template("login/confirm_email.html", state=state, **{**known, **shown})
