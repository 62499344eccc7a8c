"""A second step has to be set up on the way in: the policy, or the application, wants it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email
from app.services.authorization import levels
from app.services.people import passkeys, second_steps
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.totp import SetUpAlready
from app.web import enrolment, guards
from app.web import passkeys as answers
from app.web.access import ANYONE, needs
from app.web.enrolment import EnrolForm
from app.web.login import half_way, ways
from app.web.login import waiting as pages
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting, blueprint
from app.web.passkeys import PasskeyForm


@blueprint.route("/enrol", methods=["GET", "POST"])
@needs(ANYONE)
def enrol() -> ResponseReturnValue:
    """Set the app up, let its owner in, and show the recovery codes this once."""
    waiting = pages.load()
    who = half_way.find(waiting)
    if who is None:
        return half_way.start_again(waiting)
    return _sent_away(who, waiting) or _answer(who, waiting)


def _sent_away(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue | None:
    """Send away whoever need not, or may not, set anything up; None: nobody."""
    if ways.of(who):
        return redirect(half_way.address(ways.entrance(who), waiting), 303)
    if who.person is not None and not levels.is_recent(who.person.auth_time):
        return guards.ask_again()  # a stolen cookie must not set up a step of its thief's
    if half_way.owes_mailbox(who):  # nor a stolen password
        return redirect(half_way.address("login.prove_mailbox", waiting), 303)
    return None


def _answer(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    if request.method != "POST" or who.passkey_only:
        return _page(enrolment.begin(who.user, who.since), who, waiting)
    form = EnrolForm()
    try:
        codes = _set_up(form, who, waiting)
    except (SetUpAlready, HalfSignInGone):
        rollback()
        return half_way.start_again(waiting)
    if codes is None:
        return _page(form, who, waiting), 422
    return _codes(codes, waiting)


@blueprint.route("/enrol/passkey", methods=["GET", "POST"])
@needs(ANYONE)
def enrol_passkey() -> ResponseReturnValue:
    """Make a passkey in place of the app, and let its owner in."""
    waiting = pages.load()
    who = half_way.find(waiting)
    if who is None:
        return half_way.start_again(waiting)
    form = PasskeyForm()
    if not form.validate_on_submit():
        return redirect(half_way.address(ways.entrance(who), waiting), 303)
    return _sent_away(who, waiting) or _keep(form, who, waiting)


def _keep(form: PasskeyForm, who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    try:
        codes = _make(form, who, waiting)
    except HalfSignInGone:
        rollback()
        return half_way.start_again(waiting)
    except answers.MAKING as fault:
        rollback()
        page = enrolment.begin(who.user, who.since)
        page.form_errors.append(answers.not_made(fault))
        return _page(page, who, waiting), 422
    if not codes:
        return pages.go_on(waiting, request.args.get("next", ""))
    return _codes(codes, waiting)


def _make(form: PasskeyForm, who: HalfWay, waiting: Waiting | None) -> list[str]:
    """Keep the passkey and finish, all in one transaction; no codes for who has some already."""
    made = answers.create(form, who.user)
    codes = []
    if not who.user.has_second_step:
        codes = second_steps.turn_on_with_passkey(
            who.user,
            session_id=who.person.session_id if who.person else None,
            address=guards.address(),
        )
    amr = levels.with_passkey(who.amr, is_synced=made.may_be_backed_up)
    half_way.finish(who, waiting, amr=amr)
    commit()
    email.deliver_at_once()
    return codes


def _codes(codes: list[str], waiting: Waiting | None) -> str:
    return render_template(
        "login/recovery_codes.html",
        interaction=waiting.handle if waiting else None,
        codes=codes,
        is_renewed=False,
        continue_url=pages.next_address(waiting, request.args.get("next", "")),
    )


def _set_up(form: EnrolForm, who: HalfWay, waiting: Waiting | None) -> list[str] | None:
    """Keep the app and finish, all in one transaction; None when the form says what is wrong."""
    codes = enrolment.turn_on(form, who.user, who.since)
    if codes is not None:
        half_way.finish(who, waiting, amr=levels.with_code(who.amr))
        commit()
        email.deliver_at_once()
    return codes


def _page(form: EnrolForm, who: HalfWay, waiting: Waiting | None) -> str:
    is_policy = second_steps.is_demanded_of(who.user.id, who.user)
    return render_template(
        "login/enrol.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting and not is_policy else None,
        has_session=who.person is not None,
        passkey_only=who.passkey_only,
        passkey={
            "options": passkeys.begin_registration(who.user, browser=guards.browser()),
            "action": half_way.address("login.enrol_passkey", waiting),
        },
        **enrolment.shown(who.user, who.since),
    )
