"""What may be wrong with an authorization request: habits that break or are abused one day."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from app.oidc import request_lint
from tests import factories

GOOD = {
    "response_type": "code",
    "redirect_uri": "https://rp.example/callback",
    "scope": "openid profile",
    "state": "kJ3sP0q9XvB2",
    "nonce": "Zr7mW1y5TcN8",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWDbvlMmcgwq8",
    "code_challenge_method": "S256",
}


@pytest.fixture
def client(db):
    assert db.engine, "a context of the application is open"
    return factories.client(redirect_uris=[GOOD["redirect_uri"]]).client


def faults(client, **changes):
    """Return what is found wrong with a good request with some parameters changed or left out."""
    sent = {"client_id": client.client_id, **GOOD, **changes}
    pairs = [(name, value) for name, value in sent.items() if value is not None]
    return {one.code for one in request_lint.lint(pairs, client) if not one.ok}


def test_nothing_is_wrong_with_a_careful_request(client):
    assert faults(client) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": None}, "nonce_missing"),
        ({"nonce": "1"}, "nonce_random"),
        ({"state": None}, "state_missing"),
        ({"state": "state"}, "state_random"),
        ({"state": "aaaaaaaaaaaaaaaa"}, "state_random"),
        ({"state": GOOD["nonce"]}, "state_is_nonce"),
        ({"code_challenge": None}, "challenge"),
        ({"code_challenge_method": None}, "challenge_hashed"),
        ({"code_challenge_method": "plain"}, "challenge_hashed"),
        ({"response_type": "code id_token"}, "asks_for_code"),
        ({"scope": "profile"}, "asks_who"),
        ({"scope": "openid wages"}, "scope_registered"),
        ({"prompt": "login"}, "prompts_always"),
        ({"claims": "userinfo"}, "claims_readable"),
        ({"claims": "[" * 5000}, "claims_readable"),
        ({"redirect_uri": "https://rp.example/Callback"}, "redirect_registered"),
        ({"redirect_uri": None}, "redirect_registered"),
        ({"client_id": "somebody-else"}, "client_named"),
        ({"client_secret": "hunter2"}, "secret_told"),
        ({"scopes": "openid"}, "strange"),
    ],
)
def test_habit_is_named(client, changes, code):
    """ux.md 2.23: `nonce` missing, `state` looks constant (RFC 9700, RFC 7636, OIDC Core)."""
    assert faults(client, **changes) == {code}


def test_nonce_is_not_missed_where_there_is_no_id_token(client):
    """OIDC Core §3.1.2.1: it comes back in the ID token alone."""
    assert faults(client, nonce=None, scope="profile") == {"asks_who"}


def test_without_a_secret_a_challenge_is_needed(db):
    """RFC 9700 §2.1.1."""
    assert db.engine
    public = factories.client(
        redirect_uris=[GOOD["redirect_uri"]], token_endpoint_auth_method="none"
    ).client

    assert faults(public, code_challenge=None) == {"challenge_needed"}


def test_repeated_parameter_is_named(client):
    """RFC 6749 §3.1: parameters must not be included more than once."""
    pairs = [("client_id", client.client_id), *GOOD.items(), ("state", "x")]

    found = [one for one in request_lint.lint(pairs, client) if not one.ok]

    assert [(one.code, one.detail) for one in found] == [("repeated", "state")]


@pytest.mark.parametrize(
    ("start", "wrong"),
    [
        ("https://id.example/authorize?", set()),
        ("?", set()),
        ("", set()),
        ("https://id.example/authorise?", {"wrong_place"}),
        ("http://id.example/authorize?", {"wrong_place"}),
        ("https://other.example/authorize?", {"wrong_place"}),
        ("https://[/authorize?", {"wrong_place"}),
    ],
)
def test_address_or_query_is_read(client, start, wrong):
    pairs, found = request_lint.read(f" {start}{urlencode(GOOD)}\n")

    assert client.client_id
    assert {one.code for one in found} == wrong
    assert start.startswith("https://[") or dict(pairs) == GOOD
