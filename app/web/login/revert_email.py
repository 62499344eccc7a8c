"""Take the change of a primary address back, with the link that went to the old one (RV07).

The link proves the old mailbox and nothing else: it signs nobody in. It ends every session, and
leads to a new password, because whoever changed the address may know the old one.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.jobs import email as email_job
from app.services.people import address_changes, addresses, resets
from app.services.people.address_changes import Revert, RevertLinkDead
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import reset
from app.web.login.waiting import blueprint
from app.web.mailed_links import MailedLink

#: As long as the page may stay open; the link itself works for a week.
LINK = MailedLink("sealwax-revert", resets.LIFETIME)


class RevertForm(Form):
    """Nothing but the press of a button."""


@blueprint.route("/revert-email", methods=["GET", "POST"])
@needs(ANYONE)
def revert_email() -> ResponseReturnValue:
    """Say what the button does, and do it when it is pressed."""
    if "token" in request.args:
        return LINK.put_away(request.args["token"], url_for("login.revert_email"))
    try:
        found = address_changes.find(LINK.token)
        form = RevertForm()
        if not form.validate_on_submit():
            return _page(form, found), 422 if form.is_submitted() else 200
        return _put_back(found)
    except RevertLinkDead:
        rollback()
        return _page(None, None), 410


def _put_back(found: Revert) -> ResponseReturnValue:
    """Put the address back, and go on to the page that takes a new password."""
    user = address_changes.use(found, address=guards.address())
    token = resets.new_token(user, user.email_key)
    commit()
    email_job.deliver_at_once()
    answer = redirect(url_for("login.reset"), 303)
    LINK.forget(answer)
    reset.LINK.keep(answer, token)
    return answer


def _page(form: RevertForm | None, found: Revert | None) -> str:
    return render_template(
        "login/revert_email.html",
        form=form,
        email=found.address.email if found else "",
        current=found.user.email if found else "",
        days=addresses.WAY_BACK.days,
    )
