"""Take from somebody who they are at another provider: it was not them, or is not any more."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.database import commit, rollback
from app.jobs import email
from app.models import User
from app.services.people import roles, upstream_identities, ways_in
from app.services.people.roles import Permission
from app.services.people.ways_in import LastWayIn
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form

LAST = "yes"


class UnlinkForm(Form):
    """The press of a button; `last` tells that the page has warned of the last way in."""

    last = HiddenField()


@blueprint.route("/users/<int:user_id>/identities/<int:identity_id>", methods=["GET", "POST"])
@needs(Permission.CHANGE_USERS, recent=True)
def unlink(user_id: int, identity_id: int) -> ResponseReturnValue:
    """Ask, and say when nothing else signs them in; the owner is told by mail."""
    me = administrator()
    row = roles.get_to_change(user_id, by=me)
    if row.id == me.user_id:
        abort(404)  # one's own is removed in one's account
    form = UnlinkForm()
    if not form.validate_on_submit():
        return _page(form, row, identity_id)
    try:
        ways_in.take_identity(row, identity_id, by=me.user_id, even_last=form.last.data == LAST)
    except LastWayIn:  # the other one has gone since the page was shown
        rollback()
        return _page(form, row, identity_id), 409
    commit()
    email.deliver_at_once()
    return redirect(url_for("admin.user", user_id=row.id, done="unlinked"), 303)


def _page(form: UnlinkForm, row: User, identity_id: int) -> str:
    identity, provider = upstream_identities.get(row.id, identity_id)
    is_last = not ways_in.has_any(row.id, but=identity_id)
    form.last.data = LAST if is_last else ""
    return render_template(
        "admin/unlink.html",
        form=form,
        user=row,
        provider=provider.name,
        email=identity.email,
        is_last=is_last,
    )
