"""Choose an account: go on with the one in use, switch to another one, or add one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.oidc import interaction as steps
from app.services.authorization import interactions
from app.services.authorization.signed_in import SignedIn
from app.services.people import browser_accounts
from app.services.people.browser_accounts import NO_CLIENT, Account
from app.web import guards, pictures
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

CURRENT, ANOTHER = "current", "another"


class AccountForm(Form):
    """Nothing but the CSRF field; the account is the button that is pressed."""


@blueprint.route("/select-account", methods=["GET", "POST"])
@needs(ANYONE)
def select_account() -> ResponseReturnValue:
    """Offer the accounts of this browser; nobody is picked without being asked (ux.md 2.7)."""
    waiting = pages.load()
    somebody = waiting.person if waiting else guards.person()
    others = _others(waiting, somebody)
    if somebody is None and not others:
        return _to("login.sign_in", waiting)
    if request.method != "POST":
        return _page(waiting, somebody, others)
    if "remove" in request.form:
        return _remove(request.form["remove"], waiting, somebody, others)
    chosen = request.form.get("account", ANOTHER)
    if chosen == CURRENT and somebody is not None:
        return _go_on_with(somebody, waiting)
    account = next((one for one in others if str(one.id) == chosen), None)
    if account is not None:
        return _switch(account, waiting)
    return _to("login.sign_in", waiting, another="yes")


def _others(waiting: Waiting | None, somebody: SignedIn | None) -> list[Account]:
    """Return the accounts of this browser but the one in use."""
    found = guards.accounts(waiting.client.id if waiting else NO_CLIENT)
    return [one for one in found if somebody is None or one.user_id != somebody.user_id]


def _go_on_with(somebody: SignedIn, waiting: Waiting | None) -> ResponseReturnValue:
    if waiting is not None and waiting.must_prove:
        return _to("login.sign_in", waiting)
    if waiting is not None:
        interactions.choose(waiting.interaction, somebody.session_id)
        commit()
    return pages.go_on(waiting, request.args.get("next", ""))


def _switch(account: Account, waiting: Waiting | None) -> ResponseReturnValue:
    """Make another account the current one; a switch in another tab shows this page anew."""
    if account.session is None:
        return _to("login.sign_in", waiting, account=str(account.id))
    signed_in = guards.switch_to(account)
    if signed_in is None:
        return _to("login.select_account", waiting)
    if waiting is not None:
        interactions.choose(waiting.interaction, signed_in.session_id)
    commit()
    return pages.go_on(waiting, request.args.get("next", ""))


def _remove(
    which: str, waiting: Waiting | None, somebody: SignedIn | None, others: list[Account]
) -> ResponseReturnValue:
    """Sign an account out of this browser and forget it."""
    gone = [one for one in others if str(one.id) == which]
    if which == CURRENT and somebody is not None:
        gone = [one for one in guards.accounts() if one.user_id == somebody.user_id]
        guards.sign_out(somebody)
    for account in gone:
        browser_accounts.remove(account, address=guards.address())
    commit()
    return _to("login.select_account", waiting, remove="yes")


def _to(page: str, waiting: Waiting | None, **more: Any) -> ResponseReturnValue:
    """Go to a page that works for the same request, and leads to the same page afterwards."""
    handle = waiting.handle if waiting else None
    target = request.args.get("next") or None
    return redirect(url_for(page, interaction=handle, next=target, **more), 303)


def _page(waiting: Waiting | None, somebody: SignedIn | None, others: list[Account]) -> str:
    faces = {one.user_id: pictures.shown(one.picture) for one in guards.accounts()}
    shown = [_shown(str(one.id), one, one.session, waiting) for one in others]
    if somebody is not None:
        shown.insert(0, _shown(CURRENT, somebody, somebody, waiting))
    for account in shown:
        account["picture"] = faces.get(account.pop("user_id"))
    text = render_template(
        "login/select_account.html",
        form=AccountForm(),
        interaction=waiting.handle if waiting else None,
        client={"name": waiting.client.name} if waiting else None,
        accounts=shown,
        is_removing="remove" in request.args,
        asks_for_another=waiting is not None and waiting.reason == "another_user",
        target=request.args.get("next") or None,
    )
    commit()  # the session was seen
    return text


def _shown(
    value: str, account: SignedIn | Account, session: SignedIn | None, waiting: Waiting | None
) -> dict[str, Any]:
    return {
        "value": value,
        "user_id": account.user_id,
        "name": account.name or "",
        "email": account.email,
        "is_signed_in": session is not None
        and not (
            waiting and steps.wants_fresh_sign_in(waiting.asked, session, waiting.interaction)
        ),
    }
