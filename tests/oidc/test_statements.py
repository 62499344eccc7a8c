"""How often each hot endpoint asks the database: what makes it fast stays so."""

from __future__ import annotations

import pytest

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD

SESSION = "__Host-sealwax"


def test_token_for_a_client_itself_needs_no_query(db, make_rp, statements) -> None:
    """The client is remembered, the token is a JWT."""
    rp = make_rp(factories.client("machine"))
    rp.client_credentials()

    with statements() as seen:
        rp.client_credentials()
    assert seen.count == 0, seen


@pytest.mark.parametrize("access_token_format", ["jwt", "opaque"])
def test_userinfo_and_introspection_need_one_query(
    make_scene, statements, access_token_format: str
) -> None:
    """Token, family, user, session and client in one join."""
    scene = make_scene(access_token_format=access_token_format)
    token = scene.tokens()["access_token"]
    for ask in (scene.rp.userinfo, scene.rp.introspect):
        ask(token)
        with statements() as seen:
            ask(token)
        assert seen.count == 1, seen
        assert not seen.compiled


def test_refresh_is_three_statements_in_one_transaction(scene, statements) -> None:
    """Find, spend, keep the successor."""
    tokens = scene.tokens()
    tokens = scene.rp.refresh(tokens["refresh_token"]).json

    with statements() as seen:
        scene.rp.refresh(tokens["refresh_token"])
    assert seen.count == 3, seen
    assert seen.commits == 1, seen
    assert not seen.compiled


@pytest.mark.parametrize(("access_token_format", "most"), [("jwt", 7), ("opaque", 8)])
def test_whole_silent_sign_in_stays_within_eight_statements(
    make_scene, statements, access_token_format: str, most: int
) -> None:
    """Session with user and consent, family, trace; then code, redeem, refresh token, trace."""
    scene = make_scene(access_token_format=access_token_format)
    scene.tokens()

    with statements() as seen:
        scene.tokens()
    assert seen.count <= most, seen
    assert seen.commits == 2, seen
    assert not seen.compiled


def test_sign_in_with_a_password_is_seven_statements_in_one_transaction(
    db, scene, statements
) -> None:
    """The account; after the hash both counts, what is known of who comes, session.

    The first commit ends what was read before the hash.
    """
    transport, origin = scene.browser.transport, scene.browser.origin
    browser = Browser(transport, origin).sign_in(scene.person.email, PASSWORD)
    for name in (SESSION, f"{SESSION}-accounts"):
        del browser.jar[name]
    filled = browser.open("/login/sign-in").fill(
        "sign-in", username=scene.person.email, password=PASSWORD
    )
    headers = {"Origin": origin, **browser.cookie_header()}
    db.session.rollback()

    with statements() as seen:
        answer = transport.send("POST", filled.url, headers=headers, form=filled.fields)
    assert answer.status == 303
    assert seen.count == 7, seen
    assert seen.commits == 2, seen
    assert not seen.compiled
