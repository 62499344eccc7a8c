"""A second step has to be set up on the way in: the policy, or the application, wants it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email
from app.services import levels, second_steps
from app.services.half_sign_ins import HalfSignInGone
from app.services.totp import SetUpAlready
from app.web import enrolment, guards
from app.web.enrolment import EnrolForm
from app.web.login import half_way
from app.web.login import waiting as pages
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting, blueprint


@blueprint.route("/enrol", methods=["GET", "POST"])
def enrol() -> ResponseReturnValue:
    """Set the app up, let its owner in, and show the recovery codes this once."""
    waiting = pages.load()
    who = half_way.find(waiting)
    if who is None:
        return half_way.start_again(waiting)
    if who.user.has_second_step:
        return redirect(half_way.address("login.second_step", waiting), 303)
    if who.person is not None and not levels.is_recent(who.person.auth_time):
        return guards.ask_again()  # a stolen cookie must not set up a step of its thief's
    return _answer(who, waiting)


def _answer(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(enrolment.begin(who.user), who, waiting)
    form = EnrolForm()
    try:
        codes = _set_up(form, who, waiting)
    except (SetUpAlready, HalfSignInGone):
        rollback()
        return half_way.start_again(waiting)
    if codes is None:
        return _page(form, who, waiting), 422
    return render_template(
        "login/recovery_codes.html",
        interaction=waiting.handle if waiting else None,
        codes=codes,
        continue_url=pages.next_address(waiting, request.args.get("next", "")),
    )


def _set_up(form: EnrolForm, who: HalfWay, waiting: Waiting | None) -> list[str] | None:
    """Keep the app and finish, all in one transaction; None when the form says what is wrong."""
    codes = enrolment.turn_on(form, who.user)
    if codes is not None:
        half_way.finish(who, waiting)
        commit()
        email.deliver_at_once()
    return codes


def _page(form: EnrolForm, who: HalfWay, waiting: Waiting | None) -> str:
    is_policy = second_steps.is_demanded_of(who.user.id, is_admin=who.user.is_admin)
    return render_template(
        "login/enrol.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting and not is_policy else None,
        **enrolment.shown(form, who.user),
    )
