"""Revoking a key from the browser: what follows is named, asked for once more, and recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import commit
from app.models import AuditEvent
from app.security.jose import ALGORITHMS, ENCRYPTION
from app.services.authorization import keys, sightings
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


def in_state(alg, state):
    """Return the id of the key of an algorithm in this state."""
    return next(key.kid for key in keys.listed() if (key.alg, key.state) == (alg, state))


def signed(kid, client, count, expires):
    """Note that a key has signed tokens for a client, and write it."""
    for _ in range(count):
        sightings.here().signed(kid, client.client_id, int(expires.timestamp()))
    sightings.write(sightings.here().taken())
    commit()


@pytest.mark.parametrize("state", ["current", "next", "retired"])
def test_administrator_revokes_a_key_in_any_state(browser, admin, db, state):
    """Issue 5: emergency revoke; audited with who, which and why."""
    if state == "retired":
        keys.rotate("ES256", force=True)
        commit()
    kid = in_state("ES256", state)
    browser.open("/admin/keys").follow("Revoke…").open(f"/admin/keys/{kid}/revoke")

    browser.press("revoke", reason="Backup tape  was lost", sure="y")

    assert browser.sees("The key is gone.")
    assert kid not in keys.verifiers()
    assert kid not in str(keys.public_jwks())
    assert in_state("ES256", "current") != kid != in_state("ES256", "next")
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.KEY_REVOKED)
    ).one()
    assert event.actor_id == admin.id
    assert event.details == {
        "kid": kid,
        "alg": "ES256",
        "state": state,
        "reason": "Backup tape was lost",
    }


def test_nothing_happens_until_it_is_meant(browser):
    """ux.md 2.0.9: destructive acts say what follows and need a second step."""
    kid = in_state("RS256", "current")
    browser.open(f"/admin/keys/{kid}/revoke")

    browser.press("revoke", reason="Why not")

    assert browser.status == 422
    assert browser.sees("Tick this to revoke the key.")
    assert kid in keys.verifiers()


def test_everybody_affected_is_named(browser, clock):
    """Issue 5: the count of tokens hit, by application and by expiry."""
    clock.move(timedelta())
    kid = in_state("RS256", "current")
    photos, wiki = (factories.client(client_name=name).client for name in ("Photos", "Wiki"))
    signed(kid, photos, 3, clock() + timedelta(minutes=9))
    signed(kid, photos, 2, clock() + timedelta(minutes=40))
    signed(kid, wiki, 1, clock() + timedelta(minutes=9))
    signed(kid, wiki, 7, clock() - timedelta(minutes=9))
    signed(in_state("ES256", "current"), wiki, 50, clock() + timedelta(minutes=9))

    browser.open(f"/admin/keys/{kid}/revoke")

    assert browser.sees("6 living tokens stop working")
    rows = [row.text.split() for row in browser.shown.root.find_all("tr")]
    assert ["Photos", "5"] in [row[:2] for row in rows]
    assert ["Wiki", "1"] in [row[:2] for row in rows]


@pytest.mark.parametrize("alg", [*ALGORITHMS, *ENCRYPTION])
def test_key_of_any_kind_is_replaced(browser, alg):
    kid = in_state(alg, "current")

    browser.open(f"/admin/keys/{kid}/revoke").press("revoke", sure="y")

    assert browser.sees("The key is gone.")
    assert kid not in str(keys.public_jwks())
    assert kid not in {in_state(alg, "current"), in_state(alg, "next")}


@pytest.mark.parametrize("kid", ["nobody", "%20", "gone"])
def test_unknown_key_cannot_be_revoked(browser, kid):
    if kid == "gone":
        kid = in_state("RS256", "next")
        keys.revoke(kid)
        commit()

    browser.open(f"/admin/keys/{kid}/revoke")

    assert browser.status == 404


def test_long_words_are_refused(browser):
    kid = in_state("RS256", "next")

    browser.open(f"/admin/keys/{kid}/revoke").press("revoke", sure="y", reason="a" * 201)

    assert browser.status == 422
    assert kid in keys.verifiers()


def test_it_is_asked_who_is_there_when_that_was_long_ago(app, admin, clock):
    """Security.md SE: an act that hurts everybody wants a recent sign-in."""
    browser = browser_of(app, admin)
    kid = in_state("RS256", "next")
    clock.move(timedelta(minutes=45))

    browser.open(f"/admin/keys/{kid}/revoke")

    assert browser.at.startswith("/login/")
