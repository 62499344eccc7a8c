"""Device authorization: a device gets its two codes, or is told why it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import now
from app.models import Attempt, CustomScope, DeviceCode
from app.security.secrets import CODE_LETTERS, digest
from app.services.clients import clients, registrations
from app.services.upkeep import throttles
from app.services.upkeep.throttles import Limit
from tests import factories
from tests.oidc.conftest import error_of
from tests.registrar import party
from tests.relying_party import DEVICE_CODE
from tests.secrets_seen import remember


@pytest.fixture
def tv(db, make_rp):
    """Return a television, which keeps no secret."""
    return make_rp(factories.client("device", client_name="Big Screen"))


def test_public_device_gets_its_codes(tv, settings, db) -> None:
    """RFC 8628 §3.2, §6.1: 256 bits for the device, eight consonants in two groups to type."""
    answer = tv.ask_for_codes()

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    codes = answer.json
    assert codes["device_code"].startswith("swx_dc_")
    assert len(codes["device_code"].removeprefix("swx_dc_")) == 43
    first, second = codes["user_code"].split("-")
    assert len(first) == len(second) == 4
    assert set(first + second) <= set(CODE_LETTERS)
    assert codes["verification_uri"] == f"{settings.issuer}/login/device"
    whole = f"{settings.issuer}/login/device?user_code={codes['user_code']}"
    assert codes["verification_uri_complete"] == whole
    assert (codes["expires_in"], codes["interval"]) == (600, 5)


def test_neither_code_is_kept(tv, db) -> None:
    """security.md CD06: a dump opens nothing; the short code cannot even be guessed from it."""
    codes = tv.ask_for_codes().json

    row = db.session.scalars(select(DeviceCode)).one()
    assert row.digest == digest(codes["device_code"])
    assert row.user_code_digest not in {
        digest(codes["user_code"]),
        digest(codes["user_code"].replace("-", "")),
    }


def test_confidential_device_proves_itself(db, make_rp) -> None:
    """RFC 8628 §3.1: client authentication as at the token endpoint."""
    kept = factories.client("device", token_endpoint_auth_method="client_secret_basic")
    rp = make_rp(kept)
    assert rp.ask_for_codes().status == 200

    rp.client_secret = "not the secret"
    assert error_of(rp.ask_for_codes(), 401) == "invalid_client"


def test_application_that_is_no_device_is_refused(make_scene) -> None:
    """RFC 6749 §5.2: unauthorized_client."""
    assert error_of(make_scene().rp.ask_for_codes()) == "unauthorized_client"


def test_client_that_is_turned_off_or_unknown_is_refused(tv, db) -> None:
    clients.turn_off(clients.get(tv.client_id))
    db.session.commit()
    assert error_of(tv.ask_for_codes(), 401) == "invalid_client"

    tv.client_id = "nobody"
    assert error_of(tv.ask_for_codes(), 401) == "invalid_client"


def test_scope_is_checked_as_at_authorize(db, make_rp) -> None:
    """RFC 6749 §3.3, README: what the client may not have is left out, what is off too."""
    for name, disabled_at in (("photos:read", None), ("videos:read", now())):
        db.session.add(
            CustomScope(name=name, titles={"en": name}, claims={}, disabled_at=disabled_at)
        )
    db.session.commit()
    rp = make_rp(factories.client("device", scope="openid email photos:read videos:read"))

    assert error_of(rp.ask_for_codes(scope=None)) == "invalid_scope"
    assert error_of(rp.ask_for_codes(scope="mail:read")) == "invalid_scope"
    assert rp.ask_for_codes(scope="openid mail:read photos:read videos:read").status == 200
    row = db.session.scalars(select(DeviceCode)).one()
    assert row.scope == "openid photos:read"


@pytest.mark.parametrize("name", ["scope", "client_id"])
def test_parameters_come_once_and_in_the_body(tv, name, transport) -> None:
    """RFC 6749 §3.1, §3.2."""
    url, form = tv.endpoint("device_authorization"), f"client_id={tv.client_id}&scope=openid"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = transport.send("POST", url, headers=headers, content=f"{form}&{name}=openid".encode())
    assert error_of(twice) == "invalid_request"

    beside = transport.send("POST", f"{url}?scope=openid", headers=headers, content=form.encode())
    assert error_of(beside) == "invalid_request"


def test_network_that_asks_too_often_has_to_wait(tv, db, monkeypatch) -> None:
    """security.md RL, RFC 8628 §5.6: whoever has a public client's name cannot fill our disk."""
    monkeypatch.setattr(throttles, "DEVICES", Limit("devices", free=3))
    for _ in range(3):
        assert tv.ask_for_codes().status == 200

    assert error_of(tv.ask_for_codes(), 429) == "temporarily_unavailable"
    assert len(db.session.scalars(select(DeviceCode)).all()) == 3


def test_request_begins_an_attempt_that_waits(tv, db) -> None:
    """README: every sign-in has a reference, from its first step on."""
    tv.ask_for_codes()

    row = db.session.scalars(select(Attempt)).one()
    assert (row.endpoint, row.outcome, row.reason) == (
        "device_authorization",
        "waiting",
        "device_shown",
    )
    assert row.reference == db.session.scalars(select(DeviceCode.reference)).one()


def test_discovery_names_endpoint_and_grant(tv, settings) -> None:
    """RFC 8628 §4."""
    document = tv.metadata

    assert document["device_authorization_endpoint"] == f"{settings.issuer}/device_authorization"
    assert "urn:ietf:params:oauth:grant-type:device_code" in document["grant_types_supported"]


def test_device_registers_itself_where_somebody_vouches_for_it(by_token, open_to_all, db) -> None:
    """RFC 7591, RFC 8628 §5.4: it has no address, so that no page could say who gets the access."""
    _, token = registrations.new_initial_token("TVs", uses=1, lifetime=timedelta(days=1))
    db.session.commit()
    members = {"client_name": "TV", "grant_types": [DEVICE_CODE], "redirect_uris": []}
    members |= {"token_endpoint_auth_method": "none", "jwks": None}

    assert error_of(open_to_all.register(**members)) == "invalid_client_metadata"
    made = by_token.register(remember(token), **members)

    assert made.status == 201, made.text
    assert made.json["response_types"] == []
    assert party(by_token, made.json).ask_for_codes(scope="openid").status == 200
