"""Believe that an address is a user's, without a mail: for accounts made by hand."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.database import commit
from app.services.people import addresses, roles
from app.services.people.roles import Permission
from app.web import unsent
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.unsent import KeptForm


class VerifyForm(KeptForm):
    """Why it is believed: it stays in the record."""

    reason = StringField(
        validators=[
            InputRequired(_("Write how you know that it is theirs.")),
            Length(max=200, message=_("Use 200 characters or fewer.")),
        ]
    )


@blueprint.route("/users/<int:user_id>/verify-email", methods=["GET", "POST"])
@needs(Permission.CHANGE_USERS, recent=True)
@unsent.keeps(VerifyForm)
def verify_email(user_id: int) -> ResponseReturnValue:
    """Ask for the reason, then let the primary address count as confirmed."""
    row = roles.get_to_change(user_id, by=administrator())
    if row.email_verified:
        abort(404)
    form = VerifyForm()
    if not form.validate_on_submit():
        page = render_template("admin/verify_email.html", form=form, user=row)
        return page, 422 if form.is_submitted() else 200
    addresses.verify_by_hand(row, by=administrator().user_id, reason=form.reason.data)
    commit()
    return redirect(url_for("admin.user", user_id=row.id, done="verified"), 303)
