"""Answers and documents that lie in one thing at a time: refused, nothing done."""

from __future__ import annotations

from contextlib import suppress
from threading import Event

import pytest
from sqlalchemy import select

from app.models import Session
from tests import factories
from tests.administrators import visitor
from tests.remote import Reply, remote_host
from tests.upstream_host import UpstreamHost

PAST, FUTURE = 1_000_000_000, 4_000_000_000


def test_a_used_state_is_worth_nothing(browser, there, other, reason, count):
    back = there(browser.open("/login/sign-in"))
    browser.open(back)
    assert browser.at == "/login/join"

    browser.open(back)

    assert browser.status == 400
    assert reason() == "upstream_state_unknown"
    assert len(other.redeemed) == 1


def test_a_state_of_another_browser_is_worth_nothing(app, browser, there, refused, other):
    """Login CSRF: the attacker's own answer, brought by the victim's browser."""
    attacker = visitor(app)
    back = there(attacker.open("/login/sign-in"))

    browser.open("/login/sign-in").open(back)

    refused("upstream_state_unknown")
    assert other.redeemed == []
    attacker.open(back)
    assert attacker.at == "/login/join", "nobody else has used it up"


def test_a_state_times_out(browser, there, refused, clock):
    back = there(browser.open("/login/sign-in"))
    clock.move(minutes=10, seconds=1)

    browser.open(back)

    refused("upstream_state_unknown")


@pytest.mark.parametrize("query", ["", "?state=", "?code=x", "?state=us&code=x&error=y"])
@pytest.mark.usefixtures("provider")
def test_an_answer_that_nobody_asked_for_is_refused(browser, refused, query):
    browser.open(f"/login/upstream/example/callback{query}")

    refused("upstream_state_unknown")


def test_a_parameter_that_stands_twice_is_refused(browser, there, refused):
    """RFC 6749 §3.1."""
    back = there(browser.open("/login/sign-in"))

    browser.open(f"{back}&code=another")

    refused("upstream_answer_unusable")


def test_the_code_of_another_sign_in_is_refused(app, browser, there, other, refused):
    """Code injection: the attacker's code in the victim's answer (PKCE, RFC 9700 §2.1.1)."""
    attacker = visitor(app)
    stolen = there(attacker.open("/login/sign-in")).partition("code=")[2].partition("&")[0]
    back = there(browser.open("/login/sign-in"), code=stolen)

    browser.open(back)

    refused("upstream_code_refused")
    assert other.redeemed == []


def test_the_callback_of_another_provider_is_refused(browser, there, add, refused, other):
    """Mix-up: RFC 9700 §4.4; the code goes to nobody."""
    with remote_host() as host:
        evil = UpstreamHost(host)
        row = add(evil, name="Evil")
        back = there(browser.open("/login/sign-in"))

        browser.open(back.replace("/upstream/example/", f"/upstream/{row.slug}/"))

        refused("upstream_mixed_up")
        assert host.count("/token") == 0
    assert other.redeemed == []


@pytest.mark.parametrize("iss", [None, "https://evil.example"])
def test_iss_is_demanded_where_it_is_announced(browser, there, other, refused, iss):
    """RFC 9207 §2.4."""
    other.publish(authorization_response_iss_parameter_supported=True)
    back = there(browser.open("/login/sign-in"), iss=iss)

    browser.open(back)

    refused("upstream_iss_differs")
    assert other.redeemed == []


def test_iss_that_is_right_is_believed(browser, other, come):
    other.publish(authorization_response_iss_parameter_supported=True)

    come(browser, iss=other.issuer)

    assert browser.at == "/login/join"


def test_an_error_with_the_iss_of_somebody_else_is_refused(browser, there, refused):
    back = there(
        browser.open("/login/sign-in"), code=None, error="access_denied", iss="https://evil.example"
    )

    browser.open(back)

    refused("upstream_iss_differs")


