"""Delete somebody's account: a reason, and the address typed."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.database import commit, rollback
from app.jobs import email as email_job
from app.models import User
from app.services.people import accounts, deletions, roles
from app.services.people.deletions import AlreadyScheduled, NotScheduled
from app.services.people.roles import Permission
from app.services.people.users import OwnAccount
from app.settings import settings
from app.web import guards
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form


class DeleteUserForm(Form):
    """Why it goes, and the address of what goes."""

    reason = StringField(
        validators=[
            InputRequired(_("Write why the account is deleted.")),
            Length(max=200, message=_("Use 200 characters or fewer.")),
        ]
    )
    email = StringField()


@blueprint.route("/users/<int:user_id>/delete", methods=["GET", "POST"])
@needs(Permission.DELETE_USERS, recent=True)
def delete_user(user_id: int) -> ResponseReturnValue:
    """Ask, then turn the account off at once and delete it after the grace."""
    me = administrator()
    row = roles.get_to_change(user_id, by=me)
    if row.id == me.user_id:
        raise OwnAccount(str(_("This is your own account: delete it in your account.")))
    form = DeleteUserForm()
    if not form.validate_on_submit():
        return _page(form, row), 422 if form.is_submitted() else 200
    if accounts.key_of(form.email.data or "") != row.email_key:
        form.email.errors = [_("Type the address as it stands above.")]
        return _page(form, row), 422
    try:
        deletions.schedule(row, by=me.user_id, reason=form.reason.data, address=guards.address())
    except AlreadyScheduled:
        rollback()
    return _done(user_id, "deletion")


@blueprint.post("/users/<int:user_id>/keep")
@needs(Permission.DELETE_USERS)
def keep_user(user_id: int) -> ResponseReturnValue:
    """Keep the account; it stays off until it is turned on."""
    try:
        row = roles.get_to_change(user_id, by=administrator())
        deletions.keep(row, by=administrator().user_id, address=guards.address())
    except NotScheduled:
        rollback()
    return _done(user_id, "kept")


def _done(user_id: int, what: str) -> ResponseReturnValue:
    commit()
    email_job.deliver_at_once()
    return redirect(url_for("admin.user", user_id=user_id, done=what), 303)


def _page(form: DeleteUserForm, row: User) -> str:
    days = settings.deletion_grace.days
    return render_template("admin/delete_user.html", form=form, user=row, days=days)
