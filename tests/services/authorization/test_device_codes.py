"""Requests of devices: found by two codes that are kept nowhere, answered and redeemed once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from app.models import DeviceCode, Family
from app.services.authorization import codes, device_codes, sessions
from app.services.authorization.device_codes import DeviceGone
from app.services.clients import clients
from tests import factories
from tests.at_once import race
from tests.secrets_seen import remember


@pytest.fixture
def tv(db):
    """Return an application for devices."""
    return factories.client("device", scope="openid email").client


@pytest.fixture
def parked(tv, db):
    """Return the device code and the user code of a request that waits."""
    found = device_codes.park(tv, "openid email", reference="K7Q2-9FXM", address="192.0.2.1")
    db.session.commit()
    return [remember(code) for code in found]


@pytest.fixture
def jane(db):
    """Return Jane, signed in."""
    _session, token = factories.session(factories.user())
    return sessions.find(token)


def _approve(parked, jane):
    found = device_codes.find_typed(parked[1])
    if found is None:
        raise DeviceGone
    device, client_id = found
    client = clients.find(client_id)
    device_codes.approve(device, client, jane, scope="openid", address="192.0.2.2")


def test_request_is_found_by_either_code_and_by_nothing_else(parked, tv):
    device_code, user_code = parked

    assert device_codes.find(device_code).device_client_pk == tv.id
    assert device_codes.find_typed(user_code.lower())[1] == tv.client_id
    assert device_codes.find(user_code) is None
    assert device_codes.find_typed(device_code) is None


def test_one_of_eight_answers_counts(app, parked, jane, db):
    """RFC 8628 §3.3, reliability.md R7: no family is left of those that came too late."""
    came_through = race(app, lambda: _approve(parked, jane), losing=(DeviceGone,))

    assert came_through == 1
    assert len(db.session.scalars(select(Family)).all()) == 1


def test_yes_and_no_at_once_are_one_answer(app, parked, jane, db):
    digest = db.session.scalars(select(DeviceCode.digest)).one()
    turns = iter([lambda: _approve(parked, jane), lambda: device_codes.deny(digest)] * 4)

    def answer():
        next(turns)()

    came_through = race(app, answer, losing=(DeviceGone,))

    assert came_through == 1
    row = db.session.scalars(select(DeviceCode)).one()
    assert (row.family_id is None) is (row.denied_at is not None)


def test_one_of_eight_redeems(app, parked, jane, db):
    """RFC 8628 §3.4: one conditional UPDATE, as for authorization codes."""
    _approve(parked, jane)
    db.session.commit()
    family_id = device_codes.find(parked[0]).family_id

    class Spent(Exception):
        """Somebody was first."""

    def redeem():
        if not codes.redeem(family_id):
            raise Spent

    assert race(app, redeem, losing=(Spent,)) == 1


def test_of_eight_polls_one_is_in_time_and_each_other_makes_it_wait_longer(app, parked, db):
    """RFC 8628 §3.5."""
    early = []

    def poll():
        if not device_codes.poll(device_codes.find(parked[0])):
            early.append(1)

    race(app, poll, losing=())

    row = db.session.scalars(select(DeviceCode)).one()
    assert (len(early), row.polls, row.interval) == (7, 8, 5 + 7 * 5)


def test_answer_uses_the_user_code_up(parked, jane, db):
    _approve(parked, jane)
    db.session.commit()

    assert device_codes.find_typed(parked[1]) is None
    with pytest.raises(DeviceGone):
        _approve(parked, jane)


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_nobody_answers_too_late(clock, parked, jane, db, act):
    device, client_id = device_codes.find_typed(parked[1])
    known = {"scope": "openid", "address": ""}
    acts = {
        "approve": partial(device_codes.approve, device, clients.find(client_id), jane, **known),
        "deny": partial(device_codes.deny, device.digest),
    }
    clock.move(device_codes.LIFETIME)

    with pytest.raises(DeviceGone):
        acts[act]()
    db.session.rollback()
    assert db.session.scalars(select(Family)).all() == []
