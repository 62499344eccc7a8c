"""Which language a page speaks: the person's choice, the application's wish, the browser's."""

from __future__ import annotations

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import get_locale

from app.extensions import babel
from app.services.languages import LANGUAGES
from app.settings import settings

OWN_NAMES = (
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ar", "العربية"),
)
COOKIE = "sealwax-language"


def cookie_name() -> str:
    """Return the name of the cookie that keeps the person's choice."""
    return f"__Host-{COOKIE}" if settings.is_secure else COOKIE


def wanted() -> str:
    """Return the language of this page; the command line speaks English."""
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(cookie_name(), "")
    if chosen in LANGUAGES:
        return chosen
    asked = getattr(g, "ui_locales", "")
    for tag in asked.split():
        language: str = tag.split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _shown() -> dict[str, object]:
    locale = get_locale() or Locale("en")
    return {
        "languages": OWN_NAMES,
        "locale": locale.language,
        "text_direction": locale.text_direction,
    }


def init_app(app: Flask) -> None:
    """Give every template its language."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "app/translations"
    babel.init_app(app, locale_selector=wanted)
    app.context_processor(_shown)
