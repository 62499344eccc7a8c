"""What is left to do after the set-up, on the overview until it is done (ux.md 2.15).

Whether something is done is looked up each time; what cannot be looked up, such as a copy that
lies elsewhere, is in the audit log with who said so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.database import commit
from app.services.clients import overview
from app.services.people import users
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import guards
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint, permits

#: What a button of the list says, and what is recorded then.
ACTS = {"copied": Event.KEYS_COPIED, "hide": Event.CHECKLIST_HIDDEN}
_KNOWN = (Event.MAIL_TESTED, *ACTS.values())


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; with a `url` it is done there, with an `act` it is said to be done."""

    words: str
    hint: str
    label: str
    is_done: bool
    url: str = ""
    act: str = ""


def tasks() -> list[Task]:
    """Return what there is to do; nothing when all is done, or nobody here can or wants to."""
    if not permits(Permission.CHANGE_SETTINGS):
        return []
    known = audit.happened(_KNOWN)
    if Event.CHECKLIST_HIDDEN in known:
        return []
    found = [task(known) for task in TASKS]
    return [] if all(task.is_done for task in found) else found


@blueprint.post("/checklist", endpoint="checklist")
@needs(Permission.CHANGE_SETTINGS)
def act_on_checklist() -> ResponseReturnValue:
    """Take somebody's word for a task, or put the list away."""
    event = ACTS.get(request.form.get("act", ""))
    if event is None:
        abort(400)
    if event not in audit.happened([event]):  # pressed twice
        audit.record(event, actor_id=administrator().user_id, address=guards.address())
        commit()
    return redirect(url_for("admin.dashboard"), 303)


def _mail(known: frozenset[Event]) -> Task:
    return Task(
        _("Send a test mail"),
        _("Codes and links reach nobody before mail works."),
        _("Try it out"),
        is_done=Event.MAIL_TESTED in known,
        url=url_for("admin.mails"),
    )


def _application(_known: frozenset[Event]) -> Task:
    return Task(
        _("Register an application"),
        _("People sign in to it with their account here."),
        _("Register the first one"),
        is_done=overview.has_any(),
        url=url_for("admin.new_client"),
    )


def _second_step(_known: frozenset[Event]) -> Task:
    without = [user.id for user in users.without_second_step()]
    is_mine = administrator().user_id in without
    other = url_for("admin.user", user_id=without[0]) if without and not is_mine else ""
    return Task(
        _("Turn on the second step for administrators"),
        _("A password that is guessed or stolen then opens nothing here."),
        _("Set it up") if is_mine else _("Go to the account"),
        is_done=not without,
        url=other or url_for("account.second_step"),
    )


def _keys(known: frozenset[Event]) -> Task:
    return Task(
        _("Back up the keys"),
        _(
            "Keep a copy of SEALWAX_ENCRYPTION_KEY apart from the database: without it the signing "
            "keys in a backup are lost."
        ),
        _("I have a copy"),
        is_done=Event.KEYS_COPIED in known,
        act="copied",
    )


#: In the order in which they are best done.
TASKS: tuple[Callable[[frozenset[Event]], Task], ...] = (_mail, _application, _second_step, _keys)
