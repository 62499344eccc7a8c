"""What a worker sees in passing: who fetched the keys, who asks for tokens, what was signed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.database import commit
from app.jobs import cleanup
from app.models import ClientAddress, KeyFetch, SignedTokens
from app.rsgi import address_of
from app.services.authorization import key_evidence, keys, sightings
from app.web import seen
from tests.transports import FlaskTransport

JWKS = "https://id.example/jwks.json"


def fetch(app):
    """Fetch the key set as a program does; the test's own address is 127.0.0.1."""
    agent = {"User-Agent": "photo-box/1.0"}
    return FlaskTransport(app).send("GET", JWKS, headers=agent)


def next_key(alg="RS256"):
    """Return the key that is published and does not sign yet."""
    return next(key for key in keys.listed() if (key.alg, key.state) == (alg, "next"))


def witness(app, client_id):
    """Return what is known about a client after everything seen was written."""
    seen.write(app)
    return next(one for one in key_evidence.witnesses() if one.client_id == client_id)


def test_client_that_fetched_the_next_key_is_known(app, scene, clock):
    """product.md, number 5: per-client proof that the next key was fetched."""
    clock.move(timedelta(minutes=1))
    scene.tokens()
    assert not witness(app, scene.rp.client_id).has_fetched(next_key())

    fetch(app)

    found = witness(app, scene.rp.client_id)
    assert found.has_fetched(next_key())
    assert (found.address, found.agent, found.alg) == ("127.0.0.1", "photo-box/1.0", "RS256")


def test_fetch_of_before_is_no_evidence_for_a_newer_key(app, scene, clock):
    """A fetch proves only what was in the key set then."""
    clock.move(timedelta(minutes=1))
    scene.tokens()
    fetch(app)
    keys.rotate("RS256", force=True)
    commit()
    clock.move(timedelta(seconds=30))

    assert not witness(app, scene.rp.client_id).has_fetched(next_key())
    fetch(app)
    assert witness(app, scene.rp.client_id).has_fetched(next_key())


def test_fetch_a_moment_after_a_key_is_made_is_no_evidence(app, scene, clock):
    """README: a worker's copy may be seconds old, and what it answered cannot be told later."""
    scene.tokens()
    keys.rotate("RS256", force=True)
    commit()
    fetch(app)

    assert not witness(app, scene.rp.client_id).has_fetched(next_key())


def test_address_of_a_person_is_not_kept(app, make_scene, db):
    """A client without a secret runs on its person's device: its address is theirs."""
    make_scene("spa").tokens()

    seen.write(app)

    assert db.session.scalars(select(ClientAddress)).all() == []


def test_refused_client_leaves_no_address(app, scene, db):
    """Whoever guesses secrets must not become a witness for the client."""
    code = scene.code()
    scene.rp.client_secret = "wrong"
    assert scene.rp.redeem(code).status == 401

    seen.write(app)

    assert db.session.scalars(select(ClientAddress)).all() == []


def test_tokens_are_counted_by_key_client_and_expiry(app, scene, clock):
    """Issue 5: how many tokens a retirement would break."""
    clock.move(timedelta())
    rs256, es256 = keys.signer("RS256").kid, keys.signer("ES256").kid
    for _ in range(3):
        scene.tokens()

    seen.write(app)

    assert key_evidence.living([rs256, es256]) == {rs256: 3, es256: 3}
    (told,) = key_evidence.by_client(rs256)
    assert (told.client_id, told.count) == (scene.rp.client_id, 3)
    assert sum(count for _, count in key_evidence.by_expiry(es256)) == 3

    clock.move(timedelta(minutes=16))
    assert key_evidence.living([rs256, es256]) == {}


def test_two_workers_add_up(app, make_app, scene, clock):
    other = make_app()
    kid = keys.signer("RS256").kid
    expires = int((clock() + timedelta(minutes=5)).timestamp())
    for worker in (app, other, other):
        with worker.app_context():
            sightings.here().signed(kid, "x", expires)
        seen.write(worker)

    assert key_evidence.living([kid]) == {kid: 3}


def test_notes_are_bounded(app, db):
    """An attacker with many addresses fills neither memory nor table (security.md RL)."""
    notes = sightings.here()
    for number in range(sightings.MOST_FETCHERS + 50):
        address = f"2001:db8::{number:x}"
        if notes.is_new_fetcher(address):
            notes.fetched(address, "")

    assert len(notes.taken().fetched) == sightings.MOST_FETCHERS


def test_hostile_agent_is_bounded_and_masked(app, db):
    """An agent is a stranger's text: bounded, one line."""
    sightings.here().fetched("::ffff:192.0.2.1", "a\nb" + "x" * 5_000)

    seen.write(app)

    (row,) = db.session.scalars(select(KeyFetch))
    assert row.address == "192.0.2.1"
    assert len(row.agent) <= sightings.LONGEST_AGENT
    assert row.agent.isprintable()


def test_database_that_is_away_loses_no_note(app, db, clock, monkeypatch):
    notes = sightings.here()
    notes.fetched("192.0.2.1", "a")
    notes.signed("kid", "x", 1)

    taken = notes.taken()
    notes.give_back(taken)

    assert notes.taken() == taken


def test_what_is_old_is_swept(app, clock, db):
    sightings.here().fetched("192.0.2.1", "a")
    sightings.here().called("x", "192.0.2.1")
    sightings.here().signed("kid", "x", int(clock().timestamp()))
    seen.write(app)
    clock.move(timedelta(days=31))

    cleanup.clean()

    for table in (KeyFetch, ClientAddress, SignedTokens):
        assert db.session.scalars(select(table)).all() == []


@pytest.mark.parametrize(
    ("proxies", "lines", "expected"),
    [
        (0, ["192.0.2.9"], "127.0.0.1"),
        (1, ["192.0.2.9"], "192.0.2.9"),
        (1, ["10.0.0.1, 192.0.2.9"], "192.0.2.9"),
        (2, ["192.0.2.9", "10.0.0.1"], "192.0.2.9"),
        (2, ["192.0.2.9"], "127.0.0.1"),
        (1, [], "127.0.0.1"),
    ],
)
def test_gate_reads_the_address_as_the_pages_do(proxies, lines, expected):
    """An address that a stranger wrote into X-Forwarded-For is not believed."""
    headers = SimpleNamespace(get_all=lambda _name: lines)

    scope = SimpleNamespace(client="127.0.0.1:5000", headers=headers)
    assert address_of(scope, proxies) == expected
