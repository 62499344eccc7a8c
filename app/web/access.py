"""Who may knock where: every address declares what it needs, and what declares nothing is refused.

A view is declared by `needs`, and by nothing else: `ANYONE`, `SIGNED_IN`, `RECENT`, or a
`Permission`. The declaration is asked before every request, and the application does not start
with an address that has none (security.md AD01).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, request
from jinja2 import pass_context
from jinja2.runtime import Context

from app.database import commit
from app.services.authorization import admin_visits, levels
from app.services.authorization.signed_in import SignedIn
from app.services.clients import owners
from app.services.people import roles, second_steps, terms
from app.services.people.roles import Permission
from app.web import guards, unsent

V = TypeVar("V", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DECLARED = "sealwax_access"


class Door(Enum):
    """What is needed where no permission is."""

    #: Nothing; what the protocol asks for, it checks itself.
    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    #: Signed in a short while ago, with every step they have.
    RECENT = "signed in just now"


ANYONE, SIGNED_IN, RECENT = Door.ANYONE, Door.SIGNED_IN, Door.RECENT
Need = Door | Permission


@dataclass(frozen=True, slots=True)
class Access:
    """What an address needs: to be read, and to be written to."""

    to_read: Need
    to_write: Need
    #: Beside a permission: that they proved who they are just now.
    recent: bool
    #: Owners come in too, and the view shows them what is theirs alone.
    narrows: bool

    def needed(self, method: str) -> Need:
        """Return what a request with this method needs."""
        return self.to_read if method in SAFE else self.to_write

    def __str__(self) -> str:
        """Return it as the list of addresses shows it."""
        both = dict.fromkeys(str(need.value) for need in (self.to_read, self.to_write))
        return " / ".join(both) + (", just now" if self.recent else "")


def needs(
    need: Need, *, to_write: Need | None = None, recent: bool = False, narrows: bool = False
) -> Callable[[V], V]:
    """Declare what a view needs; `to_write` is for its unsafe methods, when that is something else.

    Owners of an application come in where a permission is theirs to have and the address names the
    application (`client_id`), or where the view itself `narrows` what it shows to what is theirs.
    """
    access = Access(need, to_write or need, recent=recent, narrows=narrows)

    def declared(view: V) -> V:
        setattr(view, DECLARED, access)
        return view

    return declared


def of(app: Flask, endpoint: str) -> Access | None:
    """Return what an address needs, None when nothing is declared."""
    return getattr(app.view_functions[endpoint], DECLARED, None)


def turned_away(need: Need, *, recent: bool = False, narrows: bool = False) -> Response | None:
    """Return where whoever asks has to go first, None when they may come in.

    Raises:
        Forbidden: they may not, whatever they do.
    """
    if need is ANYONE:
        return None
    somebody = guards.person()
    if somebody is None:
        return guards.to_sign_in()
    if isinstance(need, Permission):
        if not _is_permitted(somebody, need, narrows=narrows):
            abort(403)
        away = _unless_agreed(somebody) or _from_administration(somebody)
        return away or (_unless_recent(somebody) if recent else None)
    if need is RECENT:
        return _unless_recent(somebody)
    if second_steps.is_owed_by(somebody):
        return guards.to_second_step()
    return _unless_agreed(somebody)


def _unless_agreed(somebody: SignedIn) -> Response | None:
    """Let people in who have agreed to the terms as they are now.

    The pages of the login wing ask them. What needs a recent sign-in stays open: whoever does not
    agree can still take their data along and delete the account (GDPR Art. 17 and 20).
    """
    is_asked = request.blueprint != "login" and terms.are_owed_by(somebody)
    return guards.to_terms() if is_asked else None


def _is_permitted(somebody: SignedIn, permission: Permission, *, narrows: bool) -> bool:
    if roles.permits(somebody, permission):
        return True
    if not roles.permits_to_own(somebody, permission):
        return False
    # An application that is not theirs and one that is not there look the same (CVE-2026-105209).
    client_id = (request.view_args or {}).get("client_id")
    return narrows if client_id is None else owners.owns(somebody.user_id, client_id)


def _from_administration(somebody: SignedIn) -> Response | None:
    """Let people in whose sign-in is young enough, and note that they came."""
    if not admin_visits.note(somebody):
        return guards.ask_again()
    if not levels.reaches(somebody.acr, levels.MFA) and second_steps.is_demanded_of(
        somebody.user_id, somebody
    ):
        return guards.to_second_step()
    commit()  # that the session was used: it ends when it is not
    return None


def _unless_recent(somebody: SignedIn) -> Response | None:
    """Let people in who proved who they are a short while ago, with every step they have.

    An open browser, or a stolen cookie, must not be enough for what is sensitive (ASVS 7.5.1).
    """
    if not levels.is_recent(somebody.auth_time):
        return guards.ask_again()
    if second_steps.is_owed_by(somebody):
        return guards.to_second_step()
    if somebody.has_second_step and not levels.reaches(somebody.acr, levels.MFA):
        return guards.to_second_step()
    return None


def permitted(permission: Permission, client_id: str) -> bool:
    """Tell whether whoever is signed in may do this to an application; asks for no sign-in."""
    somebody = guards.person()
    if somebody is None:
        return False
    if roles.permits(somebody, permission):
        return True
    own = roles.permits_to_own(somebody, permission)
    return own and owners.owns(somebody.user_id, client_id)


def _before_request() -> Response | None:
    if request.endpoint is None:
        return None  # no such address, or not with this method: that is answered elsewhere
    access = of(current_app, request.endpoint)
    if access is None:
        abort(403)
    need = access.needed(request.method)
    away = turned_away(need, recent=access.recent, narrows=access.narrows)
    somebody = guards.person() if away is None and need is not ANYONE else None
    if somebody is not None:
        unsent.admit(somebody.user_id, guards.browser())
    return away


@pass_context
def may(context: Context, endpoint: str, method: str = "GET") -> bool:
    """Tell a template whether the person it is for may open an address, or press its button.

    What they may not press is not shown; it is refused all the same when it is sent.
    """
    holder, access = context.get("current_user"), of(current_app, endpoint)
    if not getattr(holder, "is_authenticated", False) or access is None:
        return False
    need = access.needed(method)
    if not isinstance(need, Permission):
        return True
    return roles.permits(holder, need) or roles.permits_to_own(holder, need)


def check(app: Flask) -> None:
    """Look whether every address says what it needs.

    Raises:
        RuntimeError: one does not; the application must not start.
    """
    silent = sorted(name for name in app.view_functions if of(app, name) is None)
    if silent:
        message = f"these views do not declare what they need: {', '.join(silent)}"
        raise RuntimeError(message)


def init_app(app: Flask) -> None:
    """Ask before every request."""
    needs(ANYONE)(app.view_functions["static"])
    app.before_request(_before_request)
    app.jinja_env.globals.update(may=may, roles_of=roles.of)
