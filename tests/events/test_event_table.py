"""What becomes of all that was given out when something happens to an account."""

from __future__ import annotations

import pytest

from tests.events.acts import ACTS, WITHOUT_PHONE
from tests.events.artefacts import AT_ONCE, BY_A_CLIENT
from tests.events.scene import Scene
from tests.events.table import rows
from tests.remote import remote_host
from tests.workers import each_worker

ROWS = dict(rows())
SIGNS = {True: "+", False: "-"}


@pytest.fixture
def workers(live):
    with each_worker(live) as connections:
        yield connections


@pytest.fixture(scope="module")
def remote():
    with remote_host() as host:
        yield host


def test_every_row_and_column_is_played():
    cells = {*AT_ONCE, *BY_A_CLIENT}

    assert set(ROWS) == set(ACTS)
    assert all(set(row) == cells for row in ROWS.values())


@pytest.mark.parametrize("event", ROWS)
def test_what_was_given_out_lives_or_dies_as_the_table_says(event, live, workers, remote, db):
    """security.md SE04, CD05, RT06, RT08, PW06, CO06, MF06, AT05: on two workers."""
    assert db.engine, "a context of the application is open"
    scene = Scene(live, workers, remote, has_phone=event not in WITHOUT_PHONE)

    ACTS[event](scene)

    faults = [*_judge(scene, event, AT_ONCE)]
    scene.settle()
    faults += _judge(scene, event, BY_A_CLIENT)
    assert not faults, "\n".join(faults)


def _judge(scene, event, probes):
    for name, probe in probes.items():
        expected = ROWS[event][name]
        if expected == ".":
            continue
        found = SIGNS[probe(scene)]
        if found != expected:
            yield f"{event}: {name} is {found}, should be {expected}"
