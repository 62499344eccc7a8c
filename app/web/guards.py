"""Who is at the door: Flask-Login over our sessions. Who may come in is decided in `access`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, cast

from flask import Response, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import Forbidden

from app.database import commit
from app.models import User
from app.security import uris
from app.services.authorization import devices, lifetimes, sessions
from app.services.authorization.signed_in import SignedIn
from app.services.people import arrivals, browser_accounts, notices
from app.services.people.arrivals import Arrival
from app.services.people.browser_accounts import NO_CLIENT, Account
from app.settings import settings
from app.web import agents, unsent
from app.web.cookies import CookieSession
from app.web.persons import Person

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def person() -> SignedIn | None:
    """Return who is signed in with this browser, None when nobody is."""
    if not session_token():
        return None
    return cast("SignedIn | None", getattr(current_user, "signed_in", None))


def known_person() -> SignedIn | None:
    """Return who is signed in if this request has asked already: it asks nothing by itself.

    For what every page needs, the one about a database that is away included.
    """
    loaded = g.get("_login_user")
    return cast("SignedIn | None", getattr(loaded, "signed_in", None))


def session_token() -> str:
    """Return the token of the sign-in session, empty when there is none."""
    return cookie_session().token


def cookie_session() -> CookieSession:
    """Return the session of this request, with the type it has here."""
    found: CookieSession = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (the documented way behind the proxy, which costs three calls for each look)
    return found


def browser() -> str:
    """Return the identity of this browser; it gets a cookie when it had none."""
    return cookie_session().known_browser()


def address() -> str:
    """Return the network address of the browser, as far as trusted proxies tell it."""
    return uris.without_port(request.remote_addr or "")


def accounts(client_pk: int = NO_CLIENT) -> list[Account]:
    """Return the accounts of this browser, the last used first, and what each allowed a client.

    A browser that only one person uses has no more than theirs.
    """
    held = cookie_session().accounts
    if not held:
        return []
    return browser_accounts.of(browser_accounts.holder(browser(), held), client_pk=client_pk)


def sign_in(user: User, *, amr: tuple[str, ...]) -> SignedIn | None:
    """Start a session for a user who has just proved who they are, or go on with theirs.

    The cookies are new ones in any case: what a browser held before must not be worth anything
    after (session fixation, ASVS 7.2.4). Somebody else's session is set aside, for the chooser.
    None: the account is to be deleted, and the session is good for keeping it alone.
    """
    somebody = person()
    own = _session_here(user, somebody)
    if own is not None:
        keeps = cookie_session().keeps
        is_kept = own.is_kept if keeps is None else keeps
        token = sessions.renew(
            own.session_id, user, amr=amr, is_kept=is_kept, reference=_reference()
        )
        signed_in = sessions.find(token)
        if signed_in is None and not user.is_leaving:
            raise Forbidden
    else:
        if somebody is None and session_token():
            sessions.end(session_token(), address=address())
        opened, token = _open(user, amr=amr)
        signed_in = None if user.is_leaving else opened
    _make_current(signed_in, token, instead_of=somebody)
    return signed_in


def _open(user: User, *, amr: tuple[str, ...]) -> tuple[SignedIn, str]:
    """Start a session, and tell the owner when it is out of the ordinary (security.md LG08)."""
    agent, network = request.headers.get("User-Agent", ""), address()
    device, coming = partial(agents.describe, agent), arrival(user)
    notices.of_sign_in(user, coming, device=device, address=network)
    opened = sessions.open(
        user,
        amr=amr,
        address=network,
        agent=agent,
        browser=browser(),
        is_kept=bool(cookie_session().keeps),
        reference=_reference(),
    )
    if coming.living >= settings.sessions_per_user:
        sessions.end_surplus(user.id, settings.sessions_per_user)
    return opened


def arrival(user: User) -> Arrival:
    """Return what there is to know about a user who comes in, asked once in a request."""
    known: dict[int, Arrival] = g.setdefault("arrivals", {})
    if user.id not in known:
        known[user.id] = arrivals.look(user, browser=browser())
    return known[user.id]


def _reference() -> str:
    """Return the reference of the attempt that this request belongs to, empty where there is none.

    It ties the sign-in to what was refused before and allowed after (ux.md 2.21).
    """
    return str(g.get("reference", ""))


def _session_here(user: User, somebody: SignedIn | None) -> SignedIn | None:
    """Return the session that a user has in this browser already, current or set aside."""
    if somebody is not None and somebody.user_id == user.id:
        return somebody
    return next((one.session for one in accounts() if one.user_id == user.id), None)


def switch_to(account: Account) -> SignedIn | None:
    """Make a signed-in account of this browser the current one; None when there is nothing to.

    Another request may have switched before; its cookies are those that count.
    """
    if account.session is None or not _moved_accounts():
        return None
    token = browser_accounts.take_up(account.session.session_id)
    signed_in = sessions.find(token)
    if signed_in is None:
        raise Forbidden
    _make_current(signed_in, token, instead_of=person(), has_moved=True)
    return signed_in


def _moved_accounts() -> bool:
    """Put the accounts of this browser under a new cookie; tell whether there were any."""
    held, made = cookie_session().accounts, browser_accounts.new()
    before = browser_accounts.holder(browser(), held)
    moved = bool(held) and browser_accounts.move(before, browser_accounts.holder(browser(), made))
    if moved:
        cookie_session().accounts = made
    return moved


def _make_current(
    signed_in: SignedIn | None, token: str, *, instead_of: SignedIn | None, has_moved: bool = False
) -> None:
    """Give a session the cookie, and keep who had it before for the chooser.

    An account that is to be deleted has no `signed_in` and is on no list.
    """
    is_first = not has_moved and not _moved_accounts()
    if is_first:
        cookie_session().accounts = browser_accounts.new()
    holder = browser_accounts.holder(browser(), cookie_session().accounts)
    if instead_of is not None and (signed_in is None or instead_of.user_id != signed_in.user_id):
        browser_accounts.set_aside(instead_of.session_id)
        browser_accounts.note(holder, instead_of.user_id, instead_of.session_id)
    if signed_in is not None:
        browser_accounts.note(holder, signed_in.user_id, signed_in.session_id)
    if not is_first:
        browser_accounts.trim(holder)
    _hand_out(token, signed_in)


def _hand_out(token: str, signed_in: SignedIn | None) -> None:
    """Put the token into the cookie, for as long as the session may live if it is kept."""
    if signed_in is not None and signed_in.is_kept:
        cookie_session().kept_for = lifetimes.longest(signed_in.acr, is_kept=True)
    login_user(Person(token, signed_in))


def keep(wanted: bool | None) -> None:  # noqa: FBT001 (the answer to a question, or none)
    """Note whether whoever signs in with this request asked to stay signed in; None: not asked."""
    cookie_session().keeps = wanted


def keeps() -> bool | None:
    """Return what `keep` noted."""
    return cookie_session().keeps


def step_up(somebody: SignedIn, *, amr: tuple[str, ...], is_asked: bool = True) -> None:
    """Lift the session to a higher level; its cookie is a new one (ASVS 7.2.4)."""
    token = sessions.step_up(somebody, amr=amr, reference=_reference(), is_asked=is_asked)
    _hand_out(token, sessions.find(token))


def look_again() -> None:
    """Read anew who is signed in: what they owe has changed within this request."""
    token = session_token()
    login_user(Person(token, sessions.find(token)))


def sign_out(somebody: SignedIn | None) -> None:
    """End a session of this browser: one that is set aside, or the current one, also of nobody.

    Nobody is who has a session for keeping an account alone, see `sign_in`.
    """
    current = person()
    if somebody is not None and (current is None or current.session_id != somebody.session_id):
        sessions.end_one(somebody.session_id, somebody.user_id, address=address())
        return
    sessions.end(session_token(), address=address())
    logout_user()


def forget_accounts() -> None:
    """Forget which accounts have signed in with this browser."""
    held = cookie_session().accounts
    if held:
        browser_accounts.forget(browser_accounts.holder(browser(), held))
        cookie_session().accounts = ""


def ask_again() -> Response:
    """Let somebody who is signed in prove once more who they are, and come back here."""
    return _redirect("login.sign_in", again="yes")


def to_sign_in() -> Response:
    """Redirect somebody who is not signed in; they come back afterwards."""
    return _redirect("login.sign_in")


def to_second_step() -> Response:
    """Redirect somebody whose session has passed one step only."""
    return _redirect("login.second_step", again="yes")


def to_terms() -> Response:
    """Redirect somebody who has yet to agree to the terms as they are now."""
    return _redirect("login.terms")


def _redirect(page: str, *, again: str | None = None) -> Response:
    """Redirect to a page that comes back, to what was typed as well (ux.md 2.13).

    The way back is a path of ours (CVE-2024-39694).
    """
    target = request.full_path.rstrip("?") if request.method == "GET" else _put_aside()
    return cast("Response", redirect(url_for(page, next=target or None, again=again), 303))


def _put_aside() -> str:
    """Keep a form that came too late; return the page it belongs to.

    Whoever filled it in has a session still, or had it. Its CSRF value was right: nobody else
    can have words laid ready in front of them.
    """
    somebody = person()
    owner = somebody.user_id if somebody else devices.owner(session_token())
    page = unsent.put_aside(owner, browser())
    commit()
    return page
