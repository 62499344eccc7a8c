"""Sealwax: an OpenID Connect provider in Flask on an Authlib authorization server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app import cli, web
from app.database import init_database
from app.extensions import init_extensions
from app.logs import init_logs
from app.oidc.provider import init_provider
from app.services.authorization.sightings import init_sightings
from app.services.people.leaked_passwords import init_leaks
from app.services.upkeep.memory import init_memory
from app.settings import Settings, load_settings
from app.web.rendering import Templates

ROOT = Path(__file__).resolve().parent.parent


class Sealwax(Flask):
    """A Flask application whose functions are all plain ones."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself: Flask looks at each, several times in every request."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build an application; without settings, those of the environment are read."""
    settings = settings or load_settings()
    app = Sealwax(
        "sealwax",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="static",
        instance_path=str(ROOT / "instance"),
    )
    app.extensions["sealwax.settings"] = settings
    app.secret_key = settings.secret_keys[0]
    init_logs(app, settings)
    init_database(app, settings.database_url)
    init_extensions(app)
    init_memory(app)
    init_sightings(app)
    init_provider(app)
    init_leaks(app, settings)
    web.init_web(app, settings)
    cli.init_cli(app)
    return app
