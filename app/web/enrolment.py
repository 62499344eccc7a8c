"""Set up an authenticator app: the same for who has to, on the way in, and for who wants to.

The seed waits in the form, sealed for this user and this browser: no row is written before the
app has shown that it has it (security.md MF06). It does not wait long: the picture of a page left
open may be in somebody else's phone as well.
"""

from __future__ import annotations

from datetime import timedelta

import segno
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from app.clock import timestamp
from app.models import User
from app.security import secrets, totp
from app.security.secrets import CannotDecrypt
from app.services.people import second_steps
from app.services.people.totp import CodeWrong
from app.services.upkeep import branding
from app.settings import settings
from app.web import guards

GROUP = 4
#: How long a seed may wait for the app to be installed and the picture scanned.
LIFETIME = timedelta(minutes=30)
CODE_WRONG = lazy_gettext(
    "That code isn't right. Codes change every 30 seconds; check your phone's clock."
)


class EnrolForm(FlaskForm):
    """The code that proves it, and the sealed seed it is made from."""

    code = StringField(validators=[InputRequired(lazy_gettext("Enter the code from the app."))])
    seed = HiddenField()


def begin(user: User) -> EnrolForm:
    """Return a form with a new seed."""
    form = EnrolForm(formdata=None)
    form.seed.data = _seal(user, totp.new_seed())
    return form


def turn_on(form: EnrolForm, user: User) -> list[str] | None:
    """Set the app up with what a form holds; return the recovery codes.

    None: the form says what is wrong, and holds a new seed when the old one is worth nothing.

    Raises:
        SetUpAlready: another tab was faster.
    """
    try:
        seed = _open(user, form.seed.data)
    except CannotDecrypt:
        form.seed.data = _seal(user, totp.new_seed())
        form.form_errors.append(_("This page was open for a long time. Scan the new code."))
        return None
    if not form.validate_on_submit():
        return None
    try:
        person = guards.person()
        return second_steps.turn_on(
            user,
            seed,
            form.code.data,
            session_id=person.session_id if person else None,
            address=guards.address(),
        )
    except CodeWrong:
        form.code.errors = [CODE_WRONG]
        return None


def shown(form: EnrolForm, user: User) -> dict[str, object]:
    """Return what the page shows of the seed: the picture to scan, and the key to type."""
    seed = _open(user, form.seed.data)
    return drawn(seed, account=user.email, issuer=branding.current().service_name)


def drawn(seed: str, *, account: str, issuer: str) -> dict[str, object]:
    """Return a seed as `picture` (SVG) and as `key`, in groups."""
    address = totp.uri(seed, account=account, issuer=issuer)
    picture = segno.make(address, error="m").svg_inline(
        omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    groups = [seed[at : at + GROUP] for at in range(0, len(seed), GROUP)]
    return {"picture": Markup(picture), "key": " ".join(groups)}  # noqa: S704 (segno draws it)


def _seal(user: User, seed: str) -> str:
    text = f"{timestamp()} {seed}"
    return secrets.encrypt(settings.encryption_keys[0], text, context=_context(user))


def _open(user: User, sealed: str | None) -> str:
    """Return the seed that a form was shown with.

    Raises:
        CannotDecrypt: it was made for somebody else, elsewhere, too long ago, or changed.
    """
    try:
        text = secrets.decrypt(settings.encryption_keys, sealed or "", context=_context(user))
    except ValueError:
        raise CannotDecrypt(_context(user)) from None
    made_at, seed = text.split()
    if int(made_at) + LIFETIME.total_seconds() <= timestamp():
        raise CannotDecrypt(_context(user))
    return seed


def _context(user: User) -> str:
    """Return what a seed is bound to; no security event lies between its two ends either."""
    return f"enrolment {user.id} {user.epoch} {secrets.digest(guards.browser())}"