def test_an_error_is_told_with_a_reference(browser, there, refused):
    back = there(browser.open("/login/sign-in"), code=None, error="invalid_scope")

    browser.open(back)

    refused("upstream_error")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "https://evil.example"}, "upstream_metadata_unusable"),
        ({"issuer": None}, "upstream_metadata_unusable"),
        ({"issuer": "https://evil.example/\0"}, "upstream_metadata_unusable"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "upstream_metadata_unusable"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "upstream_metadata_unusable"),
        ({"authorization_endpoint": 7}, "upstream_metadata_unusable"),
        ({"jwks_uri": None}, "upstream_metadata_unusable"),
        (
            {"id_token_signing_alg_values_supported": ["none", "HS256"]},
            "upstream_metadata_unusable",
        ),
        (
            {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
            "upstream_metadata_unusable",
        ),
    ],
)
def test_a_discovery_document_that_lies_is_not_used(
    browser, provider, other, refused, changes, code
):
    """OIDC Discovery §4.3."""
    other.publish(**changes)

    browser.open("/login/sign-in").press(f"upstream-{provider.slug}")

    refused(code)


def _trickle(handler):
    """Send a byte now and then, until nobody reads any more."""
    handler.send_response(200)
    handler.end_headers()
    pause = Event()
    with suppress(OSError):
        for _ in range(80):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            pause.wait(0.1)


def _cut_off(handler):
    handler.connection.close()


@pytest.mark.parametrize(
    "lie",
    [
        ("/token", Reply(status=500), "upstream_code_refused"),
        ("/token", Reply(status=302, headers={"Location": "/jwks"}), "upstream_code_refused"),
        ("/token", Reply(b"[]"), "upstream_answer_unusable"),
        ("/token", Reply(b'{"id_token": "x"}'), "upstream_answer_unusable"),
        ("/token", Reply(b'{"id_token": 1, "access_token": 2}'), "upstream_answer_unusable"),
        ("/token", Reply(b" " * 70_000), "upstream_unreachable"),
        ("/token", Reply(act=_cut_off), "upstream_unreachable"),
        ("/token", Reply(act=_trickle), "upstream_unreachable"),
        ("/jwks", Reply(status=404), "upstream_unreachable"),
        ("/jwks", Reply(b" " * 70_000), "upstream_unreachable"),
        ("/jwks", Reply(b'{"keys": []}'), "upstream_unreachable"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(browser, come, remote, refused, lie):
    path, reply, code = lie
    remote.replies[path] = reply

    come(browser)

    refused(code)


def test_a_provider_that_does_not_answer_is_a_page_not_a_fault(browser, provider, remote, refused):
    remote.replies.clear()

    browser.open("/login/sign-in").press(f"upstream-{provider.slug}")

    refused("upstream_unreachable")


def test_a_provider_that_is_turned_off_signs_nobody_in(browser, jane, linked, there, provider, db):
    linked(jane)
    back = there(browser.open("/login/sign-in"))
    provider.is_enabled = False
    db.session.commit()

    browser.open(back)

    assert browser.status == 404
    assert db.session.scalars(select(Session)).all() == []


@pytest.mark.parametrize("slug", ["%00", "nobody", "x" * 500, "%F0%9F%92%A9", "..%2fadmin"])
def test_a_name_that_is_none_is_not_found(browser, slug):
    assert browser.open(f"/login/upstream/{slug}/callback?state=x").status in {400, 404}


def test_a_form_with_nonsense_does_nothing(browser, come, nothing_done):
    come(browser)

    browser.press("register", which="\0", email="jane@people.example")

    assert browser.at == "/login/sign-in"
    nothing_done()


def test_a_get_sends_nobody_away(browser, provider):
    """security.md SE07: no link can start it."""
    browser.open(f"/login/upstream/{provider.slug}")

    assert browser.status == 405


def test_a_form_of_another_site_sends_nobody_away(browser, provider):
    """security.md SE07."""
    browser.open("/login/sign-in")
    browser.post(f"/login/upstream/{provider.slug}", {}, from_site="https://evil.example")

    assert not browser.left_for
    assert browser.status >= 400


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "60"}], ids=str)
def test_who_must_prove_anew_is_not_let_in_with_an_old_sign_in(
    browser, linked, rp, other, reason, asked
):
    """OIDC Core §3.1.2.1: prompt=login reaches through to the other provider."""
    linked(factories.user())
    rp.authorize(browser, **asked)
    other.bend = {"auth_time": PAST}

    url = browser.press("upstream-example").left_for
    assert "prompt=login" in url
    assert "max_age=0" in url
    browser.open(other.authorize(url))

    assert browser.status == 400
    assert reason() == "upstream_too_old"
