"""From the first step to a session: nobody gets one who still owes a step.

Every way in ends here (security.md MF01); what is owed is remembered by the server.
"""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.models import User
from app.services import half_sign_ins, interactions, second_steps, trusted_browsers
from app.web import guards
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting


def enter(
    user: User, waiting: Waiting | None, *, amr: tuple[str, ...], target: str = ""
) -> ResponseReturnValue:
    """Let in who has passed the first step, or show the second one; the caller's work is kept."""
    page = _owed_page(user)
    if page is None:
        return admit(user, waiting, amr=amr, target=target)
    half_sign_ins.begin(user, browser=guards.browser(), amr=amr)
    commit()
    handle = waiting.handle if waiting else None
    return redirect(url_for(page, interaction=handle, next=target or None, half="yes"), 303)


def admit(
    user: User, waiting: Waiting | None, *, amr: tuple[str, ...], target: str = ""
) -> ResponseReturnValue:
    """Start the session of somebody who owes nothing, and go on."""
    let_in(user, waiting, amr=amr)
    commit()
    return pages.go_on(waiting, target)


def let_in(user: User, waiting: Waiting | None, *, amr: tuple[str, ...]) -> None:
    """Start the session of somebody who owes nothing, and tell the request that waits."""
    signed_in = guards.sign_in(user, amr=amr)
    if waiting is not None:
        interactions.sign_in(waiting.interaction, signed_in.session_id)


def _owed_page(user: User) -> str | None:
    if not user.has_second_step:
        demanded = second_steps.is_demanded_of(user.id, is_admin=user.is_admin)
        return "login.enrol" if demanded else None
    somebody = guards.person()
    asked_again = somebody is not None and somebody.user_id == user.id
    if not asked_again and trusted_browsers.is_trusted(user, guards.browser()):
        return None
    return "login.second_step"
