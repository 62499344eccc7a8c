"""Take the second step from somebody who has lost phone and recovery codes."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.database import commit
from app.jobs import email
from app.models import User
from app.services.people import passkeys, roles, second_steps
from app.services.people.roles import Permission
from app.web import unsent
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.unsent import KeptForm


class ResetForm(KeptForm):
    """Why it is taken away: it stays in the record."""

    reason = StringField(
        validators=[
            DataRequired(_("Write how you know that it is them.")),
            Length(max=200, message=_("Use 200 characters or fewer.")),
        ]
    )


@blueprint.route("/users/<int:user_id>/second-step", methods=["GET", "POST"])
@needs(Permission.CHANGE_USERS, recent=True)
@unsent.keeps(ResetForm)
def reset_second_step(user_id: int) -> ResponseReturnValue:
    """Ask for the reason, then let the password alone sign in; the owner is told by mail."""
    me = administrator()
    row = roles.get_to_change(user_id, by=me)
    has_something = row.has_second_step or passkeys.has_any(row.id)
    if not has_something or row.id == me.user_id:
        abort(404)  # one's own is turned off in one's account, with the factor itself
    form = ResetForm()
    if not second_steps.may_reset(row, me):
        return _page(None, row), 403
    if not form.validate_on_submit():
        return _page(form, row), 422 if form.is_submitted() else 200
    second_steps.reset(row, by=me, reason=form.reason.data)
    commit()
    email.deliver_at_once()
    return redirect(url_for("admin.user", user_id=row.id, done="second-step"), 303)


def _page(form: ResetForm | None, row: User) -> str:
    return render_template("admin/reset_second_step.html", form=form, user=row)
