"""The authorization endpoint: what it takes, what it refuses, and where it says so."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from app.models import Family
from app.services.clients import clients
from tests.oidc.conftest import Scene
from tests.relying_party import CALLBACK

STATES = ["x", "a" * 1000, "-._~" * 32, "a b+c/=?&%20", "ünïcödé ☃", '{"a":"b\'<>"}']


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("changes", [{}, {"prompt": "none login"}], ids=["code", "error"])
def test_state_comes_back_byte_for_byte(scene: Scene, state: str, changes) -> None:
    """RFC 6749 §4.1.2: the exact value; the actor compares it, and `iss` (RFC 9207 §2)."""
    scene.rp.authorize(scene.browser, state=state, **changes)

    received = scene.rp.callback(scene.browser)
    assert received.parameters["state"] == state


def test_no_state_is_sent_back_when_none_came(scene: Scene) -> None:
    """RFC 6749 §4.1.2: only if it was present in the request."""
    scene.rp.authorize(scene.browser, state=None)

    assert "state" not in scene.rp.callback(scene.browser).parameters


def test_query_of_the_registered_address_is_kept(make_scene) -> None:
    """RFC 6749 §3.1.2: the query component is retained."""
    address = f"{CALLBACK}?tenant=a%20b&x"
    scene = make_scene(redirect_uris=[address])
    scene.rp.redirect_uri = address
    scene.rp.authorize(scene.browser)

    assert scene.browser.left_for.startswith(f"{address}&code=")
    assert scene.rp.callback(scene.browser).code


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"client_id": None}, "client_id is missing"),
        ({"client_id": "nobody"}, "not known here"),
        ({"client_id": "x\x00"}, "not known here"),
        ({"redirect_uri": None}, "redirect_uri is missing"),
        ({"redirect_uri": "https://evil.example/"}, "not registered"),
        ({"redirect_uri": "https://ünïcödé.example/☃"}, "not registered"),
        ({"redirect_uri": "x" * 9000}, "not registered"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bad_client_or_address_stops_on_our_own_page(
    scene: Scene, changes, problem: str, method: str
) -> None:
    """RFC 6749 §4.1.2.1: nothing goes to an address that is not known (security.md AZ01)."""
    wrong = {"scope": None, "response_type": "x", "prompt": "none", **changes}
    scene.rp.authorize(scene.browser, method=method, **wrong)

    assert scene.browser.left_for == ""
    assert scene.browser.status == 400
    assert problem in scene.browser.element("problem").text
    assert scene.browser.element("reference").text


def test_turned_off_client_stops_on_our_own_page(scene: Scene, db: SQLAlchemy) -> None:
    """security.md AT05."""
    clients.turn_off(clients.get(scene.rp.client_id))
    db.session.commit()
    scene.rp.authorize(scene.browser)

    assert "turned off" in scene.browser.element("problem").text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "  "}, "invalid_scope"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"max_age": "9" * 400}, "invalid_request"),
        ({"id_token_hint": "nonsense"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request_object"),
        ({"request_uri": "https://rp.example/r"}, "invalid_request_uri"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"nonce": "n" * 2000}, "invalid_request"),
        ({"nonce": "a\x00b"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"code_challenge": "x" * 42 + "="}, "invalid_request"),
    ],
)
def test_client_is_told_what_is_wrong(scene: Scene, db: SQLAlchemy, changes, error: str) -> None:
    """RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6: at its address, with state and iss; no code."""
    assert scene.error(**changes) == error

    description = scene.rp.callback(scene.browser).description
    assert description.isascii()
    assert not {'"', "\\", "\n"}.intersection(description)
    assert db.session.query(Family).count() == 0


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "prompt", "extra"])
def test_repeated_parameter_is_refused(scene: Scene, db: SQLAlchemy, name: str) -> None:
    """RFC 6749 §3.1: parameters MUST NOT be included more than once (security.md AZ02)."""
    url = scene.rp.authorization_url(extra="1", prompt="login")
    scene.browser.open(f"{url}&{name}=twice")

    answer = dict(parse_qsl(urlsplit(scene.browser.left_for).query))
    assert answer["error"] == "invalid_request"
    assert db.session.query(Family).count() == 0


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_repeated_client_or_address_stops_here(scene: Scene, name: str) -> None:
    """RFC 6749 §3.1: which of the two would be believed?"""
    url = scene.rp.authorization_url()
    scene.browser.open(f"{url}&{urlencode({name: scene.rp.sent.get(name)})}")

    assert scene.browser.left_for == ""
    assert scene.browser.status == 400


def test_parameters_in_url_and_form_count_together(scene: Scene) -> None:
    """security.md AZ02: query and body are one request."""
    fields = scene.rp.request()
    scene.browser.post(f"/authorize?{urlencode({'state': 'x'})}", fields, from_site="https://a.b")

    answer = dict(parse_qsl(urlsplit(scene.browser.left_for).query))
    assert answer["error"] == "invalid_request"


def test_unknown_parameters_are_ignored(scene: Scene) -> None:
    """OIDC Core §3.1.2.1."""
    scene.rp.authorize(scene.browser, extra="foobar", display="popup", claims_locales="se")

    assert scene.rp.callback(scene.browser).code


def test_unknown_scopes_are_ignored(scene: Scene) -> None:
    """OIDC Core §3.1.2.1: scope values that are not understood SHOULD be ignored."""
    assert scene.tokens(scope="openid unheard-of email")["scope"] == "openid email"


def test_cross_site_post_reaches_the_callback(scene: Scene) -> None:
    """OIDC Core §3.1.2.1: GET and POST; a Lax cookie does not come along, so we meet it again."""
    scene.rp.authorize(scene.browser, method="POST")

    assert scene.rp.redeem(scene.rp.callback(scene.browser).code).status == 200


@pytest.mark.parametrize("changes", [{}, {"scope": "unknown"}], ids=["code", "error"])
def test_form_post_answers_in_a_form(scene: Scene, changes) -> None:
    """OAuth 2.0 Form Post Response Mode §2: errors too, and nothing in the URL."""
    scene.rp.authorize(scene.browser, response_mode="form_post", **changes)

    assert scene.browser.left_for == CALLBACK
    received = scene.rp.callback(scene.browser)
    assert set(received.parameters) <= {"code", "state", "iss", "error", "error_description"}
    policy = scene.browser.answer.headers["content-security-policy"]
    assert "form-action" not in policy


def test_fragment_mode_puts_everything_into_the_fragment(scene: Scene) -> None:
    """OAuth 2.0 Multiple Response Types §2.1."""
    scene.rp.authorize(scene.browser, response_mode="fragment")

    split = urlsplit(scene.browser.left_for)
    assert split.query == ""
    assert {"code", "state", "iss"} == set(dict(parse_qsl(split.fragment)))


def test_answer_is_never_stored_nor_told_to_others(scene: Scene) -> None:
    """security.md AZ09, AZ10: 303, no-store, no referrer, no CORS."""
    answer = scene.rp.transport.send(
        "GET", scene.rp.authorization_url(), headers=scene.browser.cookie_header()
    )

    assert answer.status == 303
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers


def test_query_that_is_no_text_is_refused(scene: Scene) -> None:
    """security.md AZ04: bytes that are not UTF-8 are a 400."""
    for query in ("client_id=%ff", "%C0%80=1", "client_id=\xff"):
        url = f"{scene.rp.issuer}/authorize?{query}"
        assert scene.rp.transport.send("GET", url).status == 400


def test_client_without_the_code_grant_is_told_so(db: SQLAlchemy, make_scene) -> None:
    """RFC 6749 §4.1.2.1: unauthorized_client."""
    scene = make_scene("machine", redirect_uris=[CALLBACK])

    assert scene.error() == "unauthorized_client"


def test_form_of_the_answer_escapes_hostile_values(make_scene) -> None:
    """security.md RU06: legal but hostile addresses and states stay text."""
    address = "https://rp.example/cb?a='><script>"
    scene = make_scene(redirect_uris=[address])
    scene.rp.redirect_uri = address
    scene.rp.authorize(
        scene.browser, response_mode="form_post", state='"><script>alert(1)</script>'
    )

    assert scene.browser.posted["state"] == '"><script>alert(1)</script>'
    assert scene.browser.left_for == address


def test_request_refused_in_two_tabs_at_once_is_already_done(make_scene, db) -> None:
    """ux.md 2.8: who comes second is told so, and not that they may not."""
    scene = make_scene(allowed="")
    scene.rp.authorize(scene.browser)

    def overtake(_connection, cursor, statement, *_: object) -> None:
        if statement.startswith("UPDATE interaction SET finished_at"):
            cursor.execute("UPDATE interaction SET finished_at = expires_at")

    event.listen(db.engine, "before_cursor_execute", overtake)
    try:
        scene.browser.deny()
    finally:
        event.remove(db.engine, "before_cursor_execute", overtake)

    assert (scene.browser.left_for, scene.browser.status) == ("", 400)
    assert scene.browser.sees("Already done")
