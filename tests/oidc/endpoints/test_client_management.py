"""What a client may do with its own registration (RFC 7592)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Client, Family
from tests import factories
from tests.administrators import browser_of
from tests.registrar import METADATA, error_of, party


def test_client_reads_its_registration(open_to_all, db):
    """RFC 7592 §2.1; the secret is not kept, so it is not told again."""
    made = open_to_all.register().json
    answer = open_to_all.manage("GET", made)

    assert answer.status == 200
    again = answer.json
    assert "client_secret" not in again
    assert again["registration_access_token"] == made["registration_access_token"]
    assert {**again, "client_secret": 0, "client_secret_expires_at": 0} == {
        **made,
        "client_secret": 0,
    }


def test_client_replaces_its_registration(open_to_all, db):
    """RFC 7592 §2.2: what is left out is back to its default; policy stays."""
    made = open_to_all.register(tos_uri="https://rp.example/terms").json
    client = db.session.scalar(select(Client).where(Client.client_id == made["client_id"]))
    client.registration = {**client.registration, "trusted": True}
    db.session.commit()

    members = {**METADATA, "client_id": made["client_id"], "client_name": "Other", "trusted": False}
    answer = open_to_all.manage("PUT", made, members)

    assert answer.status == 200, answer.text
    assert answer.json["client_name"] == "Other"
    assert "tos_uri" not in answer.json
    db.session.expire_all()
    assert client.setting("trusted") is True
    assert party(open_to_all, made).client_credentials().status == 400, "the secret still works"


def test_what_an_administrator_requires_stays_while_it_is_asked_for(open_to_all, db):
    """security.md RG04: no silent reset; but nothing is required of a client that drops it."""
    made = open_to_all.register().json
    client = db.session.scalar(select(Client).where(Client.client_id == made["client_id"]))
    client.registration = {**client.registration, "required_scopes": ["email", "phone"]}
    db.session.commit()

    for scope, left in ((None, ["email", "phone"]), ("openid email", ["email"])):
        members = {**METADATA, "client_id": made["client_id"], "required_scopes": ["profile"]}
        answer = open_to_all.manage("PUT", made, {**members, "scope": scope})

        assert answer.status == 200, answer.text
        db.session.expire_all()
        assert client.setting("required_scopes") == left


@pytest.mark.parametrize(
    "changes", [{"client_id": "other"}, {"client_id": None}, {"client_secret": "wrong"}]
)
def test_replacement_names_its_own_client(open_to_all, db, changes):
    """RFC 7592 §2.2."""
    made = open_to_all.register().json
    members = {**METADATA, "client_id": made["client_id"], **changes}

    answer = open_to_all.manage("PUT", made, members)

    assert answer.status == 400
    assert error_of(answer) == "invalid_client_metadata"


def test_client_deletes_itself_with_all_it_holds(open_to_all, app, db):
    """RFC 7592 §2.3: 204 and no body, or every module of the suite warns."""
    made = open_to_all.register().json
    rp = party(open_to_all, made)
    browser = browser_of(app, factories.user())
    rp.authorize(browser)
    tokens = rp.redeem(rp.callback(browser.allow()).code).json

    answer = open_to_all.manage("DELETE", made)

    assert (answer.status, answer.content) == (204, b"")
    assert open_to_all.manage("GET", made).status == 401
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert db.session.scalar(select(func.count()).select_from(Family)) == 0


def test_token_of_another_client_manages_nothing(open_to_all, db):
    """RFC 7592 §2: 401, the same for a client that does not exist."""
    mine, other = open_to_all.register().json, open_to_all.register().json
    theirs = other["registration_access_token"]
    nobody = {**mine, "registration_client_uri": f"{open_to_all.issuer}/register/nobody"}

    for answer in (
        open_to_all.manage("GET", mine, token=theirs),
        open_to_all.manage("DELETE", mine, token=theirs),
        open_to_all.manage("PUT", mine, METADATA, token=theirs),
        open_to_all.manage("GET", mine, token=""),
        open_to_all.manage("GET", nobody),
    ):
        assert answer.status == 401
        assert error_of(answer) == "invalid_token"
    assert open_to_all.manage("GET", mine).status == 200


def test_client_of_an_administrator_has_no_such_token(open_to_all, db):
    """Nobody manages it with an empty token."""
    client = factories.client()
    made = {"registration_client_uri": f"{open_to_all.issuer}/register/{client.client_id}"}

    bare = open_to_all.manage("GET", made, token="")
    wrong = open_to_all.manage("GET", made, token="x")
    assert (bare.status, wrong.status) == (401, 401)
    # RFC 6750 §3.1: whoever sends no token is told of no error in the challenge.
    assert bare.headers["www-authenticate"] == 'Bearer realm="sealwax"'
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]


def test_head_tells_what_get_would(open_to_all, db):
    """RFC 9110 §9.3.2."""
    made = open_to_all.register().json

    answer = open_to_all.manage("HEAD", made)

    assert answer.status == 200
    assert not answer.text
