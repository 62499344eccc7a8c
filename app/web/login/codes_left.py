"""Few recovery codes are left: say so to who has just used one, and make new ones (ux.md 2.5)."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.database import commit
from app.jobs import email
from app.services.authorization import levels
from app.services.authorization.signed_in import SignedIn
from app.services.people import recovery_codes, second_steps, users
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint


class RenewForm(Form):
    """Nothing but the press of a button."""


@blueprint.route("/codes-left", methods=["GET", "POST"])
@needs(ANYONE)
def codes_left() -> ResponseReturnValue:
    """Show how many are left, and new ones this once when they are asked for."""
    waiting = pages.load()
    person = guards.person()
    if person is None or not recovery_codes.are_few(person.user_id):
        return pages.go_on(waiting, request.args.get("next", ""))
    form = RenewForm()
    if not form.validate_on_submit():
        return _page(form, person, waiting)
    if not levels.reaches(person.acr, levels.MFA) or not levels.is_recent(person.auth_time):
        return guards.ask_again()  # a page left open makes no codes for whoever finds it
    codes = second_steps.renew_codes(users.get(person.user_id), address=guards.address())
    commit()
    email.deliver_at_once()
    return render_template(
        "login/recovery_codes.html",
        interaction=waiting.handle if waiting else None,
        codes=codes,
        is_renewed=True,
        continue_url=_continue_url(person, waiting),
    )


def _page(form: RenewForm, person: SignedIn, waiting: Waiting | None) -> str:
    return render_template(
        "login/codes_left.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        codes_left=recovery_codes.left(person.user_id),
        codes_made=recovery_codes.HOW_MANY,
        continue_url=_continue_url(person, waiting),
    )


def _continue_url(person: SignedIn, waiting: Waiting | None) -> str:
    user = users.get(person.user_id)
    return entering.next_address(user, waiting, request.args.get("next", ""))
