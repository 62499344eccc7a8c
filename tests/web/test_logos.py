"""Logos of applications: fetched once, drawn anew, served by us (security.md RG06, ux.md 1.4)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from app.models import ClientLogo
from app.services.clients import logos
from app.services.upkeep.memory import LONGEST_SECONDS
from tests import factories
from tests.browser import Browser
from tests.relying_party import RelyingParty
from tests.remote import Reply
from tests.transports import FlaskTransport

POLICY, TERMS = "https://photos.example/privacy", "https://openid.net/"


def drawn(kind: str = "PNG", size: tuple[int, int] = (600, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, kind)
    return out.getvalue()


@pytest.fixture
def transport(make_app, remote):
    return FlaskTransport(make_app(**remote.settings))


@pytest.fixture
def registered(db, remote):
    return factories.client(
        logo_uri=f"{remote.url}/logo", policy_uri=POLICY, tos_uri=TERMS, client_name="Photo Box"
    )


@pytest.fixture
def logo(transport, registered, settings):
    """Return a function that asks for the logo."""
    return lambda: transport.send("GET", f"{settings.issuer}/logo/{registered.client_id}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_logo_is_fetched_once_and_drawn_anew(logo, remote, kind):
    original = drawn(kind)
    remote.serve("/logo", original, Content_Type="text/html")

    answers = [logo() for _ in range(3)]

    assert remote.count("/logo") == 1
    for answer in answers:
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "max-age" in answer.headers["cache-control"]
        assert answer.content != original
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.size == (256, 128)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"GIF89a<script>alert(1)</script>",
        drawn()[:200],
        b"%!PS-Adobe-3.0 EPSF-3.0",
        drawn(size=(4000, 2000)),
        drawn() + b"x" * 600_000,
    ],
)  # fmt: skip
def test_what_is_no_picture_is_shown_to_nobody(logo, remote, db, content):
    """security.md RG06: polyglots, scripts, bombs."""
    remote.serve("/logo", content, Content_Type="image/png")

    answer = logo()

    assert answer.status == 200
    assert len(answer.content) < 100
    assert answer.headers["cache-control"] == "no-store"
    assert db.session.query(ClientLogo).one().fault


def test_trailing_bytes_do_not_travel_along(logo, remote):
    remote.serve("/logo", drawn() + b"<script>alert(1)</script>")

    assert b"script" not in logo().content


def test_host_that_fails_is_asked_again_later(logo, remote, clock):
    remote.replies["/logo"] = Reply(status=500)
    assert len(logo().content) < 100
    remote.serve("/logo", drawn())
    assert len(logo().content) < 100
    assert remote.count("/logo") == 1

    clock.move(logos.BETWEEN_TRIES)

    assert len(logo().content) > 100


def test_another_address_is_fetched_anew(logo, remote, registered, db, clock):
    remote.serve("/logo", drawn())
    logo()
    other = remote.serve("/other", drawn(size=(10, 10)))
    factories.clients.update(factories.clients.get(registered.client_id), {"logo_uri": other})
    db.session.commit()
    clock.move(seconds=LONGEST_SECONDS)

    with Image.open(BytesIO(logo().content)) as picture:
        assert picture.size == (10, 10)


def test_application_without_logo_has_none(db, transport, settings):
    plain = factories.client()

    for name in (plain.client_id, "unknown", "..%2f"):
        assert transport.send("GET", f"{settings.issuer}/logo/{name}").status == 404


def test_sign_in_page_shows_logo_policy_and_terms(registered, transport, settings, remote):
    """protocol.md 6, oidcc-registration-logo-uri, -policy-uri, -tos-uri."""
    rp = RelyingParty(
        transport, settings.issuer, client_id=registered.client_id, client_secret=registered.secret
    )
    browser = Browser(transport, settings.issuer)

    rp.authorize(browser)

    pictures = [image.get("src") for image in browser.page.root.find_all("img")]
    assert any(src.startswith(f"/logo/{registered.client_id}?v=") for src in pictures)
    links = [link.get("href") for link in browser.page.root.find_all("a")]
    assert POLICY in links
    assert TERMS in links
    assert remote.received == []  # the page waits for nobody


def test_logo_that_could_not_be_fetched_is_not_shown(registered, transport, settings, logo):
    logo()
    rp = RelyingParty(transport, settings.issuer, client_id=registered.client_id)
    browser = Browser(transport, settings.issuer)

    rp.authorize(browser)

    assert not [
        image for image in browser.page.root.find_all("img") if "/logo/" in image.get("src")
    ]
