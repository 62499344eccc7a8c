"""The board of what an application is allowed: one that has used a part of it, and its page."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.models import User
from app.services.clients import clients
from tests.administrators import browser_of
from tests.browser import Browser
from tests.clock import Clock
from tests.relying_party import CALLBACK, RelyingParty

OLD = "https://rp.example/old"
SCOPE = "openid email phone photos:read offline_access"


def used_today(register: Any, app: Flask, jane: User, clock: Clock) -> RelyingParty:
    """Return an application that was used today, ninety days after it was registered."""
    rp: RelyingParty = register(
        redirect_uris=[CALLBACK, OLD],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scope=SCOPE,
    )
    clock.move(days=90)
    sign_in(app, rp, jane, scope="openid email")
    return rp


def sign_in(app: Flask, rp: RelyingParty, jane: User, **changes: str) -> dict[str, Any]:
    """Let Jane sign in to the application and allow what it asks for; return the tokens."""
    browser = browser_of(app, jane)
    rp.authorize(browser, **changes)
    if browser.page is not None and browser.has("allow"):
        browser.allow()
    answer = rp.redeem(rp.callback(browser).code)
    assert answer.status == 200, answer.text
    tokens: dict[str, Any] = answer.json
    return tokens


def board(browser: Browser, rp: RelyingParty, days: int = 90) -> Browser:
    """Open the board of an application."""
    return browser.open(f"/admin/applications/{rp.client_id}/allowed?days={days}")


def unused(browser: Browser) -> set[str]:
    """Return what the board offers to take away."""
    return {
        box.get("value")
        for box in browser.shown.root.find_all("input")
        if box.get("name") == "take"
    }


def stored(rp: RelyingParty, name: str) -> Any:
    """Return a setting as it is stored now."""
    return clients.get(rp.client_id).setting(name)
