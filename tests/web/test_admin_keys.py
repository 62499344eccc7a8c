"""Keys: see their lives, rotate now."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, SigningKey
from app.security.jose import ALGORITHMS
from app.services.authorization import keys
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser, on the page of keys."""
    return browser_of(app, admin).open("/admin/keys")


def states(alg):
    """Return the states of the keys of an algorithm, by their id."""
    return {key.kid: key.state for key in keys.listed() if key.alg == alg}


def token(browser):
    """Return the CSRF field of the page."""
    return dict([browser.fill("rotate-RS256").fields[0]])


def test_every_algorithm_shows_who_signs_and_who_is_next(browser, settings):
    assert browser.element("jwks-url").text == f"{settings.issuer}/jwks.json"
    for alg in ALGORITHMS:
        words = browser.element(alg).text
        assert "Signing" in words, alg
        assert "Waiting its turn" in words, alg


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_next_key_signs_at_once(browser, admin, db, alg):
    """ux.md 2.20: rotate now; what the old key signed stays valid."""
    before = states(alg)

    browser.press(f"rotate-{alg}")

    assert browser.sees("The next key signs from now on.")
    assert "Verifying only" in browser.element(alg).text
    turned = {before[kid]: state for kid, state in states(alg).items() if kid in before}
    assert turned == {"next": "current", "current": "retired"}
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.KEY_ROTATED)
    ).one()
    assert event.actor_id == admin.id


def test_key_that_was_published_just_now_does_not_sign(browser):
    browser.press("rotate-ES256")
    before = states("ES256")

    browser.press("rotate-ES256")

    assert browser.status == 403
    assert "Try again in 16 minutes" in browser.element("problem").text
    assert states("ES256") == before


def test_rotation_of_one_algorithm_leaves_the_others(browser):
    before = states("ES256")

    browser.press("rotate-RS256")

    assert states("ES256") == before


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"act": "rotate"}, 400),
        ({"act": "rotate", "alg": "HS256"}, 400),
        ({"act": "retire"}, 400),
    ],
)
def test_unknown_act_changes_nothing(browser, fields, status):
    before = [states(alg) for alg in ALGORITHMS]

    browser.post("/admin/keys", {**token(browser), **fields})

    assert browser.status == status
    assert [states(alg) for alg in ALGORITHMS] == before


def test_form_of_another_site_rotates_nothing(browser):
    before = states("RS256")

    browser.post(
        "/admin/keys", {"act": "rotate", "alg": "RS256"}, from_site="https://other.example"
    )

    assert browser.status == 400
    assert states("RS256") == before


def test_private_parts_are_never_shown(browser, db):
    """ux.md 2.20: neither the sealed nor the open private key."""
    for key in db.session.scalars(select(SigningKey)):
        assert key.private_sealed not in browser.answer.text
        assert "PRIVATE KEY" not in browser.answer.text


def test_date_of_the_next_turn_moves_with_the_rotation(app, browser, admin, db, clock, settings):
    clock.move(settings.key_rotation / 2)
    browser = browser_of(app, admin)
    day = f"{(clock() + settings.key_rotation):%Y-%m-%d}"

    browser.open("/admin/keys").press("rotate-EdDSA")

    assert day in browser.answer.text
