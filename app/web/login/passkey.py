"""Sign in with a passkey: the browser names the account, nobody types anything."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.errors import ProviderError, TooMany
from app.jobs import email
from app.models import User
from app.services.authorization import levels
from app.services.authorization.attempts import Trace
from app.services.people import passkey_proofs, second_steps
from app.services.people.passkey_proofs import CounterWentBack, PasskeyUnknown
from app.services.upkeep import audit, throttles
from app.services.upkeep.audit import Event
from app.web import guards, passkeys
from app.web.access import ANYONE, needs
from app.web.forms import retry_after, too_many_tries
from app.web.login import entering, sign_in, sign_in_page
from app.web.login.waiting import Waiting, blueprint, load
from app.web.passkeys import PasskeyForm


@dataclass(frozen=True, slots=True)
class Entered:
    """Who has signed in, and the methods that this is worth."""

    user: User
    amr: tuple[str, ...]


@blueprint.route("/passkey", methods=["GET", "POST"])
@needs(ANYONE)
def passkey() -> ResponseReturnValue:
    """Check what the browser's ceremony has come to, and go on."""
    if request.method != "POST":
        return redirect(sign_in_page.address(), 303)
    waiting = load()
    form = PasskeyForm()
    if not form.validate_on_submit():
        return redirect(sign_in_page.address(), 303)
    try:
        entered = _check(form.credential.data or "")
    except TooMany as many:
        rollback()
        page = sign_in_page.empty_page(waiting, too_many_tries(many.retry_after))
        return page, 429, retry_after(many.retry_after)
    except passkeys.USING as fault:
        rollback()
        return _refuse(waiting, fault)
    if entered.user.is_disabled:
        rollback()
        return _refuse_disabled(waiting, entered.user)
    guards.keep(sign_in_page.keeps(waiting))
    return entering.enter(
        entered.user, waiting, amr=entered.amr, target=request.args.get("next", "")
    )


def _check(answer: str) -> Entered:
    """Return who has signed in; the caller commits.

    Raises:
        TooMany: this network has sent too many that did not fit.
        PasskeyWrong, PasskeyUnknown, CounterWentBack, ChallengeStale: this one does not.
    """
    network = throttles.network(guards.address(), throttles.PASSKEY_NETWORK)
    throttles.reserve((network,))
    commit()
    user, used = passkey_proofs.finish_sign_in(answer, browser=guards.browser())
    second_steps.unlock(user)
    throttles.give_back(network)
    return Entered(user, levels.with_passkey((), is_synced=used.may_be_backed_up))


def _refuse(waiting: Waiting | None, fault: ProviderError) -> ResponseReturnValue:
    """Say no, and write down which check it was."""
    reason, words = passkeys.NOT_USED[type(fault)]
    _write_down(waiting, reason, detail=fault.detail)
    if isinstance(fault, CounterWentBack):
        passkey_proofs.warn_of_copy(fault.passkey_id, address=guards.address())
    commit()
    email.deliver_at_once()
    unknown = fault.credential_id if isinstance(fault, PasskeyUnknown) else ""
    return sign_in_page.empty_page(waiting, str(words), unknown=unknown), 422


def _refuse_disabled(waiting: Waiting | None, user: User) -> ResponseReturnValue:
    user_id = user.id
    _write_down(waiting, "account_turned_off", user_id=user_id)
    commit()
    return sign_in_page.empty_page(waiting, sign_in.turned_off()), 422


def _write_down(
    waiting: Waiting | None, reason: str, *, detail: str = "", user_id: int | None = None
) -> None:
    trace = Trace("sign_in", user_id=user_id)
    if waiting is not None:
        trace.reference, trace.client_id = waiting.reference, waiting.client.client_id
    check = "account" if reason in {"passkey_unknown", "account_turned_off"} else "passkey"
    trace.refused(check, reason, sent=detail)
    trace.write("refused")
    audit.record(
        Event.SIGN_IN_REFUSED,
        user_id=user_id,
        client_id=trace.client_id,
        address=guards.address(),
        reference=trace.reference,
        reason=reason,
    )
