"""Front-Channel Logout 1.0 (protocol.md 5)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.oidc.conftest import Scene, error_of
from tests.pages import Page

AFTER = "https://rp.example/bye"
TOLD_AT = "https://rp.example/frontchannel?by=us"


@pytest.fixture
def used(make_scene) -> tuple[Scene, str]:
    """Return a scene whose client has a page that signs out, and its ID token."""
    scene = make_scene(
        frontchannel_logout_uri=TOLD_AT,
        frontchannel_logout_session_required=True,
        post_logout_redirect_uris=[AFTER],
    )
    return scene, scene.tokens()["id_token"]


def frames(page: Page) -> list[str]:
    return [element.get("src") for element in page.root.find_all("iframe")]


def end(scene: Scene, **parameters: str) -> Scene:
    scene.browser.open(f"{scene.rp.endpoint('end_session')}?{urlencode(parameters)}")
    return scene


def test_page_loads_the_applications_own_with_iss_and_sid(used):
    """§2: both, and nothing else beside what is registered."""
    scene, hint = used
    end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="a b")

    [frame] = frames(scene.browser.page)

    assert parse_qs(urlsplit(frame).query) == {
        "by": ["us"],
        "iss": [scene.rp.issuer],
        "sid": [scene.session.sid],
    }
    assert frame.startswith("https://rp.example/frontchannel?")


def test_page_goes_on_to_the_registered_address_with_state(used):
    """§3, then RP-Initiated Logout §3."""
    scene, hint = used
    end(scene, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="a b")

    assert scene.browser.element("continue").attributes["href"] == f"{AFTER}?state=a%20b"
    assert scene.error(prompt="none") == "login_required"


def test_only_those_origins_may_be_framed(used):
    """ux.md 1.4."""
    scene, hint = used
    end(scene, id_token_hint=hint)

    policy = scene.browser.answer.headers["content-security-policy"]
    assert "frame-src https://rp.example" in policy
    assert "frame-ancestors 'none'" in policy


def test_own_sign_out_asks_the_applications_too(used):
    scene, _ = used
    scene.browser.open("/login/sign-out").press("sign-out")
    assert len(frames(scene.browser.page)) == 1

    scene.browser.follow("Continue")

    assert scene.browser.sees("You're signed out")
    assert scene.browser.has("asked")
    assert not scene.browser.has("told")


def test_application_that_has_no_page_is_not_framed(make_scene):
    scene = make_scene()
    scene.tokens()

    scene.browser.open("/login/sign-out").press("sign-out")

    assert not frames(scene.browser.page)
    assert scene.browser.has("still-open")


@pytest.mark.parametrize(
    "uri", ["https://evil.example/x", "http://rp.example/x", "https://rp.example:444/x", "x"]
)
def test_page_is_of_the_origin_of_a_redirect_address(open_to_all, uri):
    """§2: domain, port and scheme."""
    answer = open_to_all.register(frontchannel_logout_uri=uri)

    assert error_of(answer) == "invalid_client_metadata"


def test_metadata_says_so(used):
    """§3."""
    scene, _ = used

    assert scene.rp.metadata["frontchannel_logout_supported"] is True
    assert scene.rp.metadata["frontchannel_logout_session_supported"] is True
