"""Set up an authenticator app: the same for who has to, on the way in, and for who wants to.

The seed is kept nowhere before the app has shown that it has it (security.md MF06): it is derived
from the encryption key for this user, this browser and this sign-in. So a page that is loaded again
shows the same one, to whom has scanned it already. It does not wait long, since what is sensitive
takes a sign-in of a short while ago: the picture of a page may be in somebody else's phone as well.
"""

from __future__ import annotations

from datetime import datetime

import segno
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from app.models import User
from app.security import secrets, totp
from app.services.people import second_steps
from app.services.people.totp import CodeWrong
from app.services.upkeep import branding
from app.settings import settings
from app.web import guards
from app.web.forms import Form

GROUP = 4
CODE_WRONG = lazy_gettext(
    "That code isn't right. Codes change every 30 seconds; check your phone's clock."
)


class EnrolForm(Form):
    """The code that proves it; `which` tells which seed the page has shown."""

    code = StringField(validators=[InputRequired(lazy_gettext("Enter the code from the app."))])
    which = HiddenField()


def begin(user: User, since: datetime) -> EnrolForm:
    """Return a form for the seed of a sign-in; `since` is a moment that no other one shares."""
    form = EnrolForm(formdata=None)
    form.which.data = secrets.digest(_seed(user, since))
    return form


def turn_on(form: EnrolForm, user: User, since: datetime) -> list[str] | None:
    """Set the app up with the seed that a form was shown with; return the recovery codes.

    None: the form says what is wrong, and names the new seed when the old one is worth nothing.

    Raises:
        SetUpAlready: another tab was faster.
    """
    seed = _seed(user, since)
    if form.which.data != secrets.digest(seed):
        form.which.data = secrets.digest(seed)
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


def shown(user: User, since: datetime) -> dict[str, object]:
    """Return what the page shows of the seed: the picture to scan, and the key to type."""
    seed = _seed(user, since)
    return drawn(seed, account=user.email, issuer=branding.current().service_name)


def drawn(seed: str, *, account: str, issuer: str) -> dict[str, object]:
    """Return a seed as `picture` (SVG) and as `key`, in groups."""
    address = totp.uri(seed, account=account, issuer=issuer)
    picture = segno.make(address, error="m").svg_inline(
        omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    groups = [seed[at : at + GROUP] for at in range(0, len(seed), GROUP)]
    return {"picture": Markup(picture), "key": " ".join(groups)}  # noqa: S704 (segno draws it)


def _seed(user: User, since: datetime) -> str:
    """Return the seed of a user for a sign-in in this browser.

    A security event in between makes it another one (security.md SE04).
    """
    browser = secrets.digest(guards.browser())
    text = f"enrolment {user.id} {user.epoch} {browser} {since.timestamp()}"
    return totp.seed_of(settings.encryption_keys[0], text)
