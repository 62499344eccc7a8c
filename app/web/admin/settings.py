"""Settings and branding: what can be set here, and everything else as it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, StringField

from app.database import commit
from app.documents import settings_in_use
from app.errors import InvalidInput
from app.security import pictures
from app.security.pictures import NoPicture
from app.services.people.roles import Permission
from app.services.upkeep import branding, languages
from app.settings import settings as in_use
from app.web import brand
from app.web.access import needs
from app.web.admin import looks
from app.web.admin.entrance import administrator, blueprint
from app.web.admin.setting_groups import grouped
from app.web.forms import Form, blame
from app.web.headers import FORMS_STAY_HERE


class BrandForm(Form):
    """Whose pages these are, and how they look."""

    service_name = StringField(_("Name"))
    support_contact = StringField(_("Help"))
    privacy_url = StringField(_("Privacy"))
    terms_url = StringField(_("Terms"))
    accent = StringField(_("Accent on light pages"))
    accent_dark = StringField(_("Accent on dark pages"))
    logo = FileField(_("Logo"))
    drop_logo = BooleanField(_("Remove the logo"))
    logo_dark = FileField(_("Logo on dark pages"))
    drop_logo_dark = BooleanField(_("Remove the logo of dark pages"))


@blueprint.get("/settings")
@needs(Permission.READ_SETTINGS)
def settings() -> ResponseReturnValue:
    """Show what can be set, and what the environment says."""
    page = request.args.get("look", "")
    return _page(BrandForm(formdata=None, data=branding.stored()), branding.stored(), look=page)


@blueprint.post("/settings", endpoint="change_settings")
@needs(Permission.CHANGE_SETTINGS)
def change() -> ResponseReturnValue:
    """Keep what was set, or only show how it would look."""
    form = BrandForm()
    if not form.validate_on_submit():
        return _page(form, branding.stored(), status=422)
    try:
        clean = branding.checked({name: form[name].data or "" for name in _TYPED})
        logos = _logos(form)
    except InvalidInput as error:
        blame(form, error)
        _forget_script(form)
        return _page(form, branding.stored(), status=422)
    if request.form.get("act") in looks.PAGES:
        return _page(form, clean, look=request.form["act"], is_preview=True)
    branding.change(clean, logos=logos, by=administrator().user_id)
    commit()
    return redirect(url_for("admin.settings", done="saved"), 303)


POLICY_WITH_LOOKS = f"{FORMS_STAY_HERE}; frame-src 'self'"
_TYPED = (*branding.TEXTS, *branding.COLOURS)


def _forget_script(form: BrandForm) -> None:
    """Show no address again that a browser would run."""
    for name in ("support_contact", "privacy_url", "terms_url"):
        if "javascript:" in (form[name].data or "").lower():
            form[name].data = ""


def _logos(form: BrandForm) -> dict[str, bytes | None]:
    """Return the logos that change: one that was sent, drawn anew; None for one to remove."""
    sent = {name: drawn for name in branding.LOGOS if (drawn := _drawn(name)) is not None}
    dropped = {name: None for name in branding.LOGOS if form[f"drop_{name}"].data}
    return {**dropped, **sent}


def _drawn(name: str) -> bytes | None:
    """Return the picture that was sent, drawn anew; None when there was none."""
    file = request.files.get(name)
    content = file.read() if file else b""
    if not content:
        return None
    try:
        return pictures.redraw(content)
    except NoPicture:
        advice = gettext("Choose a picture: PNG, JPEG, WebP or GIF, of at most 1 MB.")
        raise InvalidInput(name, advice) from None


def _page(
    form: BrandForm,
    shown: dict[str, str],
    *,
    look: str = "",
    is_preview: bool = False,
    status: int = 200,
) -> Response:
    """Return the page; `look` is which of our pages is shown with the values of `shown`.

    None unless somebody asks: three whole pages weigh more than this one (ux.md 3).
    """
    environment, stored = branding.of_environment(), branding.stored()
    look = look if look in looks.PAGES else ""
    text = render_template(
        "admin/settings.html",
        form=form,
        look=look,
        frames=looks.frames(look, shown) if look else [],
        letter=looks.letter(shown) if look == "mail" else "",
        is_turned_rtl=looks.turned() == "ar",
        defaults={name: getattr(environment, name) for name in branding.TEXTS},
        logos={name: brand.logo_of(stored[f"{name}_handle"]) for name in branding.LOGOS},
        is_preview=is_preview,
        groups=grouped(_rows()),
        done=request.args.get("done", "") if request.method == "GET" else "",
    )
    answer = make_response(text, status)
    answer.headers["Content-Security-Policy"] = POLICY_WITH_LOOKS
    return answer


def _rows() -> list[dict[str, Any]]:
    """Return every setting of the environment; those that are set here are marked."""
    set_here = {name for name in branding.TEXTS if branding.stored()[name]}
    return [
        {**row, "words": _words(row["name"]), "is_set_here": row["name"] in set_here}
        for row in settings_in_use(in_use)
    ]


def _words(name: str) -> str:
    """Return a duration as people say it, empty for every other setting."""
    value = getattr(in_use, name)
    return languages.lasting(value) if isinstance(value, timedelta) else ""
