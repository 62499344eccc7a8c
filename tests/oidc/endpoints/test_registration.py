"""Dynamic client registration (RFC 7591; protocol.md 2.11)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Client
from app.services.clients import registrations
from app.services.clients.client_schema import DEVICE_CODE
from app.services.clients.registrations import TokenRefused
from app.services.upkeep import cleanup, throttles
from tests import factories
from tests.administrators import browser_of
from tests.registrar import CALLBACK, METADATA, Registrar, error_of, party
from tests.secrets_seen import remember


@pytest.fixture
def initial_token(db):
    """Return a function that makes an initial access token."""

    def made(**options):
        options = {"uses": 1, "lifetime": timedelta(days=1), **options}
        row, token = registrations.new_initial_token("for the tests", **options)
        db.session.commit()
        return row, remember(token)

    return made


def test_answer_holds_what_the_client_needs(open_to_all, db):
    """RFC 7591 §3.2.1, RFC 7592 §3: 201, JSON, not cached."""
    answer = open_to_all.register()
    made = answer.json

    assert answer.status == 201
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert made["client_secret_expires_at"] == 0
    assert made["registration_client_uri"] == f"{open_to_all.issuer}/register/{made['client_id']}"
    assert made["redirect_uris"] == [CALLBACK]
    assert made["client_name"] == "Rig"
    assert None not in made.values()


def test_registered_client_signs_people_in_with_any_scope(open_to_all, app, db):
    """protocol.md 2.11: it registered no scope, and sends no PKCE (2.2 of the Basic profile)."""
    rp = party(open_to_all, open_to_all.register().json)
    person = factories.user()
    browser = browser_of(app, person)

    rp.scope = "openid profile email address phone offline_access"
    rp.authorize(browser, code_challenge=None, code_challenge_method=None)
    assert browser.sees("hasn't checked this app"), "nobody has verified it"
    browser.allow()
    answer = rp.redeem(rp.callback(browser).code, code_verifier=None)

    assert answer.status == 200, answer.text
    assert rp.userinfo(answer.json["access_token"]).json["sub"] == person.subject
    assert rp.refresh(answer.json["refresh_token"]).status == 200


def test_defaults_of_the_specification(open_to_all, db):
    """RFC 7591 §2: a client that gives an address alone can sign people in."""
    made = open_to_all.send("POST", "/register", {"redirect_uris": [CALLBACK]}).json

    assert made["grant_types"] == ["authorization_code"]
    assert made["response_types"] == ["code"]
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["client_name"] == "rp.example"


def test_public_client_gets_no_secret_and_needs_pkce(open_to_all, db):
    """RFC 9700 §2.1.1."""
    made = open_to_all.register(token_endpoint_auth_method="none").json

    assert "client_secret" not in made
    assert "client_secret_expires_at" not in made
    client = db.session.scalar(select(Client).where(Client.client_id == made["client_id"]))
    assert client.setting("pkce_required") is True


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": [f"{CALLBACK}#foobar"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://rp.example/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"{CALLBACK}/é"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, "invalid_redirect_uri"),
        ({"redirect_uris": [1]}, "invalid_redirect_uri"),
        ({"client_name": 5}, "invalid_client_metadata"),
        ({"client_name": "two\nlines"}, "invalid_client_metadata"),
        ({"client_name": "nul\0"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"response_types": ["id_token"]}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": [DEVICE_CODE]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "invalid_client_metadata"),
        (
            {
                "token_endpoint_auth_method": "client_secret_jwt",
                "token_endpoint_auth_signing_alg": "RS256",
            },
            "invalid_client_metadata",
        ),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"initiate_login_uri": "http://rp.example/start"}, "invalid_client_metadata"),
        ({"tos_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"software_statement": "eyJ.e.s"}, "invalid_software_statement"),
    ],
)
def test_bad_metadata_is_refused_and_nothing_is_written(open_to_all, db, changes, error):
    """RFC 7591 §3.2.2; OIDC Registration §3.3."""
    answer = open_to_all.register(**changes)

    assert answer.status == 400, answer.text
    assert error_of(answer) == error
    assert db.session.scalar(select(func.count()).select_from(Client)) == 0


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b"{", b"\xff", b'{"a":1,"a":2}', b'{"a":NaN}', b"[" * 50_000, b'"x"'],
)
def test_what_is_no_json_object_is_refused(open_to_all, db, raw):
    """RFC 7591 §3.1, RFC 8725 §2.4: one meaning only."""
    answer = open_to_all.send("POST", "/register", raw=raw)

    assert answer.status == 400
    assert error_of(answer) == "invalid_client_metadata"


def test_other_content_types_are_refused(open_to_all, db):
    answer = open_to_all.send("POST", "/register", METADATA, media="text/plain")

    assert error_of(answer) == "invalid_client_metadata"


def test_policy_is_not_the_clients_to_set(open_to_all, db):
    """security.md RG04, CVE-2026-107623: never mass-assigned."""
    wishes = {
        "trusted": True,
        "introspects": True,
        "audience": ["https://api.example"],
        "required_scopes": ["email"],
    }
    made = open_to_all.register(**wishes, access_token_lifetime=3600, is_disabled=False).json

    client = db.session.scalar(select(Client).where(Client.client_id == made["client_id"]))
    assert client.setting("trusted") is False
    assert client.setting("introspects") is False
    assert client.setting("audience") == []
    assert client.setting("required_scopes") == []
    assert client.self_registered
    assert not set(wishes) & set(made)


def test_closed_is_closed_and_not_advertised(transport, settings, db):
    """The setting's default."""
    registrar = Registrar(transport, settings.issuer)
    answer = registrar.register()

    assert answer.status == 403
    assert error_of(answer) == "access_denied"
    discovery = f"{settings.issuer}/.well-known/openid-configuration"
    assert "registration_endpoint" not in transport.send("GET", discovery).json


