"""Requests that wait for their person: a stranger cannot fill the disk with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.models import Attempt, Interaction, Throttle
from app.services.upkeep import throttles
from tests.administrators import visitor
from tests.factories import PASSWORD

FEW = 3


@pytest.fixture
def few(monkeypatch, clock):
    """Let a network leave only a few requests behind, at a time that stands still."""
    assert clock() <= now()
    monkeypatch.setattr(throttles, "PARKED", replace(throttles.PARKED, free=FEW))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_network_that_leaves_too_many_has_to_wait(few, rp, browser, db, clock, method):
    """A request that came by POST is kept before anybody is seen."""
    url, _, query = rp.authorization_url().partition("?")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask():
        if method == "GET":
            return browser.transport.send("GET", f"{url}?{query}")
        return browser.transport.send("POST", url, headers=headers, content=query.encode())

    for _ in range(FEW):
        assert ask().status == 303
    refused = ask()

    assert refused.status == 429
    assert refused.headers["retry-after"] == "30"
    assert db.session.scalar(select(func.count()).select_from(Interaction)) == FEW
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == FEW
    clock.move(minutes=60)
    assert ask().status == 303


def test_requests_that_are_answered_do_not_count(few, rp, app, jane, db):
    for _ in range(FEW + 1):
        browser = visitor(app)
        rp.authorize(browser)
        browser.sign_in(jane.email, PASSWORD)
        if not browser.left_for:
            browser.allow()
        assert rp.callback(browser).code

    assert not any(db.session.scalars(select(Throttle.failures)))


def test_silent_request_does_not_count(few, rp, signed_in, db):
    rp.authorize(signed_in)
    signed_in.allow()
    for _ in range(FEW + 1):
        rp.authorize(signed_in)
        assert rp.callback(signed_in).code


@pytest.mark.parametrize(
    ("name", "longest"),
    [("login_hint", 320), ("scope", 1_000), ("acr_values", 200), ("ui_locales", 200)],
)
def test_what_is_kept_of_a_request_has_bounds(rp, browser, name, longest):
    rp.authorize(browser, **{name: "openid ".ljust(longest + 1, "x")})

    assert rp.callback(browser).error == "invalid_request"
