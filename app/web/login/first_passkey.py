"""The first passkey of a new account that has no password: it signs its owner in."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email
from app.models import HalfSignIn, User
from app.services.authorization import levels
from app.services.people import half_sign_ins, passkeys
from app.services.people.half_sign_ins import HalfSignInGone
from app.web import guards
from app.web import passkeys as answers
from app.web.access import ANYONE, needs
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint
from app.web.passkeys import PasskeyForm


@blueprint.route("/first-passkey", methods=["GET", "POST"])
@needs(ANYONE)
def first_passkey() -> ResponseReturnValue:
    """Make the passkey of whoever has just proved the address in this browser."""
    waiting = pages.load()
    found = half_sign_ins.find(guards.browser())
    if found is None or found[0].amr:
        return _over(waiting)
    half, user = found
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _page(form, user, waiting)
    try:
        _make(form, half, user, waiting)
    except HalfSignInGone:
        rollback()
        return _over(waiting)
    except answers.MAKING as fault:
        rollback()
        form.form_errors.append(answers.not_made(fault))
        return _page(form, user, waiting), 422
    return pages.go_on(waiting)


def _make(form: PasskeyForm, half: HalfSignIn, user: User, waiting: Waiting | None) -> None:
    """Keep the passkey and let its owner in, all in one transaction."""
    made = answers.create(form, user)
    half_sign_ins.finish(half)
    amr = levels.with_passkey((), is_synced=made.may_be_backed_up)
    entering.let_in(user, waiting, amr=amr)
    commit()
    email.deliver_at_once()


def _over(waiting: Waiting | None) -> ResponseReturnValue:
    """Go on when another tab has made it; otherwise it took too long: sign in, or reset."""
    if guards.person() is not None:
        return pages.go_on(waiting)
    handle = waiting.handle if waiting else None
    return redirect(url_for("login.sign_in", interaction=handle, over="yes"), 303)


def _page(form: PasskeyForm, user: User, waiting: Waiting | None) -> str:
    return render_template(
        "login/first_passkey.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        email=user.email,
        options=passkeys.begin_registration(user, browser=guards.browser()),
    )
