"""One's own details: the standard claims, which applications see when they are let."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import FileField

from app.database import commit
from app.models import User
from app.security import pictures
from app.security.pictures import NoPicture
from app.services.authorization import consents
from app.services.people import profile_pictures, profiles, users
from app.web import pictures as served
from app.web import profile_form, unsent
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, somebody
from app.web.forms import Form
from app.web.profile_form import ABOUT, ADDRESS, NAMES, REACHED, ProfileForm

#: Which scopes show something of a section.
SHARED_BY = {
    "names": {"profile"},
    "about": {"profile"},
    "reached": {"profile", "phone"},
    "address": {"address"},
}
SECTIONS = ((NAMES, "names"), (ABOUT, "about"), (REACHED, "reached"), (ADDRESS, "address"))


class PictureForm(Form):
    """A file that is a picture."""

    picture_file = FileField(_("Picture"))


@blueprint.route("/profile", methods=["GET", "POST"])
@needs(SIGNED_IN)
@unsent.keeps(ProfileForm)
def profile() -> ResponseReturnValue:
    """Show one's details, and save them all at once."""
    user = users.get(somebody().user_id)
    form = profile_form.of(user)
    if not form.is_submitted():
        page = _page(form, user)
        commit()  # the session was seen
        return page
    form.validate()
    found = profile_form.members(form, user)
    if profile_form.has_faults(form, found):
        return _page(form, user), 422
    profiles.change(user, found, by=user.id)
    commit()
    return redirect(url_for("account.profile", saved="yes"), 303)


@blueprint.post("/picture")
@needs(SIGNED_IN)
@unsent.belongs_to("account.profile")
def picture() -> ResponseReturnValue:
    """Put a picture in place of the one before; nothing of the file itself is kept."""
    user = users.get(somebody().user_id)
    file = request.files.get("picture_file")
    content = file.read() if file else b""
    commit()  # drawing takes long: nobody else may wait for this transaction
    try:
        drawn = pictures.portrait(content)
    except NoPicture:
        form = PictureForm()
        advice = gettext("Choose a picture: PNG, JPEG, WebP or GIF, of at most 5 MB.")
        form.picture_file.errors = [advice]
        return _page(profile_form.of(user, fresh=True), user, picture_form=form), 422
    profile_pictures.store(user, drawn)
    commit()
    return redirect(url_for("account.profile", saved="picture"), 303)


@blueprint.post("/picture/remove")
@needs(SIGNED_IN)
@unsent.belongs_to("account.profile")
def remove_picture() -> ResponseReturnValue:
    """Show initials again."""
    profile_pictures.remove(users.get(somebody().user_id))
    commit()
    return redirect(url_for("account.profile", saved="picture-removed"), 303)


def _shared_with(user: User) -> dict[str, list[str]]:
    """Return, for each section, the names of the applications that see something of it."""
    allowed = [(set(row.scope.split()), client.name) for row, client in consents.of_user(user.id)]
    return {
        section: [name for granted, name in allowed if granted & scopes]
        for section, scopes in SHARED_BY.items()
    }


def _page(form: ProfileForm, user: User, *, picture_form: PictureForm | None = None) -> str:
    return render_template(
        "account/profile.html",
        form=form,
        email=user.email,
        email_verified=user.email_verified,
        sections=SECTIONS,
        shared_with=_shared_with(user),
        picture_form=picture_form or PictureForm(formdata=None),
        picture=served.shown(user.picture),
        saved=request.args.get("saved", "") if request.method == "GET" else "",
    )
