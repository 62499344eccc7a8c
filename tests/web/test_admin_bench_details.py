"""Test bench in detail: what may be asked for, what is worked out, what can be taken along."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from app.services.authorization import keys
from tests import factories
from tests.secrets_seen import TOKEN
from tests.signing import client_key

ALL = "openid profile email phone address offline_access"
#: Of what a run holds: codes and tokens of ours, and JWTs.
USABLE = re.compile(rf"swx_|{TOKEN.pattern}")


@pytest.fixture
def open_bench(desk):
    """Return a function that opens the bench of an application."""

    def opened(**members):
        made = factories.client(client_name="Photo Box", scope=ALL, **members)
        return desk.open(f"/admin/applications/{made.client_id}/bench")

    return opened


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"prompt": "login"}, "login_demanded"),
        ({"prompt": "select_account"}, "account_not_chosen"),
        ({"prompt": "consent"}, "The person is asked on the consent page"),
        ({"max_age": "86400"}, "For how many seconds a sign-in counts"),
        ({"acr_values": "urn:example:gold"}, "How surely the person should be known"),
        ({"login_hint": "someone@people.example"}, "Whom the application thinks it is"),
        ({"claims": '{"userinfo": {"email": null}}'}, "Single claims, asked for by name."),
    ],
)
def test_request_may_ask_for_more(open_bench, asked, words):
    """ux.md 2.23: scopes, prompt, max_age, acr_values, login_hint, claims."""
    page = open_bench().press("run", **asked)

    assert page.sees(words)
    assert page.sees("The application gives the token back")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"prompt": "none"}, "consent_missing"),
        ({"max_age": "soon"}, "max_age_malformed"),
        ({"claims": "userinfo"}, "claims_malformed"),
    ],
)
def test_what_the_endpoint_refuses_stops_the_run(open_bench, asked, reason):
    """ux.md 2.23: errors are explained; nothing of the request is corrected on the way."""
    page = open_bench().press("run", **asked)

    assert page.sees(reason)
    assert not page.sees("The application exchanges the code for tokens")


def test_answer_is_checked_before_the_code_is_redeemed(open_bench):
    """ux.md 2.23: state, iss, code age (RFC 6749 §10.12, RFC 9207)."""
    page = open_bench().press("run")

    for words in ("The state is the one that was sent", "comes from this provider", "it is fresh"):
        assert page.sees(words)


def test_token_is_shown_in_three_parts_but_never_whole(open_bench):
    """ux.md 2.23: header, payload and signature, and which key; what is shown opens nothing."""
    page = open_bench().press("run")

    parts = [one for one in page.shown.root.find_all("section") if "part" in one.get("class")]
    assert [one.get("class") for one in parts[:3]] == [
        "part header",
        "part payload",
        "part signature",
    ]
    (kid,) = {one for one in keys.verifiers() if one in parts[2].text}
    assert kid in parts[0].text
    assert "64 bytes" in parts[2].text or "256 bytes" in parts[2].text
    assert not USABLE.search(page.answer.text)


def test_nonce_and_at_hash_are_worked_out(open_bench):
    """OIDC Core §3.1.3.6, §3.1.3.7."""
    page = open_bench().press("run")

    rows = {
        row.find_all("dt")[0].text: row.find_all("dd")[0].text
        for row in page.shown.root.find_all("div")
        if row.find_all("dt") and row.find_all("dd") and row.inside("dl")
    }
    assert rows["The nonce in the request"] == rows["The nonce in the ID token"]
    assert rows["The same, written as base64url"] == rows["The at_hash in the ID token"]
    assert rows["The hash that belongs to the algorithm of the ID token"] == "SHA256"


METHODS = {
    "client_secret_basic": ({}, "$CLIENT_SECRET"),
    "client_secret_post": (
        {"token_endpoint_auth_method": "client_secret_post"},
        "client_secret=$CLIENT_SECRET",
    ),
    "none": ({"token_endpoint_auth_method": "none"}, "client_id="),
    "private_key_jwt": (
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": client_key().jwks},
        "client_assertion=$CLIENT_ASSERTION",
    ),
}


@pytest.mark.parametrize("method", METHODS)
def test_requests_are_there_for_programs_without_a_secret(open_bench, method):
    """ux.md 2.23: as curl, HTTP and Python, the secret masked; pasted they are well formed."""
    members, proof = METHODS[method]
    page = open_bench(redirect_uris=["https://rp.example/it's;$(id)"], **members).press("run")

    texts = {
        one.get("aria-label"): "".join(one.pieces())
        for one in page.shown.root.find_all("pre")
        if "exchanges the code" in one.get("aria-label")
    }
    curl, http, python = (
        next(text for label, text in texts.items() if label.startswith(name))
        for name in ("curl", "HTTP", "Python")
    )
    assert proof in curl
    assert "code=$CODE" in curl
    assert "POST /token HTTP/1.1" in http
    assert ("Authorization: Basic …" in http) is (method == "client_secret_basic")
    ast.parse(python)
    assert 'os.environ["CODE"]' in python
    shell = subprocess.run(
        ["/bin/sh", "-n"], input=curl, text=True, capture_output=True, check=False
    )
    assert shell.returncode == 0, shell.stderr


def test_report_names_every_step_and_nobody(open_bench, root):
    """ux.md 2.23: "Copy as bug report", secrets stripped."""
    page = open_bench().press("run", login_hint=root.email)

    report = page.element("report").text
    for step in ("(authorize)", "(callback)", "(redeem)", "(userinfo)", "(revoke)"):
        assert step in report
    assert "ok: same_nonce" in report
    assert root.email not in report
    assert "Root" not in report
    assert not USABLE.search(report)


def test_report_of_a_refused_run_names_the_reason(open_bench):
    page = open_bench(require_second_step=True).press("run", way="password")

    assert "REFUSED: acr_not_reached" in page.element("report").text


def test_refusal_names_the_setting_that_caused_it(open_bench):
    """ux.md 2.23: errors explained next to the client setting that caused it."""
    page = open_bench(require_second_step=True).press("run", way="password")

    result = page.element("run-result")
    links = [link.get("href") for link in result.find_all("a")]
    assert any(link.endswith("#require_second_step") for link in links), links


def test_request_of_the_application_is_read(open_bench):
    """ux.md 2.23: one parameter per line with its meaning, and lint."""
    query = "response_type=code&state=1&scope=openid&client_secret=hunter2&%3Cb%3E=x"
    page = open_bench().press("read-request", address=f"https://id.example/authorize?{query}")

    read = page.element("request-read").text
    for words in (
        "nonce is missing",
        "state looks constant",
        "code_challenge is missing",
        "The redirect address is not registered.",
        "Comes back as it is",
        "A secret stands in the address",
    ):
        assert words in read, words
    assert "hunter2" not in page.answer.text
    assert "<b>" in read


@pytest.mark.parametrize("typed", ["", "x" * 20_000])
def test_request_that_is_none_is_refused(open_bench, typed):
    page = open_bench().press("read-request", address=typed)

    assert page.status == 422
    assert not page.has("request-read")


def test_text_that_is_no_request_is_said_to_be_none(open_bench):
    page = open_bench().press("read-request", address="https://id.example/authorize")

    assert page.status == 200
    assert page.sees("No parameter could be read.")
