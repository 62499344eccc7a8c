"""A passkey is offered after a new password: then people know what a password costs them."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email
from app.models import User
from app.services.authorization.signed_in import SignedIn
from app.services.people import mailbox_proofs, passkeys, users
from app.web import guards
from app.web import passkeys as answers
from app.web.access import RECENT, needs
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint
from app.web.passkeys import PasskeyForm

LATER = "later"


@blueprint.route("/passkey-offer", methods=["GET", "POST"])
@needs(RECENT)
def passkey_offer() -> ResponseReturnValue:
    """Offer a passkey to who has signed in just now; the request that waits is not lost."""
    waiting, person = pages.load(), guards.person()
    user = users.get(person.user_id) if person else None
    target = request.args.get("next", "")
    if person is None or user is None or not _may_offer(user, person):
        return pages.go_on(waiting, target)
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _page(form, user, waiting)
    if request.form.get("answer") == LATER:
        passkeys.decline(user)
        commit()
        return pages.go_on(waiting, target)
    try:
        answers.create(form, user)
    except answers.MAKING as fault:
        rollback()
        form.form_errors.append(answers.not_made(fault))
        return _page(form, user, waiting), 422
    commit()
    email.deliver_at_once()
    return pages.go_on(waiting, target)


def _may_offer(user: User, person: SignedIn) -> bool:
    """Tell whether to offer one: not to who may be a thief with the password (MF06).

    Whoever has chosen a new one here has come by a mailed link.
    """
    owes = mailbox_proofs.is_owed(user, browser=guards.browser(), amr=person.amr)
    return not owes and passkeys.is_worth_offering(user)


def _page(form: PasskeyForm, user: User, waiting: Waiting | None) -> str:
    handle = waiting.handle if waiting else None
    return render_template(
        "login/passkey_offer.html",
        form=form,
        interaction=handle,
        options=passkeys.begin_registration(user, browser=guards.browser()),
        action=url_for("login.passkey_offer", interaction=handle, next=request.args.get("next")),
    )
