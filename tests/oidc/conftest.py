"""A person who is signed in and has allowed a client everything it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from app.models import Session, User
from app.settings import Settings
from tests import factories
from tests.browser import Browser, Cookie
from tests.factories import Registered
from tests.registrar import Registrar
from tests.relying_party import RelyingParty
from tests.signing import ClientKey, client_key
from tests.transports import Answer, FlaskTransport

ALL_SCOPES = "openid profile email address phone groups offline_access"
OWN_SCOPE = "photos:read"


@dataclass(frozen=True)
class Scene:
    """A client, its relying party, and a person signed in with a browser."""

    rp: RelyingParty
    browser: Browser
    person: User
    session: Session
    registered: Registered

    def code(self, **changes: str | None) -> str:
        """Go through a silent authorization and return the code."""
        self.rp.authorize(self.browser, **changes)
        return self.rp.callback(self.browser).code

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        """Go through a silent authorization and redeem the code."""
        answer = self.rp.redeem(self.code(**changes))
        assert answer.status == 200, answer.text
        return answer.json

    def id_token(self, *, alg: str = "RS256", **changes: str | None) -> dict[str, Any]:
        """Go through a silent authorization and return the verified ID token's claims."""
        tokens = self.tokens(**changes)
        return self.rp.verify_id_token(
            tokens["id_token"], access_token=tokens["access_token"], alg=alg
        )

    def error(self, **changes: str | None) -> str:
        """Return the error an authorization request is answered with."""
        self.rp.authorize(self.browser, **changes)
        return self.rp.callback(self.browser).error


@pytest.fixture
def transport(app: Flask) -> FlaskTransport:
    return FlaskTransport(app)


@pytest.fixture
def make_rp(transport: FlaskTransport, settings: Settings) -> Callable[..., RelyingParty]:
    def made(registered: Registered, **options: Any) -> RelyingParty:
        return RelyingParty(
            transport,
            settings.issuer,
            client_id=registered.client_id,
            client_secret=registered.secret,
            **options,
        )

    return made


@pytest.fixture
def make_scene(
    db: SQLAlchemy,
    transport: FlaskTransport,
    settings: Settings,
    make_rp: Callable[..., RelyingParty],
) -> Callable[..., Scene]:
    def made(
        kind: Any = "web", *, allowed: str = f"{ALL_SCOPES} {OWN_SCOPE}", **members: Any
    ) -> Scene:
        members.setdefault("scope", f"{ALL_SCOPES} {OWN_SCOPE}")
        registered = factories.client(kind, **members)
        person = factories.user(name="Jane Doe")
        session, token = factories.session(person)
        if allowed:
            factories.consent(person, registered, allowed)
        browser = Browser(transport, settings.issuer)
        browser.jar["__Host-sealwax"] = Cookie(token)
        options = (
            {"redirect_uri": members["redirect_uris"][0]} if "redirect_uris" in members else {}
        )
        if method := members.get("token_endpoint_auth_method"):
            options["auth_method"] = method
        return Scene(make_rp(registered, **options), browser, person, session, registered)

    return made


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene()


def error_of(answer: Answer, status: int = 400) -> str:
    """Return the error code of a JSON refusal, which is never cached and names no secret."""
    assert answer.status == status, f"{answer.status}: {answer.text}"
    assert answer.headers["cache-control"] == "no-store"
    description = answer.json["error_description"]
    assert description.isascii(), description
    assert not {'"', "\\"}.intersection(description), description
    return str(answer.json["error"])


@pytest.fixture
def open_to_all(make_app: Callable[..., Flask], settings: Settings) -> Registrar:
    """Return the way to a provider where anybody may register."""
    return Registrar(FlaskTransport(make_app(registration="open")), settings.issuer)


@pytest.fixture
def by_token(make_app: Callable[..., Flask], settings: Settings) -> Registrar:
    """Return the way to a provider where an initial access token is needed."""
    return Registrar(FlaskTransport(make_app(registration="token")), settings.issuer)


@pytest.fixture
def signing(make_scene: Callable[..., Scene]) -> Callable[..., Scene]:
    """Return a function that makes a scene whose client signs its requests."""

    def made(key: ClientKey | None = None, **members: Any) -> Scene:
        return make_scene(**{"jwks": (key or client_key("RS256", "rig")).jwks, **members})

    return made
