"""From the first step to a session: nobody gets one who still owes a step.

Every way in ends here (security.md MF01); what is owed is remembered by the server.
"""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.jobs import email
from app.models import HalfSignIn, User
from app.services.authorization import interactions
from app.services.people import (
    half_sign_ins,
    mailbox_proofs,
    mailed_codes,
    passkeys,
    second_steps,
    step_rules,
    trusted_browsers,
)
from app.services.people.step_rules import Owed
from app.web import guards
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting

#: Where somebody goes who has to set something up, or to take the second step.
ENROL, SECOND_STEP = "login.enrol", "login.second_step"
#: Where somebody goes whose address nobody has confirmed.
CONFIRM = "login.prove_mailbox"
PAGES = {
    Owed.NOTHING: None,
    Owed.SET_UP: ENROL,
    Owed.SECOND_STEP: SECOND_STEP,
}
#: How long somebody may take on each.
LIFETIMES = {
    ENROL: half_sign_ins.TO_SET_UP,
    SECOND_STEP: half_sign_ins.LIFETIME,
    CONFIRM: mailed_codes.LIFETIME,
}


def enter(
    user: User,
    waiting: Waiting | None,
    *,
    amr: tuple[str, ...],
    target: str = "",
    may_offer: bool = False,
    has_mailbox: bool = False,
) -> ResponseReturnValue:
    """Let in who has passed the first step, or show the second one; the caller's work is kept.

    `may_offer`: it is a good moment to offer a passkey, and the browser can make one.
    `has_mailbox`: they have just come by a link that was made for them alone, and need not prove
    the mailbox before they set something up.
    """
    if has_mailbox:
        mailbox_proofs.note(user, guards.browser())
    if mailbox_proofs.owes_confirmation(user, amr):
        return _to_confirmation(user, waiting, amr=amr, target=target)
    page = _owed_page(user, amr)
    if page is None:
        offers = may_offer and passkeys.is_worth_offering(user)
        return admit(user, waiting, amr=amr, target=target, offers=offers)
    _begin(user, amr, LIFETIMES[page])
    commit()
    return _half_way(page, waiting, target)


def _begin(user: User, amr: tuple[str, ...], lifetime: timedelta) -> None:
    half_sign_ins.begin(
        user, browser=guards.browser(), amr=amr, lifetime=lifetime, keeps=guards.keeps()
    )


def _half_way(page: str, waiting: Waiting | None, target: str) -> ResponseReturnValue:
    handle = waiting.handle if waiting else None
    return redirect(url_for(page, interaction=handle, next=target or None, half="yes"), 303)


def _to_confirmation(
    user: User, waiting: Waiting | None, *, amr: tuple[str, ...], target: str
) -> ResponseReturnValue:
    """Mail a code to the address that nobody has confirmed, and ask for it (ux.md 2.1)."""
    _begin(user, amr, LIFETIMES[CONFIRM])
    is_mailed = mailbox_proofs.send_first(user, browser=guards.browser(), address=guards.address())
    commit()
    if is_mailed:
        email.deliver_at_once()
    return _half_way(CONFIRM, waiting, target)


def enter_confirmed(
    half: HalfSignIn, user: User, waiting: Waiting | None, *, target: str
) -> ResponseReturnValue:
    """Let in who has confirmed the address after a first step, or show the second one.

    Raises:
        HalfSignInGone: another request has done it.
    """
    amr = tuple(half.amr)
    page = _owed_page(user, amr)
    guards.keep(half.keeps)
    half_sign_ins.finish(half)
    if page is None:
        return admit(user, waiting, amr=amr, target=target)
    _begin(user, amr, LIFETIMES[page])
    commit()
    return _half_way(page, waiting, target)


def enter_new(user: User, waiting: Waiting | None, *, amr: tuple[str, ...]) -> ResponseReturnValue:
    """Let in the owner of an account that has just been made: the address is proved.

    That is no way to sign in (security.md MF11). Who has chosen no password, and comes from no
    other provider, makes the passkey first, and until then nobody is signed in.
    """
    if amr:
        return enter(user, waiting, amr=amr, has_mailbox=True)
    _begin(user, (), half_sign_ins.TO_SET_UP)
    commit()
    handle = waiting.handle if waiting else None
    return redirect(url_for("login.first_passkey", interaction=handle), 303)


def admit(
    user: User,
    waiting: Waiting | None,
    *,
    amr: tuple[str, ...],
    target: str = "",
    offers: bool = False,
) -> ResponseReturnValue:
    """Start the session of somebody who owes nothing, and go on."""
    let_in(user, waiting, amr=amr)
    commit()
    if offers and not user.is_leaving:
        handle = waiting.handle if waiting else None
        return redirect(
            url_for("login.passkey_offer", interaction=handle, next=target or None), 303
        )
    return go_on(user, waiting, target)


def go_on(user: User, waiting: Waiting | None, target: str = "") -> ResponseReturnValue:
    """Go back to the request, or to a page of ours; who is leaving is asked whether to stay."""
    return redirect(next_address(user, waiting, target), 303)


def next_address(user: User, waiting: Waiting | None, target: str = "") -> str:
    """Return where it goes on once every step is passed."""
    if not user.is_leaving:
        return pages.next_address(waiting, target)
    handle = waiting.handle if waiting else None
    return url_for("login.keep_account", interaction=handle, next=target or None)


def let_in(user: User, waiting: Waiting | None, *, amr: tuple[str, ...]) -> None:
    """Start the session of somebody who owes nothing, and tell the request that waits."""
    signed_in = guards.sign_in(user, amr=amr)
    if waiting is not None and signed_in is not None:
        interactions.sign_in(waiting.interaction, signed_in.session_id)


def _owed_page(user: User, amr: tuple[str, ...]) -> str | None:
    """Return the page of what is owed, None when nothing is."""
    verdict = step_rules.owed(
        amr,
        has_second_step=user.has_second_step,
        is_demanded=lambda: _is_demanded_of(user),
        has_passkey=lambda: passkeys.has_any(user.id),
        is_spared=lambda: _is_spared(user),
    )
    return PAGES[verdict]


def _is_demanded_of(user: User) -> bool:
    return second_steps.is_demanded(
        user, by_group=lambda: guards.arrival(user).is_demanded_by_group
    )


def _is_spared(user: User) -> bool:
    somebody = guards.person()
    asked_again = somebody is not None and somebody.user_id == user.id
    return not asked_again and trusted_browsers.is_trusted(user, guards.browser())
