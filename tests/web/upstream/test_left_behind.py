"""People who leave for another provider: a stranger cannot fill the disk with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.clock import now
from app.models import Throttle, UpstreamSignIn
from app.services.upkeep import throttles
from tests import factories
from tests.administrators import browser_of, visitor

FEW = 3


@pytest.fixture
def few(monkeypatch, clock):
    """Let a network send only a few people away, at a time that stands still."""
    assert clock() <= now()
    monkeypatch.setattr(throttles, "SENT_AWAY", replace(throttles.SENT_AWAY, free=FEW))


def leave(app, provider):
    """Leave for the provider from a browser of its own; return the browser."""
    return visitor(app).open("/login/sign-in").press(f"upstream-{provider.slug}")


def test_network_from_which_too_many_leave_has_to_wait(few, app, provider, other, count, clock):
    for _ in range(FEW):
        assert leave(app, provider).left_for

    refused = leave(app, provider)

    assert refused.status == 429
    assert refused.answer.headers["retry-after"] == "30"
    assert count(UpstreamSignIn) == FEW
    clock.move(minutes=60)
    assert leave(app, provider).left_for


@pytest.mark.usefixtures("few")
def test_who_comes_back_does_not_count(app, provider, other, linked, db):
    """Many people may share an address: those who sign in are no flood."""
    linked(factories.user())
    for _ in range(FEW + 1):
        browser = leave(app, provider)
        assert browser.open(other.authorize(browser.left_for)).at == "/account/"

    assert not any(db.session.scalars(select(Throttle.failures)))


def test_who_cancels_there_does_not_count(few, app, provider, other, db):
    for _ in range(FEW + 1):
        browser = leave(app, provider)
        query = browser.left_for.partition("state=")[2].partition("&")[0]
        back = f"/login/upstream/{provider.slug}/callback?error=access_denied&state={query}"
        assert browser.open(back).at == "/login/sign-in"


def test_who_is_signed_in_and_links_does_not_count(few, app, provider, other, jane):
    browser = browser_of(app, jane)
    for _ in range(FEW + 1):
        browser.open("/account/upstreams").press(f"link-{provider.slug}")
        assert browser.left_for
