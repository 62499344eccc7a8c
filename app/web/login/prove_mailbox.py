"""Prove the mailbox, before a password alone adds a factor to an account (MF06).

It comes in the way of who has to set something up, and of who chose to in the account; and of
who has typed the right password of an account whose address nobody has confirmed (ux.md 2.1).
"""

from __future__ import annotations

from typing import cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import TooMany
from app.jobs import email
from app.models import HalfSignIn, MailboxProof
from app.services.people import (
    addresses,
    half_sign_ins,
    mailbox_proofs,
    mailed_codes,
    second_steps,
)
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.mailed_codes import CodeRefused
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form, another_code_in, retry_after
from app.web.login import entering, half_way, ways
from app.web.login import waiting as pages
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting, blueprint


class MailboxForm(Form):
    """The code from the mail."""

    code = StringField(validators=[DataRequired(lazy_gettext("Enter the code from the mail."))])


@blueprint.route("/prove-mailbox", methods=["GET", "POST"])
@needs(ANYONE)
def prove_mailbox() -> ResponseReturnValue:
    """Mail a code when it is asked for, check it, and go on to what is to be set up."""
    waiting = pages.load()
    who = half_way.find_any(waiting)
    if who is None:
        return half_way.start_again(waiting)
    return _sent_away(who, waiting) or _answer(who, waiting)


def _sent_away(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue | None:
    """Send away who need not prove anything here; None: they have to."""
    if who.owes_address:
        return None
    if not half_way.owes_mailbox(who):
        return _go_on(who, waiting)
    if ways.of(who) and not half_way.has_chosen(who):
        return redirect(half_way.address(ways.entrance(who), waiting), 303)
    return None


def _answer(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    proof = mailbox_proofs.find(who.user, guards.browser())
    if request.method == "POST" and (proof is None or request.form.get("send")):
        return _send(who, waiting, proof)
    form = MailboxForm()
    if proof is None or not form.validate_on_submit():
        return _page(form, who, waiting, proof), 422 if form.is_submitted() else 200
    return _check(form, who, waiting, proof)


def _send(who: HalfWay, waiting: Waiting | None, proof: MailboxProof | None) -> ResponseReturnValue:
    form = MailboxForm(formdata=None)
    try:
        mailbox_proofs.send(who.user, browser=guards.browser(), address=guards.address())
    except TooMany as many:
        rollback()
        form.form_errors.append(another_code_in(many.retry_after))
        return _page(form, who, waiting, proof), 429, retry_after(many.retry_after)
    commit()
    email.deliver_at_once()
    chosen = request.args.get("chosen")
    return redirect(half_way.address("login.prove_mailbox", waiting, chosen=chosen), 303)


def _check(
    form: MailboxForm, who: HalfWay, waiting: Waiting | None, proof: MailboxProof
) -> ResponseReturnValue:
    try:
        mailbox_proofs.count_try(proof)
        commit()  # a try counts, also when nobody waits for its answer
        mailbox_proofs.confirm(who.user, proof, form.code.data, browser=guards.browser())
    except CodeRefused:
        rollback()
        half_way.refused(who, waiting, "mailbox_code_wrong")
        form.code.errors = [_("That code isn't right or has expired.")]
        return _page(form, who, waiting, proof), 422
    if who.owes_address:
        return _enter(who, waiting)
    if who.half is not None:
        half_sign_ins.prolong(who.half)  # mail takes its time, and so does the app to be installed
    commit()
    return _go_on(who, waiting)


def _enter(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    """Confirm the address and go on with the sign-in, all in one transaction."""
    addresses.confirm(who.user, address=guards.address())
    if who.owes_address:  # another address was made primary meanwhile: this code is not of it
        rollback()
        return half_way.start_again(waiting)
    half, target = cast("HalfSignIn", who.half), request.args.get("next", "")
    try:
        return entering.enter_confirmed(half, who.user, waiting, target=target)
    except HalfSignInGone:
        rollback()
        return half_way.start_again(waiting)


def _go_on(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    """Go on to what is set up: in the account when it was begun there."""
    if half_way.has_chosen(who):
        return pages.go_on(waiting, request.args.get("next", ""))
    return redirect(half_way.address(ways.entrance(who), waiting), 303)


def _page(
    form: MailboxForm, who: HalfWay, waiting: Waiting | None, proof: MailboxProof | None
) -> str:
    has_mailbox = settings.is_local and email.has_folder()
    is_policy = second_steps.is_demanded_of(who.user.id, who.user)
    return render_template(
        "login/prove_mailbox.html",
        form=form,
        client=waiting.client.name if waiting and not is_policy else None,
        is_unconfirmed=who.owes_address,
        is_chosen=half_way.has_chosen(who),
        interaction=waiting.handle if waiting else None,
        has_session=who.person is not None,
        account={"name": who.user.name or "", "email": who.user.email},
        sent_at=proof.mailed_at if proof else None,
        minutes=mailed_codes.MINUTES,
        mailbox_url=url_for("dev_mail.mailbox") if has_mailbox else None,
    )
