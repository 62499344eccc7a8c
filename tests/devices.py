"""What a person does with the code that a device shows, on the pages."""

from __future__ import annotations

from typing import Any

from tests.browser import Browser
from tests.relying_party import RelyingParty

PENDING, SLOWER = "authorization_pending", "slow_down"


def enter(browser: Browser, codes: dict[str, Any], *, typed: str = "") -> Browser:
    """Type the code, as it is shown unless `typed` says otherwise."""
    return browser.open("/login/device").press("continue", user_code=typed or codes["user_code"])


def connect(browser: Browser, codes: dict[str, Any], scopes: list[str] | None = None) -> Browser:
    """Type the code and connect; `scopes` ticks exactly these of the optional ones."""
    enter(browser, codes)
    assert browser.has("connect"), f"at {browser.at}: {browser.shown.text[:500]}"
    return browser.press("connect") if scopes is None else browser.press("connect", scope=scopes)


def told(party: RelyingParty, codes: dict[str, Any]) -> str:
    """Return what the device is told: an error, or nothing once it has tokens."""
    return str(party.poll(codes["device_code"]).json.get("error", ""))