def test_initial_access_token_lets_as_many_in_as_it_has_uses(by_token, initial_token, db):
    """RFC 7591 §3."""
    _, token = initial_token(uses=2)

    assert by_token.register(token).status == 201
    assert by_token.register(token).status == 201
    refused = by_token.register(token)
    assert refused.status == 401
    assert error_of(refused) == "invalid_token"
    assert refused.headers["www-authenticate"].startswith("Bearer ")


def test_without_a_token_nobody_registers(by_token, db):
    bare = by_token.register()
    assert bare.status == 401
    assert bare.headers["www-authenticate"] == 'Bearer realm="sealwax"', "RFC 6750 §3.1"
    assert by_token.register("swx_ia_made-up").status == 401
    assert db.session.scalar(select(func.count()).select_from(Client)) == 0


def test_token_that_is_over_lets_nobody_in(by_token, initial_token, clock, db):
    _, expired = initial_token()
    clock.move(days=2)
    assert by_token.register(expired).status == 401

    row, revoked = initial_token()
    registrations.revoke_initial_token(row.id)
    db.session.commit()
    assert by_token.register(revoked).status == 401


def test_bad_metadata_does_not_use_a_token_up(by_token, initial_token, db):
    """Bad input loses nothing."""
    _, token = initial_token()
    assert by_token.register(token, client_name=5).status == 400

    assert by_token.register(token).status == 201


def test_token_used_eight_times_at_once_lets_one_in(app, initial_token, db):
    """One conditional UPDATE decides."""
    _, token = initial_token()
    start, winners = threading.Barrier(8), []

    def use():
        with app.app_context():
            start.wait()
            try:
                registrations.use_initial_token(token)
                db.session.commit()
                winners.append(1)
            except TokenRefused:
                db.session.rollback()

    racers = [threading.Thread(target=use) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert winners == [1]


def test_unused_client_goes_and_a_used_one_stays(open_to_all, app, clock, db, settings):
    """SEALWAX_REGISTRATION_UNUSED."""
    unused, used = open_to_all.register().json, open_to_all.register().json
    by_hand = factories.client()
    clock.move(settings.registration_unused + timedelta(days=1))
    browser = browser_of(app, factories.user())
    party(open_to_all, used).authorize(browser)
    browser.allow()

    for broom in cleanup.BROOMS:
        while cleanup.sweep(broom):
            db.session.commit()
    db.session.commit()

    left = set(db.session.scalars(select(Client.client_id)))
    assert left == {used["client_id"], by_hand.client_id}
    assert unused["client_id"] not in left


def test_stranger_cannot_fill_the_database(open_to_all, db, monkeypatch):
    """security.md RL02."""
    monkeypatch.setattr(throttles, "REGISTERED", throttles.Limit("registered", free=2))
    assert [open_to_all.register().status for _ in range(3)] == [201, 201, 429]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"redirect_uris": ["https://a.example/\\ud800"]}',
        b'{"redirect_uris": ["https://a.example/\xed\xa0\x80"]}',
        b'{"client_name": "\\uDFFF", "redirect_uris": ["https://a.example/"]}',
        '{"redirect_uris": ["https://a.example/"]}'.encode("utf-16"),
    ],
)
def test_body_that_is_no_utf_8_is_refused(open_to_all, raw):
    """security.md AZ04, RFC 8259 §8.1: neither kept, nor an error of ours."""
    answer = open_to_all.send("POST", "/register", raw=raw)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_client_metadata"


def test_pair_of_surrogates_is_a_character(open_to_all, db):
    """RFC 8259 §7."""
    raw = b'{"client_name": "Rig \\ud83d\\ude80", "redirect_uris": ["https://a.example/"]}'

    assert open_to_all.send("POST", "/register", raw=raw).json["client_name"] == "Rig 🚀"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/register"), ("PATCH", "/register/x"), ("GET", "/device_authorization")],
)
def test_error_of_the_frame_is_json(open_to_all, method, path):
    """RFC 6749 §5.2: programs do not read pages."""
    answer = open_to_all.send(method, path)

    assert answer.status == 405
    assert answer.headers["content-type"].startswith("application/json")
