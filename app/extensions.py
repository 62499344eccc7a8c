"""Flask extensions, unbound; `init_extensions` binds them to an application."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate

from app.database import db

babel = Babel()
login_manager = LoginManager()
migrate = Migrate()


def init_extensions(app: Flask) -> None:
    """Bind every extension; how each is used is decided in web."""
    login_manager.init_app(app)
    migrate.init_app(app, db, directory="migrations")
