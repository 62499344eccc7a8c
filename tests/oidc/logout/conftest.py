"""An application that is to be told of sign-outs, on a host of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.jobs import logouts as job
from tests.oidc.conftest import Scene
from tests.remote import Remote, Reply, remote_host


@pytest.fixture
def remote() -> Iterator[Remote]:
    with remote_host() as host:
        host.replies["/backchannel"] = Reply(status=200)
        yield host


@pytest.fixture
def deliver(make_app: Callable[..., Flask], remote: Remote) -> Callable[[], None]:
    """Return a function that runs the job once, on a provider that may reach the host."""
    app = make_app(**remote.settings)

    def once() -> None:
        with app.app_context():
            job.deliver()

    return once


@pytest.fixture
def used(make_scene: Callable[..., Scene], remote: Remote) -> Scene:
    """Return a scene whose client wants to be told, and was signed in to."""
    scene = make_scene(
        grant_types=["authorization_code"],
        backchannel_logout_uri=f"{remote.url}/backchannel",
        backchannel_logout_session_required=True,
    )
    scene.tokens()
    return scene


def sign_out(scene: Scene) -> None:
    """Sign the person out on our own page."""
    scene.browser.open(f"{scene.rp.issuer}/login/sign-out").press("sign-out")
