"""Revoking a key from the browser: what follows is named, asked for once more, and recorded."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import commit
from app.models import AuditEvent, Family, RefreshToken
from app.security import secrets
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


def grant(db, person, client, **columns):
    """Let a person have signed in to a client; return what all their tokens there answer to."""
    moment = columns.pop("created_at")
    known = {"reference": "R", "scope": "openid", "epoch": person.epoch, "acr": "0", "amr": []}
    times = {"auth_time": moment, "created_at": moment, "code_expires_at": moment}
    place = {"user_id": person.id, "client_pk": client.id, "redirect_uri": "https://x.example/"}
    made = Family(id=secrets.new_id(), **known, **times, **place, **columns)
    db.session.add(made)
    db.session.flush()
    return made


def test_people_are_counted_whose_tokens_stop_working(app, db, clock):
    """Issue 5; ux.md 2.20: each once, and nobody whose tokens are dead or of another key."""
    clock.move(timedelta(days=1))
    kid = in_state("RS256", "current")
    photos, wiki = (factories.client(client_name=name).client for name in ("Photos", "Wiki"))
    signed(kid, photos, 3, clock() + timedelta(minutes=9))
    jane, max_, ann, bob = (factories.user() for _ in range(4))
    lately, once = clock() - timedelta(minutes=5), clock() - timedelta(hours=5)
    for created_at in (lately, lately):
        grant(db, jane, photos, created_at=created_at)
    renewed = grant(db, max_, photos, created_at=once)
    db.session.add(
        RefreshToken(
            digest="d",
            family_id=renewed.id,
            issued_at=lately,
            expires_at=clock() + timedelta(days=1),
        )
    )
    grant(db, ann, photos, created_at=lately, revoked_at=clock())
    grant(db, ann, photos, created_at=once)
    grant(db, bob, wiki, created_at=lately)
    db.session.commit()

    browser = browser_of(app, factories.admin())
    assert browser.open(f"/admin/keys/{kid}/revoke").sees("They are those of 2 people at most")
    told = app.test_cli_runner().invoke(args=["key", "revoke", kid, "--json"]).output
    assert json.loads(told) == {"kid": kid, "state": "gone", "people_at_most": 2}

    other = in_state("ES256", "current")
    assert not browser.open(f"/admin/keys/{other}/revoke").sees("They are those of")


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
