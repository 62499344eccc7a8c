"""A provider as docs/conformance.env says, a person with every claim, and clients of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.services.people import profiles
from tests import factories
from tests.browser import Browser
from tests.certification.rig import Rig
from tests.registrar import Registrar, party
from tests.transports import FlaskTransport

GRANTS = ["authorization_code", "implicit", "refresh_token"]


@pytest.fixture
def transport(make_app) -> FlaskTransport:
    return FlaskTransport(
        make_app(legacy_response_types=True, registration="open", scopes_start="on")
    )


@pytest.fixture
def rig(db, transport, settings) -> Callable[..., Rig]:
    """Return a function that registers a client and gives it a browser."""
    person = factories.user(name="Jane Doe")
    profiles.change(person, factories.CLAIMS)
    db.session.commit()
    registrar = Registrar(transport, settings.issuer)

    def made(response_type: str = "code", mode: str | None = None, **members: Any) -> Rig:
        answer = registrar.register(
            response_types=[response_type], **{"grant_types": GRANTS, **members}
        )
        assert answer.status == 201, answer.text
        rp = party(registrar, answer.json)
        if method := members.get("token_endpoint_auth_method"):
            rp.auth_method = method
        if "redirect_uris" in members:
            rp.redirect_uri = members["redirect_uris"][0]
        browser = Browser(transport, settings.issuer)
        return Rig(rp, browser, person.email, response_type, mode)

    return made
