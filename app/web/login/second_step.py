"""The second step: a code of the authenticator app, or a recovery code in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired

from app.database import commit, rollback
from app.errors import TooMany
from app.jobs import email
from app.models import User
from app.services.authorization import levels
from app.services.people import recovery_codes, second_steps, totp, trusted_browsers
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.recovery_codes import RecoveryCodeWrong
from app.services.people.totp import AppLocked, CodeUsed, CodeWrong
from app.services.upkeep import throttles
from app.web import enrolment, guards
from app.web.access import ANYONE, needs
from app.web.forms import Form, retry_after, too_many_tries
from app.web.login import entering, half_way, ways
from app.web.login import waiting as pages
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting, blueprint


class SecondStepForm(Form):
    """A code, and whether this browser is to be trusted from now on."""

    code = StringField(validators=[InputRequired(lazy_gettext("Enter the code."))])
    trust = BooleanField()


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of code: the way it belongs to, its page, and what uses it up."""

    way: ways.Way
    template: str
    spend: Callable[[User, str], None]
    has_mail: bool = False


def _spend_totp(user: User, code: str) -> None:
    totp.spend(user.id, code)


def _spend_recovery_code(user: User, code: str) -> None:
    second_steps.spend_recovery_code(user, code, address=guards.address())


#: What an administrator reads of a code that was not right, and what its owner does.
WRONG: dict[type[Exception], tuple[str, str]] = {
    CodeWrong: ("second_step_wrong", enrolment.CODE_WRONG),
    CodeUsed: (
        "second_step_used",
        lazy_gettext("That code was already used. Wait for the next one."),
    ),
    RecoveryCodeWrong: (
        "recovery_code_wrong",
        lazy_gettext("That code isn't right, or it was used before."),
    ),
}

APP = Code(ways.APP, "login/second_step.html", _spend_totp)
RECOVERY = Code(ways.RECOVERY, "login/recovery_code.html", _spend_recovery_code, has_mail=True)


@blueprint.route("/second-step", methods=["GET", "POST"])
@needs(ANYONE)
def second_step() -> ResponseReturnValue:
    """Ask for the code of the app, and go on."""
    return _take(APP)


@blueprint.route("/recovery-code", methods=["GET", "POST"])
@needs(ANYONE)
def recovery_code() -> ResponseReturnValue:
    """Ask for a recovery code, and go on."""
    return _take(RECOVERY)


def _take(code: Code) -> ResponseReturnValue:
    waiting = pages.load()
    who = half_way.find(waiting)
    if who is None:
        return half_way.start_again(waiting)
    mine = ways.of(who)
    is_beginning = code is APP and request.method != "POST" and "chosen" not in request.args
    if code is APP and request.method == "POST" and ways.is_app_locked(who):
        return _locked(who, waiting)
    if code.way not in mine or (is_beginning and mine[0] is not ways.APP):
        return redirect(half_way.address(ways.entrance(who), waiting), 303)
    form = SecondStepForm()
    if not form.validate_on_submit():
        return _page(code, form, who, waiting), 422 if request.method == "POST" else 200
    return _answer(code, form, who, waiting)


def _answer(
    code: Code, form: SecondStepForm, who: HalfWay, waiting: Waiting | None
) -> ResponseReturnValue:
    try:
        _pass(code, form, who, waiting)
    except HalfSignInGone:
        rollback()
        return half_way.start_again(waiting)
    except TooMany as many:
        rollback()
        form.form_errors.append(too_many_tries(many.retry_after))
        return _page(code, form, who, waiting), 429, retry_after(many.retry_after)
    except AppLocked:
        rollback()
        return _locked(who, waiting)
    except (CodeWrong, CodeUsed, RecoveryCodeWrong) as wrong:
        rollback()
        return _refuse(code, form, who, waiting, wrong)
    if code is RECOVERY and recovery_codes.are_few(who.user.id) and not who.user.is_leaving:
        return redirect(half_way.address("login.codes_left", waiting), 303)
    return entering.go_on(who.user, waiting, request.args.get("next", ""))


def _pass(code: Code, form: SecondStepForm, who: HalfWay, waiting: Waiting | None) -> None:
    """Use the code up and finish, all in one transaction."""
    count = half_way.reserve(who, of_app=code is APP)
    code.spend(who.user, form.code.data)
    # Counts before what is owed, as in `reserve`: two tabs would wait for each other otherwise.
    throttles.forget(count)
    half_way.finish(who, waiting, amr=levels.with_code(who.amr))
    if form.trust.data and who.half is not None:
        half_way.trust(who)
    commit()
    if code.has_mail:
        email.deliver_at_once()


def _refuse(
    code: Code, form: SecondStepForm, who: HalfWay, waiting: Waiting | None, wrong: Exception
) -> ResponseReturnValue:
    reason, words = WRONG[type(wrong)]
    half_way.refused(who, waiting, reason)
    if code is APP and ways.is_app_locked(who):
        return _other_way(who, waiting)
    form.code.errors = [words]
    return _page(code, form, who, waiting), 422


def _locked(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    half_way.refused(who, waiting, "app_locked")
    return _other_way(who, waiting)


def _other_way(who: HalfWay, waiting: Waiting | None) -> ResponseReturnValue:
    """Send on who cannot use the app any more, after the code that locked it or a later one."""
    return redirect(half_way.address(ways.entrance(who), waiting), 303)


def _page(code: Code, form: SecondStepForm, who: HalfWay, waiting: Waiting | None) -> str:
    context: dict[str, Any] = {
        "form": form,
        "interaction": waiting.handle if waiting else None,
        "client": waiting.client.name if waiting and who.half is None else None,
        "account": {"name": who.user.name or "", "email": who.user.email},
        "has_session": who.person is not None,
        "may_trust": who.half is not None,
        "days": trusted_browsers.DAYS,
        "app_locked": ways.is_app_locked(who),
        "other_ways": ways.others(code.way, who, waiting),
    }
    return render_template(code.template, **context)
