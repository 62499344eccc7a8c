"""RP-initiated logout (OIDC RP-Initiated Logout 1.0; protocol.md 5)."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode, urlsplit

import jwt
import pytest

from app.services.authorization import attempts
from tests import factories
from tests.administrators import browser_of
from tests.secrets_seen import remember

AFTER = "https://rp.example/signed-out"
#: Every sign that may stand in a `state`: quotes, &, %, <, #, and so on.
ODD_STATE = "".join(chr(sign) for sign in range(33, 127) if chr(sign) not in "+;")


@pytest.fixture
def left(make_scene):
    """Return a scene whose client has a place to go back to, and its ID token."""
    scene = make_scene(post_logout_redirect_uris=[AFTER, f"{AFTER}?by=us"])
    return scene, remember(scene.tokens()["id_token"])


def end(scene, method="GET", **parameters):
    """Send the browser to the end-session endpoint, as the client does."""
    where = scene.rp.endpoint("end_session")
    if method == "POST":
        return scene.browser.post(where, parameters, from_site="https://rp.example")
    return scene.browser.open(f"{where}?{urlencode(parameters, quote_via=quote)}")


def is_signed_in(scene):
    """Tell whether the browser still has its session."""
    return scene.browser.open("/account/").at == "/account/"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_with_exactly_the_same_state(left, method):
    """§2 and protocol.md 5: any other parameter is a warning; the session is gone."""
    scene, hint = left

    end(scene, method, id_token_hint=hint, post_logout_redirect_uri=AFTER, state=ODD_STATE)

    parts = urlsplit(scene.browser.left_for)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == AFTER
    assert parse_qs(parts.query) == {"state": [ODD_STATE]}
    assert not is_signed_in(scene)


def test_silent_request_afterwards_needs_a_login(left):
    """protocol.md 5: prompt=none is answered with login_required."""
    scene, hint = left
    end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER)

    assert scene.error(prompt="none") == "login_required"


def test_redirects_without_state_when_none_was_sent(left):
    scene, hint = left

    assert end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER).left_for == AFTER


def test_registered_query_is_kept(left):
    scene, hint = left
    end(scene, id_token_hint=hint, post_logout_redirect_uri=f"{AFTER}?by=us", state="x")

    assert scene.browser.left_for == f"{AFTER}?by=us&state=x"


def test_expired_hint_is_good_enough(left, clock):
    """§2: the OP should accept ID tokens that have expired."""
    scene, hint = left
    clock.move(hours=2)

    assert end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER).left_for == AFTER


@pytest.mark.parametrize("uri", [f"{AFTER}/", f"{AFTER}?foo=bar", "https://evil.example/", "x"])
def test_unregistered_address_is_never_followed(left, uri):
    """§3: exact, including the query; nothing happens, and nobody is sent anywhere."""
    scene, hint = left

    end(scene, id_token_hint=hint, post_logout_redirect_uri=uri)

    assert scene.browser.status == 400
    assert scene.browser.has("reference")
    assert not scene.browser.left_for
    assert is_signed_in(scene)


def test_hint_of_algorithm_none_is_refused(left):
    """protocol.md 5, modified-id-token-hint."""
    scene, hint = left
    claims = jwt.decode(hint, options={"verify_signature": False})
    forged = jwt.encode(claims, None, algorithm="none")

    end(scene, id_token_hint=forged, post_logout_redirect_uri=AFTER)

    assert scene.browser.status == 400
    assert is_signed_in(scene)


def test_hint_signed_by_the_client_is_refused(left, settings):
    """protocol.md 5, bad-id-token-hint: iss is the client, signed with its secret."""
    scene, _ = left
    claims = {"iss": scene.rp.client_id, "aud": settings.issuer, "sub": "x", "iat": 1, "exp": 2}
    forged = jwt.encode(claims, scene.registered.secret, algorithm="HS256")

    end(scene, id_token_hint=forged, post_logout_redirect_uri=AFTER)

    assert scene.browser.status == 400


def test_access_token_is_no_hint(left):
    """RFC 8725 §3.11."""
    scene, _ = left
    end(scene, id_token_hint=scene.tokens()["access_token"], post_logout_redirect_uri=AFTER)

    assert scene.browser.status == 400


def test_client_id_must_be_that_of_the_hint(left):
    """§2: the OP must verify that they match."""
    scene, hint = left
    other = factories.client()

    end(scene, id_token_hint=hint, client_id=other.client_id)
    assert scene.browser.status == 400

    end(scene, id_token_hint=hint, client_id=scene.rp.client_id)
    assert scene.browser.sees("You're signed out")


def test_without_hint_nobody_is_sent_anywhere_even_after_the_person_agrees(left):
    """protocol.md 5 and 11, no-id-token-hint: stricter than the specification."""
    scene, _ = left
    end(scene, post_logout_redirect_uri=AFTER, state="x", client_id=scene.rp.client_id)
    assert scene.browser.sees("asked to sign you out")
    assert is_signed_in(scene)

    end(scene, post_logout_redirect_uri=AFTER, state="x").press("sign-out")

    assert scene.browser.sees("You're signed out")
    assert not scene.browser.left_for


@pytest.mark.parametrize("parameters", [{}, {"state": "x"}])
def test_without_parameters_the_person_is_asked_and_told(left, parameters):
    """protocol.md 5, no-params and only-state."""
    scene, _ = left

    end(scene, **parameters).press("sign-out")

    assert scene.browser.sees("You're signed out")
    assert not is_signed_in(scene)


def test_hint_alone_signs_out_and_says_so(left):
    """protocol.md 12: four of six client libraries send nothing else."""
    scene, hint = left

    assert end(scene, id_token_hint=hint).sees("You're signed out")
    assert not is_signed_in(scene)


def test_nobody_signed_in_goes_straight_back(left):
    scene, hint = left
    scene.browser.jar.clear()

    assert end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER).left_for == AFTER


def test_hint_of_another_person_signs_nobody_out_unasked(left, app):
    """§2: whoever sits here now has not asked for it."""
    scene, hint = left
    other = browser_of(app, factories.user())

    other.open(f"{scene.rp.endpoint('end_session')}?{urlencode({'id_token_hint': hint})}")

    assert other.has("stay")
    assert other.open("/account/").at == "/account/"


def test_repeated_and_broken_parameters_are_refused(left):
    scene, hint = left
    where = scene.rp.endpoint("end_session")

    assert scene.browser.open(f"{where}?id_token_hint={hint}&id_token_hint={hint}").status == 400
    assert scene.browser.open(f"{where}?state=%ff").status == 400
    assert is_signed_in(scene)


def test_every_logout_leaves_a_trace(left, db):
    """product.md: every refusal has a reference an administrator can look up."""
    scene, hint = left
    end(scene, id_token_hint=hint, post_logout_redirect_uri=f"{AFTER}/")

    [*before, found] = attempts.search(scene.browser.element("reference").text)
    assert [visit.endpoint for visit in before] == ["authorize", "token"]
    assert found.reason == "post_logout_redirect_uri_mismatch"
    assert found.client_id == scene.rp.client_id
    assert hint not in str(found.checks)
