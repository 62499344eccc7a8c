"""Who stands before the second step: after a first step, or in a session that is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import commit
from app.jobs import email
from app.models import HalfSignIn, Totp, User
from app.oidc import authorization_request
from app.services.authorization import levels, sessions
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn
from app.services.people import (
    half_sign_ins,
    mailbox_proofs,
    passkeys,
    second_steps,
    totp,
    trusted_browsers,
    users,
)
from app.services.upkeep import audit, throttles
from app.services.upkeep.audit import Event
from app.services.upkeep.throttles import Count
from app.web import guards
from app.web.login import entering
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody before the second step; one of `half` and `person` is there."""

    user: User
    half: HalfSignIn | None = None
    person: SignedIn | None = None
    #: The application asks for what withstands phishing: codes do not.
    passkey_only: bool = False

    @property
    def amr(self) -> tuple[str, ...]:
        """Return the methods used so far."""
        return tuple(self.half.amr if self.half else self.person.amr if self.person else ())

    @property
    def owes_address(self) -> bool:
        """Tell whether they confirm the address before anything else (ux.md 2.1)."""
        return self.half is not None and mailbox_proofs.owes_confirmation(self.user, self.amr)

    @property
    def since(self) -> datetime:
        """Return a moment that belongs to this sign-in, and to no other one in this browser."""
        if self.half is not None:
            return self.half.expires_at
        return self.person.auth_time if self.person is not None else now()


def find(waiting: Waiting | None) -> HalfWay | None:
    """Return who has to take the second step, None when nobody does in this browser.

    Whoever owes the confirmation of the address is not there yet: the page that is left out is
    asked for by `start_again` (security.md LG04).
    """
    who = find_any(waiting)
    return None if who is None or who.owes_address else who


def find_any(waiting: Waiting | None) -> HalfWay | None:
    """Return who stands before the second step, or before the confirmation of the address."""
    person = guards.person()
    if person is not None and _is_step_up(waiting):
        if waiting is None and _is_enough(person):
            return None
        only = waiting is not None and _wants_passkey(waiting, person)
        return HalfWay(users.get(person.user_id), person=person, passkey_only=only)
    found = half_sign_ins.find(guards.browser())
    if found is None or not found[0].amr:  # that one is to make its first passkey
        return None
    return HalfWay(found[1], half=found[0])


def _wants_passkey(waiting: Waiting, person: SignedIn) -> bool:
    """Tell whether only a passkey will do.

    Whoever has none, and a code not yet given, gives the code first: it is the way to make one
    (security.md MF06).
    """
    wanted, _ = authorization_request.wanted_levels(waiting.asked)
    offered = [value for value in wanted if value in levels.ACR_VALUES]
    if not offered or levels.is_any_reached(levels.MFA, offered):
        return False
    owes_code = person.has_second_step and not _is_enough(person)
    return not owes_code or passkeys.has_any(person.user_id)


def _is_step_up(waiting: Waiting | None) -> bool:
    """Tell whether the session is asked for more; otherwise a first step was passed just now.

    The latter also while a request asks the session for more: somebody else may sign in instead.
    """
    if "half" in request.args:
        return False
    return waiting.needs("second_step") if waiting else "again" in request.args


def _is_enough(person: SignedIn) -> bool:
    return levels.reaches(person.acr, levels.MFA)


def owes_mailbox(who: HalfWay) -> bool:
    """Tell whether they have to prove the mailbox before they may set anything up."""
    return mailbox_proofs.is_owed(who.user, browser=guards.browser(), amr=who.amr)


def has_chosen(who: HalfWay) -> bool:
    """Tell whether somebody who is signed in has come to this page because they want to."""
    return who.person is not None and "chosen" in request.args


def is_known(who: HalfWay) -> bool:
    """Tell whether they have passed the second step in this browser before.

    Who knew the password before there was a second step is no more its owner than a stranger.
    """
    return sessions.is_known(who.user.id, guards.browser(), acr=levels.MFA)


def is_locked(who: HalfWay, app: Totp | None) -> bool:
    """Tell whether no code of their app counts in this browser any more."""
    if app is None or not totp.is_locked(app):
        return False
    return totp.is_locked(app, known=is_known(who))


def reserve(who: HalfWay, *, of_app: bool) -> Count:
    """Count a code before it is checked, whoever waits for the answer (security.md MF03).

    The app's own row comes first, as where the code is spent: two tabs would otherwise wait for
    each other for good.

    Raises:
        AppLocked: too many codes of the app were wrong; the caller rolls back.
        TooMany: the next one has to wait; the caller rolls back.
        HalfSignInGone: there were five wrong ones after this first step.
    """
    known = is_known(who)
    if of_app:
        totp.count_try(who.user.id, known=known)
    count = throttles.second_step(who.user.id, browser=guards.browser() if known else "")
    throttles.reserve((count,))
    if who.half is not None:
        half_sign_ins.count_try(who.half)
    commit()
    return count


def refused(who: HalfWay, waiting: Waiting | None, reason: str) -> None:
    """Write down that a code was not right, and tell the owner if it locks their app."""
    trace = Trace("sign_in")
    if waiting is not None:
        trace.reference, trace.client_id = waiting.reference, waiting.client.client_id
    trace.user_id = who.user.id
    trace.passed("account", "known")
    trace.refused("second_step", reason)
    trace.write("refused")
    audit.record(
        Event.SECOND_STEP_REFUSED,
        user_id=who.user.id,
        client_id=trace.client_id,
        address=guards.address(),
        reference=trace.reference,
        reason=reason,
    )
    is_lock = second_steps.note_lock(who.user, address=guards.address())
    commit()
    if is_lock:
        email.deliver_at_once()


def trust(who: HalfWay) -> None:
    """Spare them the second step in this browser for a while."""
    trusted_browsers.trust(
        who.user,
        guards.browser(),
        agent=request.headers.get("User-Agent", ""),
        address=guards.address(),
    )


def finish(who: HalfWay, waiting: Waiting | None, *, amr: tuple[str, ...]) -> None:
    """Open the session, or lift it to the level that the methods reach; the caller commits.

    Raises:
        HalfSignInGone: another request has done it.
    """
    if who.half is not None:
        guards.keep(who.half.keeps)
        half_sign_ins.finish(who.half)
        entering.let_in(who.user, waiting, amr=amr)
    elif who.person is not None:
        guards.step_up(who.person, amr=amr)


def address(page: str, waiting: Waiting | None, *, chosen: str | None = None) -> str:
    """Return the address of another page of this step, for the same purpose.

    `chosen` tells that the person has chosen the page, whatever they would begin with.
    """
    return url_for(
        page,
        interaction=waiting.handle if waiting else None,
        next=request.args.get("next"),
        again=request.args.get("again"),
        half=request.args.get("half"),
        chosen=chosen,
    )


def start_again(waiting: Waiting | None) -> ResponseReturnValue:
    """Send back to the first step whoever is not half-way any more; go on when it is done."""
    who = find_any(waiting)
    if who is not None and who.owes_address:
        return redirect(address("login.prove_mailbox", waiting), 303)
    person = guards.person()
    if person is not None and (_is_enough(person) or not _is_step_up(waiting)):
        return pages.go_on(waiting, request.args.get("next", ""))
    handle = waiting.handle if waiting else None
    target = request.args.get("next") or None
    return redirect(url_for("login.sign_in", interaction=handle, next=target, over="yes"), 303)
