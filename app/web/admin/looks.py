"""Looks: the sign-in page, the consent page and a mail as they would be with another branding.

The real templates, about somebody who does not exist, for whatever the address says: a link to a
look may come from anywhere. Nothing in it can be pressed, sent or run, so that a page of ours with
a stranger's name and links on it leads nobody anywhere (phishing).
"""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from typing import Any, Literal, cast

from flask import Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import BooleanField, PasswordField, StringField

from app.errors import InvalidInput
from app.models import Client, User
from app.services.people import sign_up_policy
from app.services.people.roles import Permission
from app.services.upkeep import branding, mail
from app.services.upkeep.branding import Brand
from app.settings import settings
from app.web import brand as brands
from app.web import permissions
from app.web.access import needs
from app.web.admin.entrance import blueprint
from app.web.forms import Form

#: Scheme and direction of each look; the last is the other direction than the reader's own.
SCHEMES = {"light": "light", "dark": "dark", "turned": "light"}
SOMEBODY = {"name": "Jane Doe", "email": "jane@example.org"}
SCOPES = ("openid", "profile", "email")
MINUTES = 30
#: No script-src: default-src holds. A sandbox would say the same of scripts and forms, and the
#: console would complain of every field that wants the focus.
SHUT_IN = (
    "default-src 'none'; img-src 'self'; font-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


class Look(Form):
    """A form to be looked at; nobody can send it."""

    csrf_token = Markup()


class SignInLook(Look):
    """The fields of the sign-in page, to be looked at."""

    username = StringField()
    password = PasswordField()
    keep = BooleanField()


@blueprint.get("/settings/look/<page>/<scheme>", endpoint="look")
@needs(Permission.READ_SETTINGS)
def show_look(page: str, scheme: str) -> ResponseReturnValue:
    """Show a page as it would be with the branding in the address."""
    if page not in PAGES or scheme not in SCHEMES:
        abort(404)
    try:
        given = branding.checked(request.args.to_dict())
    except InvalidInput:  # no form of ours leads here with it
        abort(404)
    return drawn(page, scheme, _brand(given))


def _brand(given: dict[str, str]) -> Brand:
    """Return what would hold if this were saved; logos are those that are saved."""
    stored = branding.stored()
    logos = {f"{name}_handle": stored[f"{name}_handle"] for name in branding.LOGOS}
    kept = {name: value for name, value in {**given, **logos}.items() if value}
    return replace(branding.of_environment(), **kept)


def drawn(page: str, scheme: str, brand: Brand) -> Response:
    """Return one of PAGES in one of SCHEMES, shut in."""
    theme = SCHEMES[scheme]
    with force_locale(turned() if scheme == "turned" else get_locale()):
        answer = make_response(PAGES[page](brands.shown(brand, theme), theme))
    answer.headers["Content-Security-Policy"] = f"{SHUT_IN}; style-src {_styles(page)}"
    return answer


def _styles(page: str) -> str:
    """Return where styles come from: a mail brings its own, as mail programs want it."""
    return "'unsafe-inline'" if page == "mail" else "'self'"


def turned() -> str:
    """Return a language that is written in the other direction than the reader's."""
    return "en" if get_locale().text_direction == "rtl" else "ar"


def frames(page: str, values: dict[str, str]) -> list[dict[str, str]]:
    """Return the looks of a page, each `scheme` and `url`, for values of the form."""
    kept: dict[str, Any] = {
        name: values[name] for name in (*branding.TEXTS, *branding.COLOURS) if values[name]
    }
    return [
        {"scheme": scheme, "url": url_for("admin.look", page=page, scheme=scheme, **kept)}
        for scheme in SCHEMES
    ]


def _sign_in(brand: dict[str, str], theme: str) -> str:
    return _page(
        "login/sign_in.html",
        brand,
        theme,
        form=SignInLook(formdata=None),
        stage="combined",
        upstreams=[],
        passkey={},
        asks_to_keep=settings.keep_signed_in,
        may_sign_up=sign_up_policy.are_taken(),
    )


def _consent(brand: dict[str, str], theme: str) -> str:
    reader = User(**SOMEBODY, email_verified=True)
    asking = Client(registration={})
    rows = [permissions.row(name, reader, asking) for name in SCOPES]
    return _page(
        "login/consent.html",
        brand,
        theme,
        form=Look(formdata=None),
        account=SOMEBODY,
        scopes=[{**row, "checked": True, "is_new": False, "already": False} for row in rows],
    )


def _page(template: str, brand: dict[str, str], theme: str, **context: Any) -> str:
    return render_template(
        template,
        is_look=True,
        brand=brand,
        theme=theme,
        interaction=None,
        client=_application(),
        **context,
    )


def _application() -> dict[str, Any]:
    return {
        "name": _("Example app"),
        "host": "app.example.org",
        "is_checked": True,
        "is_first_time": True,
        "added_days_ago": None,
    }


def _mail(brand: dict[str, str], theme: str) -> str:
    return _part("html", brand, theme)


def letter(given: dict[str, str]) -> str:
    """Return the plain text of the mail, for values of the form."""
    return _part("plain", brands.shown(_brand(given), SCHEMES["light"]), "")


def _part(kind: Literal["html", "plain"], brand: dict[str, str], theme: str) -> str:
    message = mail.draft(
        "password_reset",
        to=SOMEBODY["email"],
        brand=brand,
        link=f"{settings.issuer}{url_for('login.reset', token='example')}",
        minutes=MINUTES,
        look=theme,
    )
    return str(cast("EmailMessage", message.get_body((kind,))).get_content())


PAGES = {"sign-in": _sign_in, "consent": _consent, "mail": _mail}
