"""Mail that went out, or did not; and one to try the way with (ux.md 2.22)."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.errors import TooMany
from app.jobs import email as email_job
from app.jobs.email import Step
from app.models import Mail
from app.services.people import sign_ups
from app.services.people.roles import Permission
from app.services.upkeep import audit, mail
from app.services.upkeep.audit import Event
from app.services.upkeep.mail import PAGE_SIZE, STATES
from app.settings import settings
from app.web import guards
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import retry_after, too_many_tries


@blueprint.get("/mails")
@needs(Permission.READ_MAIL)
def mails() -> ResponseReturnValue:
    """Show one page of the outbox: to whom, which kind, what became of it; never what it says."""
    return _page()


@blueprint.post("/mails/test", endpoint="test_mail")
@needs(Permission.SEND_MAIL)
def send_test_mail() -> ResponseReturnValue:
    """Send a mail to oneself, now, and say how far it got and what the server answered."""
    me = administrator()
    try:
        sign_ups.count_mail(me.email, guards.address())
    except TooMany as many:
        rollback()
        words = too_many_tries(many.retry_after)
        return _page(refused=words), 429, retry_after(many.retry_after)
    commit()  # the server may take its time: nobody may wait for this transaction
    steps = email_job.try_out(mail.draft("test", to=me.email))
    if steps[-1].ok:
        audit.record(Event.MAIL_TESTED, actor_id=me.user_id, address=guards.address())
        commit()
    return _page(steps=steps)


def _page(*, steps: list[Step] | None = None, refused: str = "") -> str:
    state = lists.one_of("state", tuple(STATES))
    found = lists.paged(lambda page: mail.search(state=state, page=page), PAGE_SIZE)
    return render_template(
        "admin/mails.html",
        mails=[_line(row) for row in found.rows],
        state=state,
        page=found.page,
        pages=found.pages,
        steps=steps,
        refused=refused,
        has_folder=email_job.has_folder(),
        sender_domain=parseaddr(settings.mail_from)[1].rpartition("@")[2],
    )


def _line(row: Mail) -> dict[str, Any]:
    return {
        "to": row.recipient,
        "kind": row.template,
        "state": mail.state_of(row),
        "tries": row.tries,
        "last_fault": row.last_fault,
        "at": row.sent_at or row.created_at,
        "due_at": row.due_at,
    }
