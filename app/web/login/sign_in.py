"""Sign in with address and password; also: prove once more who you are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.database import commit, rollback
from app.errors import TooMany
from app.models import User
from app.services.authorization.attempts import Trace
from app.services.people import (
    accounts,
    passwords,
)
from app.services.upkeep import audit, branding, throttles
from app.services.upkeep.audit import Event
from app.web import guards, unsent
from app.web.access import ANYONE, needs
from app.web.forms import retry_after, too_many_tries
from app.web.login import entering, keep_account
from app.web.login import waiting as pages
from app.web.login.sign_in_page import (
    DECIDED,
    SignInForm,
    address,
    asks_identifier_alone,
    draw,
    expected_address,
    keeps,
)
from app.web.login.waiting import Waiting, blueprint


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that did not work: what the trace says, what the person reads, which status."""

    reason: str
    public: str
    status: int = 422
    retry_after: timedelta | None = None


@blueprint.route("/sign-in", methods=["GET", "POST"])
@needs(ANYONE)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password, check them, and go on."""
    waiting = pages.load()
    if request.method != "POST":
        return _open(waiting)
    form = SignInForm()
    if asks_identifier_alone():
        return _go_to_next_stage(form, waiting)
    if not form.validate_on_submit():
        return draw(form, waiting), 422
    outcome = _check(form)
    if isinstance(outcome, Refused):
        return _refuse(form, waiting, outcome)
    guards.keep(keeps(waiting))
    return entering.enter(
        outcome,
        waiting,
        amr=("pwd",),
        target=request.args.get("next", ""),
        may_offer="reset" in request.args and request.form.get("passkeys") == "yes",
    )


def _go_to_next_stage(form: SignInForm, waiting: Waiting | None) -> ResponseReturnValue:
    """Go on to the password, or the provider, whoever it is: nobody is looked for."""
    if not form.username.validate(form):
        return draw(form, waiting), 422
    return redirect(address(username=form.username.data, way=None), 303)


@pages.redraws("login.sign_in")
def _again(waiting: Waiting | None) -> ResponseReturnValue:
    """Show the page with the address that was typed, unless it asks who somebody is.

    That somebody has signed in meanwhile is no error: the page says so itself (ux.md 1.5).
    """
    form = SignInForm()
    if pages.is_confirming(waiting):
        form.username.data = expected_address(waiting)
    is_known = guards.person() is not None
    g.unsent_state = "" if is_known else unsent.OLD
    return draw(form, waiting), 200 if is_known else 400


def _open(waiting: Waiting | None) -> ResponseReturnValue:
    """Show the form, or what comes before it; nothing is decided by opening a page."""
    somebody = guards.person()
    if somebody is None and keep_account.is_asked(waiting):
        handle = waiting.handle if waiting else None
        target = request.args.get("next")
        return redirect(url_for("login.keep_account", interaction=handle, next=target), 303)
    if somebody is None and _may_choose():
        target = request.args.get("next") or None
        handle = waiting.handle if waiting else None
        return redirect(url_for("login.select_account", interaction=handle, next=target), 303)
    form = SignInForm(formdata=None, data={"username": expected_address(waiting)})
    if waiting is not None and waiting.reason == "another_user" and somebody is not None:
        form.form_errors.append(_("The app asks for another account than this one."))
    page = draw(form, waiting)
    if not pages.is_confirming(waiting):
        commit()  # the session was seen
    return page


def _may_choose() -> bool:
    """Tell whether somebody signed in before with this browser, and need not type anything."""
    if not DECIDED.isdisjoint(request.args):
        return False
    return any(account.session for account in guards.accounts())


def _check(form: SignInForm) -> User | Refused:
    """Return who has signed in, or why nobody has; the same work for every address."""
    email, typed, browser = form.username.data, form.password.data, guards.browser()
    user, stored, known = accounts.find_for_sign_in(email, browser)
    counted = accounts.throttle_key(user, email)
    account = throttles.account(counted, browser=browser if known else "")
    network = throttles.network(guards.address())
    try:
        throttles.check((account, network))
        commit()  # hashing takes long: nobody waits for this connection meanwhile
        outcome = _outcome(user if passwords.fits(stored, typed) else None)
        lets_in = isinstance(outcome, User)
        new_hash = passwords.stronger(stored, typed) if stored and lets_in else None
        if lets_in:
            throttles.went_right(account, network)
        else:
            throttles.reserve((account, network))
    except TooMany as many:
        rollback()
        return Refused("sign_in_throttled", too_many_tries(many.retry_after), 429, many.retry_after)
    if stored and new_hash and isinstance(outcome, User):
        passwords.strengthen(outcome, stored, new_hash)
    return outcome


def _outcome(user: User | None) -> User | Refused:
    """Return who has typed their own password, or why that is not enough; None: nobody has."""
    if user is None:
        return Refused("password_wrong", _("That email and password don't match. Check both."))
    if user.is_disabled:
        return Refused("account_turned_off", turned_off())
    return user


def _refuse(form: SignInForm, waiting: Waiting | None, why: Refused) -> ResponseReturnValue:
    """Say no in words that do not tell which half was wrong; write down what it was."""
    user = accounts.find_by_email(form.username.data)
    trace = Trace("sign_in")
    if waiting is not None:
        trace.reference, trace.client_id = waiting.reference, waiting.client.client_id
    trace.user_id = user.id if user else None
    if why.reason != "sign_in_throttled":
        trace.passed("throttle")
    trace.passed("account", "known" if user else "unknown")
    checks = {"sign_in_throttled": "throttle", "account_turned_off": "account"}
    trace.refused(checks.get(why.reason, "password"), why.reason)
    trace.write("refused")
    if why.retry_after is None:  # whoever has to wait has made no try
        audit.record(
            Event.SIGN_IN_REFUSED,
            user_id=trace.user_id,
            client_id=trace.client_id,
            address=guards.address(),
            reference=trace.reference,
            reason=why.reason,
        )
    commit()
    form.form_errors.append(why.public)
    headers = {}
    if why.retry_after is not None:
        headers = retry_after(why.retry_after)
    return draw(form, waiting), why.status, headers


def turned_off() -> str:
    """Return what somebody reads whose account is off; only after they have proved who they are."""
    contact = branding.current().support_contact
    if contact:
        return str(_("This account is turned off. Ask %(contact)s.", contact=contact))
    return str(_("This account is turned off."))
