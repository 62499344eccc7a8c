"""A few more details: what the settings ask a new account for, once it is made (ux.md 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import User
from app.services.people import details as rules
from app.services.people import profiles, users
from app.web import forms, guards, profile_form, unsent
from app.web.access import SIGNED_IN, needs
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint
from app.web.profile_form import ProfileForm

SKIP = "skip"


@blueprint.route("/details", methods=["GET", "POST"])
@needs(SIGNED_IN)
@unsent.keeps(ProfileForm)
def details() -> ResponseReturnValue:
    """Ask for what is not known yet, keep it, and go on; the request that waits is not lost."""
    waiting, person = pages.load(), guards.person()
    user = users.get(person.user_id) if person else None
    owed = rules.owed_by(user) if user else ()
    if user is None or not owed:
        return pages.go_on(waiting, request.args.get("next", ""))
    form = profile_form.of(user, only=owed)
    if not form.is_submitted():
        page = _page(form, user, waiting)
        commit()  # the session was seen
        return page
    found = {} if _is_left_out() else profile_form.members(form, user)
    if not _is_good(form, found):
        return _page(form, user, waiting), 422
    try:
        _keep(found, user)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault, address="street_address")
        return _page(form, users.get(user.id), waiting), 422
    commit()
    guards.look_again()
    return pages.go_on(waiting, request.args.get("next", ""))


def _is_left_out() -> bool:
    return request.form.get("answer") == SKIP


def _is_good(form: ProfileForm, found: Mapping[str, Any]) -> bool:
    """Tell whether all may be so, and nothing is empty that cannot be; other fields say it."""
    if _is_left_out():
        return True
    form.validate()
    for field in form:
        if field.name in rules.required() and not (field.data or "").strip():
            field.errors = [_("Fill this in: your account needs it here.")]
    return not profile_form.has_faults(form, found)


def _keep(found: Mapping[str, Any], user: User) -> None:
    """Keep what was typed, or nothing where all of it is left out.

    Raises:
        InvalidInput: something may not be so, or may not be left out.
    """
    if not _is_left_out():
        profiles.change(user, found, by=user.id)
    rules.answered(user)


def _page(form: ProfileForm, user: User, waiting: Waiting | None) -> str:
    owed = [name for name in profile_form.FIELDS if name in form]
    needed = rules.required().intersection(owed)
    return render_template(
        "login/details.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting else None,
        account={"name": user.name or "", "email": user.email},
        fields=owed,
        needed=sorted(needed),
    )
