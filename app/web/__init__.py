"""HTTP and HTML: blueprints, cookies, headers, error pages. It reads requests and commits.

A page is one file: its form and its view. The four wings do not know each other.
"""

from __future__ import annotations

from flask import Flask

from app.settings import Settings
from app.web import (
    access,
    assets,
    cookies,
    csrf,
    dev_mail,
    doors,
    error_pages,
    headers,
    health,
    idle,
    languages,
    persons,
    rendering,
    themes,
    unsent,
)
from app.web.account import blueprints as account_blueprints
from app.web.admin import blueprints as admin_blueprints
from app.web.bodies import LONGEST_BODY, BoundedRequest
from app.web.brand import blueprint as brand_blueprint
from app.web.converters import RowNumber
from app.web.endpoints import blueprints as endpoint_blueprints
from app.web.endpoints import check_session
from app.web.endpoints.public import PublicDocuments
from app.web.front_door import blueprint as front_door_blueprint
from app.web.login import blueprints as login_blueprints
from app.web.logos import blueprint as logos_blueprint
from app.web.pictures import blueprint as pictures_blueprint
from app.web.setup import blueprint as setup_blueprint

MOST_FORM_PARTS = 200


def init_web(app: Flask, settings: Settings) -> None:
    """Give the application its pages and endpoints."""
    app.request_class = BoundedRequest
    app.config["MAX_FORM_MEMORY_SIZE"] = LONGEST_BODY
    app.config["MAX_FORM_PARTS"] = MOST_FORM_PARTS
    # A sign-in page left open over lunch must still work; the token dies with the session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # Every message is ours; WTForms would read its own catalogue anew for each form.
    app.config["WTF_I18N_ENABLED"] = False
    app.config["WTF_CSRF_SSL_STRICT"] = False  # our pages send no referrer to check
    app.session_interface = cookies.Cookies(settings)
    app.url_map.converters["int"] = RowNumber
    first = (csrf.csrf, assets, languages, rendering, themes, persons, access, unsent, idle)
    for part in (*first, headers, error_pages, health):
        part.init_app(app)
    wings = (*endpoint_blueprints, *login_blueprints, *account_blueprints, *admin_blueprints)
    own = (
        brand_blueprint,
        front_door_blueprint,
        logos_blueprint,
        pictures_blueprint,
        setup_blueprint,
    )
    for blueprint in (*wings, *own):
        app.register_blueprint(blueprint)
    dev_mail.init_app(app, settings)
    check_session.init_app(app, settings)
    access.check(app)
    public = app.extensions["sealwax.public"] = PublicDocuments(app, settings)
    app.wsgi_app = doors.Doors(public, settings)  # type: ignore[method-assign]
