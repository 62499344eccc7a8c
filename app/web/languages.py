"""Which language a page speaks: the person's choice, the application's wish, the browser's."""

from __future__ import annotations

from datetime import datetime, tzinfo

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import get_locale

from app.extensions import babel
from app.services.upkeep import languages
from app.services.upkeep.languages import LANGUAGES
from app.settings import settings
from app.web import guards
from app.web.isolates import Sentences

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
    return _own() or request.accept_languages.best_match(LANGUAGES) or "en"


def _own() -> str:
    """Return the language in the profile of who is signed in, if pages speak it."""
    somebody = guards.known_person()
    language = (somebody.locale or "").split("-")[0].lower() if somebody else ""
    return language if language in LANGUAGES else ""


def zone() -> tzinfo:
    """Return the time zone in the profile of who is signed in, UTC for everybody else."""
    somebody = guards.known_person() if has_request_context() else None
    return languages.zone(somebody.zoneinfo if somebody else None)


def moment(at: datetime, *, day: bool = False) -> str:
    """Return a time as its reader writes it, with the zone; or the date alone."""
    return languages.day(at, zone(), "medium") if day else languages.written(at, zone())


def _own_zone() -> str:
    """Return the name of the zone that scripts show times in, empty for the machine's own."""
    somebody = guards.known_person()
    return (somebody.zoneinfo or "") if somebody else ""


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
    babel.domain_instance = Sentences()
    app.context_processor(_shown)
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["written"] = languages.written
    app.jinja_env.globals["own_zone"] = _own_zone
