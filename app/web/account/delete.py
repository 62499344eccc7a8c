"""Delete one's own account: what goes, what stays, and the address typed to confirm."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from app.database import commit, rollback
from app.jobs import email
from app.models import User
from app.services.people import accounts, deletions, users
from app.services.people.deletions import AlreadyScheduled
from app.services.people.users import LastAdministrator
from app.services.upkeep import audit
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, RECENT, needs
from app.web.account.desk import blueprint, somebody
from app.web.forms import Form


class DeleteForm(Form):
    """The address of what goes, typed."""

    email = StringField()


@blueprint.route("/delete", methods=["GET", "POST"])
@needs(RECENT)
def delete() -> ResponseReturnValue:
    """Ask for the address, then sign out everywhere and let the grace begin."""
    user = users.get(somebody().user_id)
    form = DeleteForm()
    if not form.validate_on_submit():
        return _page(form, user)
    if accounts.key_of(form.email.data or "") != user.email_key:
        form.email.errors = [_("Type the address as it stands above.")]
        return _page(form, user), 422
    try:
        deletions.schedule(user, address=guards.address())
    except AlreadyScheduled:  # a second press
        rollback()
    except LastAdministrator:
        rollback()
        form.form_errors.append(_("You are the last administrator. Make another one first."))
        return _page(form, user), 409
    guards.sign_out(None)
    commit()
    email.deliver_at_once()
    return redirect(url_for("account.deleted"), 303)


@blueprint.get("/deleted")
@needs(ANYONE)
def deleted() -> ResponseReturnValue:
    """Say what happens next, to whoever has just been signed out."""
    return render_template("account/deleted.html", days=settings.deletion_grace.days)


def _page(form: DeleteForm, user: User) -> str:
    return render_template(
        "account/delete.html",
        form=form,
        email=user.email,
        days=settings.deletion_grace.days,
        kept_days=audit.OWN_HISTORY.days,
    )
