"""Redirect URIs are compared byte for byte (RFC 9700 §2.1, §4.1.3)."""

from __future__ import annotations

import pytest

from app.security import uris

REGISTERED = "https://rp.example/cb"
#: Ways of writing nearly the same address, or somebody else's.
MUTATIONS = [
    *(REGISTERED + tail for tail in ("/", "?", "#", "?a=b", "/..", "/.", "//", ";x", "%20", " ")),
    *(
        REGISTERED + tail
        for tail in ("\t", "\n", "\r\n", "\x00", "%00", "%2f", "\\", "/%2e%2e", "#x")
    ),
    *(head + REGISTERED for head in (" ", "\t", "\x00", "x", "//", "view-source:", "blob:")),
    "HTTPS://rp.example/cb",
    "https://RP.example/cb",
    "https://rp.example/CB",
    "https://rp.example/%63b",
    "https://rp.example/./cb",
    "https://rp.example/x/../cb",
    "https://rp.example//cb",
    "https://rp.example:443/cb",
    "https://rp.example./cb",
    "https://rp.example.evil.example/cb",
    "https://evil.example/rp.example/cb",
    "https://rp.example@evil.example/cb",
    "https://rp.example:x@evil.example/cb",
    "https://evil.example#@rp.example/cb",
    "https://evil.example?@rp.example/cb",
    "https://evil.example\\@rp.example/cb",
    "https://user@rp.example/cb",
    "https:rp.example/cb",
    "https:/rp.example/cb",
    "https:///rp.example/cb",
    "https:\\\\rp.example\\cb",
    "http://rp.example/cb",
    "//rp.example/cb",
    "/cb",
    "cb",
    "",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://rp。example/cb",
    "https://rp.exam\u00adple/cb",
    "https://xn--rp-example/cb",
    "https://[::1]/cb",
    "https://rp.example/cb\u202e",
    "https://rp.example/c\uff42",
]
LOOPBACK = "http://127.0.0.1/cb"


@pytest.mark.parametrize("presented", MUTATIONS)
@pytest.mark.parametrize("native", [False, True])
def test_nothing_but_the_very_bytes_matches(presented: str, *, native: bool) -> None:
    """security.md RU01."""
    assert not uris.matches(presented, [REGISTERED], native=native)


@pytest.mark.one_engine
def test_authorization_endpoint_agrees(scene) -> None:
    """security.md RU01, over HTTP: no redirect to any of them."""
    for presented in MUTATIONS:
        scene.rp.authorize(scene.browser, redirect_uri=presented)

        assert scene.browser.left_for == "", presented
        assert scene.browser.status == 400, presented


@pytest.mark.parametrize(
    ("presented", "fits"),
    [
        ("http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:0/cb", True),
        ("http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1:49152/cb/", False),
        ("http://127.0.0.1:49152/other", False),
        ("http://localhost:49152/cb", False),
        ("http://127.0.0.1.evil.example:80/cb", False),
        ("http://127.0.0.1:80@evil.example/cb", False),
        ("https://127.0.0.1:49152/cb", False),
        ("http://127.0.0.2:49152/cb", False),
    ],
)
def test_port_of_a_native_loopback_address_may_vary(presented: str, *, fits: bool) -> None:
    """RFC 8252 §7.3: loopback IP literals of native clients alone."""
    assert uris.matches(presented, [LOOPBACK], native=True) is fits
    same = presented == LOOPBACK
    assert uris.matches(presented, [LOOPBACK], native=False) is same


@pytest.mark.parametrize(
    "uri",
    [
        "http://rp.example/cb",
        "https://rp.example/cb#x",
        "https://user@rp.example/cb",
        "https://rp.example/cb?code=1",
        "https://rp.example/cb?a=b&state=x",
        "https://rp.example/cb?%63ode=1",
        "https://rp.example/cb?id_token=x",
        "https://rp.example/*",
        "https://rp.exämple/cb",
        "https://intranet/cb",
        "https://rp.example/c b",
        "https://rp.example/c\\b",
        "https://rp.example/\x00",
        "https://",
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://rp.example/x",
        "file:///etc/passwd",
        "about:blank",
        "myapp://cb",
        "",
        "x" * 3000,
    ],
)
@pytest.mark.parametrize("native", [False, True])
def test_address_that_may_not_be_registered(uri: str, *, native: bool) -> None:
    """security.md RU03, RU04: refused with words that say what to change."""
    fault = uris.redirect_fault(uri, native=native)

    assert fault
    assert len(fault) > 10


@pytest.mark.parametrize(
    ("uri", "native"),
    [
        ("https://rp.example/cb", False),
        ("https://rp.example:8443/cb?tenant=a", False),
        ("http://localhost:9000/cb", False),
        ("http://127.0.0.1/cb", True),
        ("http://[::1]:8080/cb", True),
        ("com.example.app:/cb", True),
    ],
)
def test_address_that_may_be_registered(uri: str, *, native: bool) -> None:
    """RFC 8252 §7: https, loopback, and reversed domain names of native apps."""
    assert uris.redirect_fault(uri, native=native) is None
