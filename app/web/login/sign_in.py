"""Sign in with address and password; also: prove once more who you are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.database import commit, rollback
from app.errors import TooMany
from app.models import Client, User
from app.security.passwords import TooManyHashes
from app.services.authorization.attempts import Trace
from app.services.people import (
    accounts,
    deletions,
    passkey_proofs,
    passwords,
    sign_up_policy,
    sign_ups,
    upstreams,
)
from app.services.people.upstreams import Offer
from app.services.upkeep import audit, branding, throttles
from app.services.upkeep.audit import Event
from app.web import guards, logos, unsent
from app.web.access import ANYONE, needs
from app.web.forms import retry_after, too_many_tries
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

LONGEST_ADDRESS = 320
#: What the address of the page says beside who asks.
PURPOSE = ("interaction", "next", "again", "another", "account", "reset")
#: Parts of the address of who comes from the account chooser, or has just been here.
DECIDED = frozenset({"another", "account", "confirmed", "over", "reset"})


class SignInForm(FlaskForm):
    """Who you are, and the password that proves it."""

    username = StringField(
        validators=[
            DataRequired(lazy_gettext("Enter your email address.")),
            Length(max=LONGEST_ADDRESS, message=lazy_gettext("This is too long for an address.")),
        ],
        filters=[lambda typed: typed and typed.replace("\0", "")],  # PostgreSQL keeps no NUL
    )
    password = PasswordField(validators=[InputRequired(lazy_gettext("Enter your password."))])


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
    if not form.validate_on_submit():
        return _page(form, waiting), 422
    outcome = _check(form)
    if isinstance(outcome, Refused):
        return _refuse(form, waiting, outcome)
    return entering.enter(
        outcome,
        waiting,
        amr=("pwd",),
        target=request.args.get("next", ""),
        may_offer="reset" in request.args and request.form.get("passkeys") == "yes",
    )


@pages.redraws("login.sign_in")
def _again(waiting: Waiting | None) -> ResponseReturnValue:
    """Show the page with the address that was typed, unless it asks who somebody is.

    That somebody has signed in meanwhile is no error: the page says so itself (ux.md 1.5).
    """
    form = SignInForm()
    if pages.is_confirming(waiting):
        form.username.data = _expected_address(waiting)
    is_known = guards.person() is not None
    g.unsent_state = "" if is_known else unsent.OLD
    return _page(form, waiting), 200 if is_known else 400


def address() -> str:
    """Return the address of this page, for the purpose that the present request has."""
    return url_for("login.sign_in", **_purpose())


def _purpose() -> dict[str, Any]:
    return {name: request.args.get(name) for name in PURPOSE}


def empty_page(waiting: Waiting | None, fault: str, *, unknown: str = "") -> str:
    """Return the page for somebody who could not sign in another way.

    `unknown` is the ID of a passkey that the browser had better forget.
    """
    form = SignInForm(formdata=None, data={"username": _expected_address(waiting)})
    form.form_errors.append(fault)
    return _page(form, waiting, unknown=unknown)


def _open(waiting: Waiting | None) -> ResponseReturnValue:
    """Show the form, or what comes before it; nothing is decided by opening a page."""
    somebody = guards.person()
    if somebody is None and guards.session_token() and deletions.waiting_in(guards.session_token()):
        handle = waiting.handle if waiting else None
        target = request.args.get("next")
        return redirect(url_for("login.keep_account", interaction=handle, next=target), 303)
    if somebody is None and _may_choose():
        target = request.args.get("next") or None
        handle = waiting.handle if waiting else None
        return redirect(url_for("login.select_account", interaction=handle, next=target), 303)
    form = SignInForm(formdata=None, data={"username": _expected_address(waiting)})
    if waiting is not None and waiting.reason == "another_user" and somebody is not None:
        form.form_errors.append(_("The app asks for another account than this one."))
    page = _page(form, waiting)
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
    email, typed = form.username.data, form.password.data
    user, stored, known = accounts.find_for_sign_in(email, guards.browser())
    counted = accounts.throttle_key(user, email)
    account = throttles.account(counted, browser=guards.browser() if known else "")
    network = throttles.network(guards.address())
    try:
        throttles.reserve((account, network))
    except TooMany as many:
        rollback()
        return Refused("sign_in_throttled", too_many_tries(many.retry_after), 429, many.retry_after)
    commit()  # hashing takes long: nobody else may wait for this transaction
    try:
        fits = passwords.fits(stored, typed)
    except TooManyHashes:
        throttles.give_all_back((account, network))
        commit()
        raise
    if not fits or user is None or stored is None:
        return Refused("password_wrong", _("That email and password don't match. Check both."))
    if user.is_disabled:
        return Refused("account_turned_off", turned_off())
    stronger = passwords.stronger(stored, typed)
    if stronger is not None:
        passwords.store(user, stronger)
    throttles.went_right(account, network)
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
    return _page(form, waiting), why.status, headers


def turned_off() -> str:
    """Return what somebody reads whose account is off; only after they have proved who they are."""
    contact = branding.current().support_contact
    if contact:
        return str(_("This account is turned off. Ask %(contact)s.", contact=contact))
    return str(_("This account is turned off."))


def _expected_address(waiting: Waiting | None) -> str:
    """Return the address to fill in: of who is asked again, or of whom the app named.

    An id_token_hint fills in nothing: it may be in the hands of somebody who was never told
    the address.
    """
    somebody = guards.person()
    if "another" in request.args:
        return ""
    if chosen := request.args.get("account"):
        return next((one.email for one in guards.accounts() if str(one.id) == chosen), "")
    if pages.is_confirming(waiting) and somebody is not None:
        return somebody.email
    if "confirmed" in request.args and (done := sign_ups.find(guards.browser())) is not None:
        return done.email
    hint = waiting.parameter("login_hint") if waiting else ""
    return hint if len(hint) <= LONGEST_ADDRESS else ""


def _page(form: SignInForm, waiting: Waiting | None, *, unknown: str = "") -> str:
    somebody = waiting.person if waiting else guards.person()
    confirming = pages.is_confirming(waiting) and somebody is not None
    known = confirming and DECIDED.isdisjoint(request.args)
    offers = not confirming and not (waiting and waiting.must_prove)
    return render_template(
        "login/sign_in.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=_client(waiting.client) if waiting else None,
        known=_account(somebody) if known else None,
        confirming=confirming,
        signed_in=_account(somebody) if offers and somebody else None,
        continue_url=_continue_url(waiting),
        here=address(),
        passkey={
            "options": passkey_proofs.begin_sign_in(browser=guards.browser()),
            "action": url_for("login.passkey", **_purpose()),
            "unknown": unknown,
        },
        upstreams=[_upstream(offer, waiting) for offer in upstreams.offers()],
        may_sign_up=sign_up_policy.are_taken(),
        is_closed=waiting is not None and waiting.reason == pages.SIGN_UP_CLOSED,
        is_over="over" in request.args and not form.errors,
        has_reset=request.method == "GET" and request.args.get("reset") == "done",
        has_confirmed=request.method == "GET" and "confirmed" in request.args,
        has_unsent=unsent.is_waiting_at(request.args.get("next", "")),
    )


def _continue_url(waiting: Waiting | None) -> str:
    handle = waiting.handle if waiting else None
    target = request.args.get("next")
    return url_for("login.select_account", interaction=handle, next=target)


def _upstream(offer: Offer, waiting: Waiting | None) -> dict[str, str]:
    action = url_for(
        "login.upstream",
        slug=offer.slug,
        interaction=waiting.handle if waiting else None,
        next=request.args.get("next"),
        again=request.args.get("again"),
    )
    return {"slug": offer.slug, "name": offer.name, "kind": offer.kind, "action": action}


def _client(client: Client) -> dict[str, str | None]:
    return {
        "name": client.name,
        "logo": logos.address(client),
        "policy_uri": client.setting("policy_uri") or "",
        "tos_uri": client.setting("tos_uri") or "",
    }


def _account(somebody: Any) -> dict[str, str]:
    return {"name": somebody.name or "", "email": somebody.email}
