"""An application's page tells what it was told of sign-outs, and lets it be tried."""

from __future__ import annotations

import json

import pytest

from app.jobs import logouts as job
from app.models import Client
from app.services.clients import clients
from app.web.admin import client_sections
from tests import factories
from tests.administrators import browser_of
from tests.remote import Reply, remote_host
from tests.signing import client_key


@pytest.fixture
def remote():
    with remote_host() as host:
        host.replies["/backchannel"] = Reply(status=200)
        yield host


@pytest.fixture
def admin(db, app):
    return browser_of(app, factories.admin())


@pytest.fixture
def page(db, remote):
    """Return the page of an application that is told of sign-outs."""
    made = factories.client(backchannel_logout_uri=f"{remote.url}/backchannel")
    return f"/admin/applications/{made.client_id}"


def test_notice_is_tried_and_its_fate_shown(admin, page, remote, make_app):
    admin.open(page).press("test-notice")
    assert admin.sees("On its way")
    with make_app(**remote.settings).app_context():
        job.deliver()

    admin.open(page)

    assert admin.sees("Accepted")
    assert admin.sees("Test")
    [told] = remote.received
    assert set(told.form) == {"logout_token"}


def test_fault_is_shown(admin, page, remote, make_app):
    remote.replies["/backchannel"] = Reply(status=503)
    admin.open(page).press("test-notice")
    with make_app(**remote.settings).app_context():
        job.deliver()

    admin.open(page)

    assert admin.sees("Not accepted yet")
    assert admin.sees("status_503")


def test_application_without_address_has_no_button(admin, db):
    made = factories.client()

    admin.open(f"/admin/applications/{made.client_id}")

    assert not admin.has("test-notice")
    assert not admin.has("notices")


# --- the form's further members


def save(admin, page: str, **values: str) -> None:
    """Save each section with those of the values that it has; the first that cannot be is last."""
    for section in client_sections.SECTIONS:
        mine = {name: text for name, text in values.items() if name in section.member_names()}
        admin.open(page).press(f"save-{section.section}", **mine)
        if admin.status != 200:
            return


def test_further_members_are_saved_and_shown(admin, page, db):
    keys = json.dumps(client_key().jwks)
    save(
        admin,
        page,
        token_endpoint_auth_method="private_key_jwt",
        jwks=keys,
        request_uris="https://rp.example/one#a\nhttps://rp.example/two",
        request_object_signing_alg="ES256",
        subject_type="pairwise",
        id_token_encrypted_response_alg="RSA-OAEP",
        security_profile="strict",
        frontchannel_logout_uri="https://rp.example/bye",
        initiate_login_uri="https://rp.example/start",
        logo_uri="https://rp.example/logo.png",
    )
    assert admin.sees("Your changes are saved")

    kept = db.session.query(Client).one().registration
    assert kept["jwks"] == client_key().jwks
    assert kept["request_uris"] == ["https://rp.example/one#a", "https://rp.example/two"]
    assert kept["subject_type"] == "pairwise"
    assert kept["id_token_encrypted_response_enc"] == "A128CBC-HS256"
    assert kept["userinfo_signed_response_alg"] is None
    assert not admin.has("secrets")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"jwks": "{"}, "This is no JSON."),
        ({"jwks": "{}"}, "JWK Set"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "needs keys"),
        ({"backchannel_logout_uri": "http://rp.example/x"}, "Use https"),
        ({"frontchannel_logout_uri": "https://evil.example/x"}, "redirect address"),
        ({"userinfo_encrypted_response_enc": "A128GCM"}, "userinfo_encrypted_response_alg"),
    ],
)
def test_faults_stand_at_their_fields_and_nothing_is_saved(admin, page, db, values, words):
    before = dict(db.session.query(Client).one().registration)

    save(admin, page, **values)

    assert admin.status == 422
    assert admin.sees(words)
    db.session.expire_all()
    assert db.session.query(Client).one().registration == before


def test_saving_keeps_what_the_form_does_not_show(admin, db):
    """security.md RG04: hybrid flows, claims of a registration, and policy stay as they are."""
    made = factories.client(
        response_types=["code", "code id_token"],
        grant_types=["authorization_code", "implicit"],
        default_acr_values=["1"],
        request_object_encryption_alg="RSA-OAEP",
    )
    before = dict(clients.get(made.client_id).registration)

    save(admin, f"/admin/applications/{made.client_id}")

    db.session.expire_all()
    assert clients.get(made.client_id).registration == before
