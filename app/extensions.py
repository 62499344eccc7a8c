"""Flask extensions, unbound; `init_extensions` binds them to an application."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.database import db

#: Between the CSRF value of a form and what web adds to it.
SEAM = "~"


class Csrf(CSRFProtect):  # type: ignore[misc]  # it ships no types
    """Looks at the CSRF value alone, not at what web has added."""

    def _get_csrf_token(self) -> str | None:
        """Return what was sent, up to the seam (Flask-WTF 1.3 has no public place for it)."""
        sent: str | None = super()._get_csrf_token()
        return sent.partition(SEAM)[0] if sent else sent


babel = Babel()
csrf = Csrf()
login_manager = LoginManager()
migrate = Migrate()


def init_extensions(app: Flask) -> None:
    """Bind every extension; how each is used is decided in web."""
    csrf.init_app(app)
    login_manager.init_app(app)
    migrate.init_app(app, db, directory="migrations")
