"""A small application that shows the gallery: the real templates and styles, no database."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm

from tests.gallery.states import BY_PATH, STATES

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ar", "العربية"),
]
#: The endpoints that templates link to, with their addresses.
PAGES = {
    "login.sign_in": "/login/sign-in",
    "login.sign_up": "/login/sign-up",
    "login.check_email": "/login/check-email",
    "login.consent": "/login/consent",
    "login.select_account": "/login/select-account",
    "login.sign_out": "/login/sign-out",
    "login.signed_out": "/login/signed-out",
    "login.language": "/login/language",
    "account.home": "/account/",
    "admin.clients": "/admin/applications",
    "admin.new_client": "/admin/applications/new",
    "admin.client": "/admin/applications/<client_id>",
    "admin.client_secret": "/admin/applications/<client_id>/secrets",
    "admin.revoke_secret": "/admin/applications/<client_id>/secrets/<int:secret_id>/revoke",
    "admin.turn_off": "/admin/applications/<client_id>/off",
    "admin.turn_on": "/admin/applications/<client_id>/on",
    "admin.delete_client": "/admin/applications/<client_id>/delete",
    "admin.users": "/admin/users",
    "admin.user": "/admin/users/<int:user_id>",
    "admin.keys": "/admin/keys",
    "admin.attempts": "/admin/attempts",
    "admin.attempt": "/admin/attempts/<reference>",
    "setup.set_up": "/setup",
    "dev_mail.mailbox": "/dev/mail",
    "dev_mail.message": "/dev/mail/<name>",
}
#: The strict policy of ux.md 1.4; form-action stays out, as on the pages of an interaction.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

gallery = Blueprint("gallery", __name__, url_prefix="/__ui__")


@gallery.get("/")
def index() -> str:
    """List every state of every template."""
    return render_template("gallery.html", states=STATES)


@gallery.get("/<path:path>")
def show(path: str) -> tuple[str, int]:
    """Show one state; `?rtl` writes the page from right to left."""
    state = BY_PATH.get(path)
    if state is None:
        abort(404)
    context = state.build()
    failed = any(isinstance(form, FlaskForm) and form.errors for form in context.values())
    return render_template(state.template, **context), 422 if failed else 200


def make_site() -> Flask:
    """Return an application with the gallery and stand-ins for the pages it links to."""
    site = Flask(
        "gallery",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    site.config.update(SECRET_KEY="gallery" * 8, TESTING=True, SEND_FILE_MAX_AGE_DEFAULT=3600)
    site.jinja_env.trim_blocks = True
    site.jinja_env.lstrip_blocks = True
    Babel(site, locale_selector=lambda: "en")
    CSRFProtect(site)
    gallery.template_folder = str(Path(__file__).parent / "templates")
    site.register_blueprint(gallery)
    _stand_in(site)
    site.jinja_env.globals["asset"] = asset
    site.context_processor(_context)
    site.after_request(_guard)
    return site


def asset(path: str) -> str:
    """Return the address of a static file with the first signs of its digest."""
    return url_for("static", filename=path, v=_digest(path))


@cache
def _digest(path: str) -> str:
    return hashlib.sha256((ROOT / "static" / path).read_bytes()).hexdigest()[:8]


def _stand_in(site: Flask) -> None:
    for endpoint, address in PAGES.items():
        site.add_url_rule(address, endpoint, _nowhere, methods=["GET", "POST"])


def _nowhere(**_parts: str) -> str:
    abort(404)


def _context() -> dict[str, Any]:
    is_mirrored = "rtl" in request.args
    return {
        "brand": SimpleNamespace(
            name="Example ID",
            support_contact="help@example.org",
            privacy_url="https://example.org/privacy",
            terms_url="https://example.org/terms",
        ),
        "languages": LANGUAGES,
        "locale": "ar" if is_mirrored else "en",
        "text_direction": "rtl" if is_mirrored else "ltr",
        "current_user": SimpleNamespace(
            is_authenticated=True, is_admin=True, shown_name="Jane Doe", email="jane@example.org"
        ),
    }


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
