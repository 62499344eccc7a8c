"""Light, dark, or as the system has it: a cookie that the server reads, so that nothing flashes."""

from __future__ import annotations

from flask import Flask, request

from app.settings import settings

THEMES = ("system", "light", "dark")
COOKIE = "sealwax-theme"


def cookie_name() -> str:
    """Return the name of the cookie that keeps the choice."""
    return f"__Host-{COOKIE}" if settings.is_secure else COOKIE


def chosen() -> str:
    """Return the theme of this page."""
    theme = request.cookies.get(cookie_name(), "")
    return theme if theme in THEMES else THEMES[0]


def init_app(app: Flask) -> None:
    """Give every template its theme."""
    app.context_processor(lambda: {"theme": chosen()} if request else {})
