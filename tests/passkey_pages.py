"""What passkey.js does with a page, for browsers that run no script: a ceremony, and the answer."""

from __future__ import annotations

import json
from typing import Any

from tests.authenticator import TRUTH, Authenticator, Lie
from tests.browser import Browser


def options_on(browser: Browser, button: str) -> dict[str, Any]:
    """Return what the page asks of the browser when the button is pressed."""
    form = browser.shown.form_of(browser.element(button))
    asked: dict[str, Any] = json.loads(form.get("data-options"))
    return asked


def use(browser: Browser, device: Authenticator, lie: Lie = TRUTH, **told: str) -> Browser:
    """Press the button that uses a passkey; `told` is what else scripts write into its form."""
    answer = device.sign(options_on(browser, "use-passkey"), lie)
    return browser.press("use-passkey", credential=answer, **told)


def create(
    browser: Browser, device: Authenticator | None = None, lie: Lie = TRUTH
) -> Authenticator:
    """Press the button that makes one; return what holds it."""
    made = device or Authenticator()
    answer = made.make(options_on(browser, "create-passkey"), lie)
    browser.press("create-passkey", credential=answer)
    return made
