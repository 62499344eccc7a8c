"""The second step with a passkey, in place of a code."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.errors import ProviderError
from app.jobs import email
from app.services.authorization import levels
from app.services.people import half_sign_ins, passkey_proofs, second_steps
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.passkey_proofs import CounterWentBack
from app.web import guards, passkeys
from app.web.access import ANYONE, needs
from app.web.login import half_way, ways
from app.web.login import waiting as pages
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting, blueprint
from app.web.passkeys import PasskeyForm


@blueprint.route("/passkey-step", methods=["GET", "POST"])
@needs(ANYONE)
def passkey_step() -> ResponseReturnValue:
    """Ask for a passkey of whoever has passed the first step, and go on."""
    waiting = pages.load()
    who = half_way.find(waiting)
    if who is None:
        return half_way.start_again(waiting)
    if ways.PASSKEY not in ways.of(who):
        return redirect(half_way.address(ways.entrance(who), waiting), 303)
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _page(form, who, waiting)
    try:
        _pass(form, who, waiting)
    except HalfSignInGone:
        rollback()
        return half_way.start_again(waiting)
    except passkeys.USING as fault:
        rollback()
        return _refuse(form, who, waiting, fault)
    return pages.go_on(waiting, request.args.get("next", ""))


def _pass(form: PasskeyForm, who: HalfWay, waiting: Waiting | None) -> None:
    """Use the answer up and finish, all in one transaction.

    Nobody guesses a passkey: what others do wrong with codes does not keep its owner waiting.
    """
    if who.half is not None:
        half_sign_ins.count_try(who.half)
        commit()
    used = passkey_proofs.finish_second_step(
        who.user, form.credential.data or "", browser=guards.browser()
    )
    second_steps.unlock(who.user)
    amr = levels.with_passkey(who.amr, is_synced=used.may_be_backed_up)
    half_way.finish(who, waiting, amr=amr)
    commit()


def _refuse(
    form: PasskeyForm, who: HalfWay, waiting: Waiting | None, fault: ProviderError
) -> ResponseReturnValue:
    reason, words = passkeys.NOT_USED[type(fault)]
    if isinstance(fault, CounterWentBack):
        passkey_proofs.warn_of_copy(fault.passkey_id, address=guards.address())
    half_way.refused(who, waiting, reason)
    email.deliver_at_once()
    form.form_errors.append(str(words))
    return _page(form, who, waiting), 422


def _page(form: PasskeyForm, who: HalfWay, waiting: Waiting | None) -> str:
    return render_template(
        "login/passkey_step.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting and who.half is None else None,
        account={"name": who.user.name or "", "email": who.user.email},
        has_session=who.person is not None,
        options=passkey_proofs.begin_second_step(who.user, browser=guards.browser()),
        action=half_way.address("login.passkey_step", waiting),
        app_locked=ways.is_app_locked(who),
        other_ways=ways.others(ways.PASSKEY, who, waiting),
    )
