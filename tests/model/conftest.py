"""What the model runs on, and a count of what it has reached."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

import pytest
from flask import Flask

from tests.model.choices import VERSION
from tests.model.hunts import BUGS, DEEPER_BUGS
from tests.remote import remote_host
from tests.stages import Stage
from tests.upstream_host import UpstreamHost


def pytest_generate_tests(metafunc):
    """Look for every planted bug when there is time, and for the nearer ones at every run."""
    if "bug" in metafunc.fixturenames:
        is_thorough = metafunc.config.getoption("--thorough") > 1
        metafunc.parametrize("bug", [*BUGS, *(DEEPER_BUGS if is_thorough else ())])


@pytest.fixture
def reached():
    """Return how often the model has come to what it is about."""
    return Counter()


@dataclass
class Place:
    """Where the model plays: an application that reaches another provider, and its database."""

    stage: Stage
    app: Flask
    upstream: UpstreamHost

    def clean(self) -> list[str]:
        """Leave nothing behind."""
        self.app.extensions["sealwax.memory"].clear()
        self.upstream.codes.clear()
        return self.stage.clean()


@pytest.fixture
def place(stage):
    """Return where the model plays."""
    with remote_host() as host:
        wanted = {"terms_version": VERSION, "sign_up_asks": ("nickname*",)}
        yield Place(stage, stage.variant(**wanted, **host.settings), UpstreamHost(host))


@pytest.fixture
def made_of(place, clock, reached):
    """Return what makes machines of a class in this place."""
    return lambda machine: partial(machine, place, clock, reached)
