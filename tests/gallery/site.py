"""The application with the gallery in it: real templates, styles, headers and addresses.

Pages whose views do not run here (no database, nobody signed in) are shown from fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import SecretStr

from app import create_app
from app.services.clients.scopes import Custom
from app.services.upkeep import branding
from app.services.upkeep.memory import Memory
from app.settings import Settings
from app.web.access import ANYONE, needs
from app.web.admin import looks
from app.web.admin import settings as settings_page
from app.web.forms import Form
from app.web.headers import POLICY
from tests.gallery.people import holder
from tests.gallery.states import BY_PATH, STATES

#: Pages whose forms end in a redirect to an application.
LEADS_AWAY = "login/"
NO_SCOPES = Custom({}, frozenset(), {})
T = TypeVar("T")


class WithoutScopes(Memory):
    """What is remembered where nobody has made a scope: there is no database to ask."""

    def recall(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return what is remembered; of scopes, that there are none."""
        return cast("T", NO_SCOPES) if key == "scopes" else super().recall(key, load)


gallery = Blueprint("gallery", __name__, url_prefix="/__ui__", template_folder="templates")


@gallery.get("/")
@needs(ANYONE)
def index() -> str:
    """List every state of every template."""
    return render_template("gallery.html", states=STATES)


@gallery.get("/<path:path>")
@needs(ANYONE)
def show(path: str) -> ResponseReturnValue:
    """Show one state; `?rtl` writes the page from right to left."""
    state = BY_PATH.get(path)
    if state is None:
        abort(404)
    context = {"current_user": holder(is_admin=True), **_direction(), **state.build()}
    failed = any(isinstance(form, Form) and form.errors for form in context.values())
    page = make_response(render_template(state.template, **context), 422 if failed else 200)
    if path.startswith(LEADS_AWAY):
        page.headers["Content-Security-Policy"] = POLICY
    if state.template == "admin/settings.html":
        page.headers["Content-Security-Policy"] = settings_page.POLICY_WITH_LOOKS
    return page


@gallery.get("/look/<page>/<scheme>")
@needs(ANYONE)
def show_look(page: str, scheme: str) -> ResponseReturnValue:
    """Show how a page would be with another branding, as the settings frame it."""
    colours = {"accent": "#0b6b53", "accent_dark": "#7fd8bd"}
    return looks.drawn(page, scheme, replace(branding.of_environment(), **colours))


def _direction() -> dict[str, Any]:
    return {"locale": "ar", "text_direction": "rtl"} if "rtl" in request.args else {}


def make_site(issuer: str) -> Flask:
    """Return the application with the gallery; a local issuer has every page there is."""
    site = create_app(
        Settings(
            issuer=issuer,
            database_url="sqlite://",
            secret_key=SecretStr("signs-the-forms-of-the-gallery-and-nothing-else"),
            encryption_key=SecretStr("seals-the-keys-of-the-gallery-of-which-are-none"),
            service_name="Example ID",
            support_contact="help@example.org",
            privacy_url="https://example.org/privacy",
            terms_url="https://example.org/terms",
        )
    )
    site.testing = True
    site.extensions["sealwax.memory"] = WithoutScopes()
    site.register_blueprint(gallery)
    return site
