"""The phone of somebody with an authenticator app: it shows the code of the moment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.clock import now
from app.security import totp
from tests.browser import Browser
from tests.letters import Letters
from tests.secrets_seen import remember


@dataclass(frozen=True)
class Phone:
    """An app that holds one seed."""

    seed: str = field(repr=False)

    @property
    def code(self) -> str:
        """Return what it shows now, in two groups as apps do."""
        return self.shown(0)

    @property
    def wrong_code(self) -> str:
        """Return a code that it shows neither now nor around now."""
        near = {totp.code_at(self.seed, totp.step_at(now()) + step) for step in (-1, 0, 1)}
        return next(code for code in map(str, range(100_000, 100_010)) if code not in near)

    def shown(self, steps: int) -> str:
        """Return what it shows so many steps of 30 seconds from now."""
        code = totp.code_at(self.seed, totp.step_at(now()) + steps)
        return f"{code[:3]} {code[3:]}"


def prove_mailbox(browser: Browser, letters: Letters, email: str) -> Browser:
    """Ask for the code that goes to the mailbox, and type it; it leads to what is set up."""
    assert browser.at == "/login/prove-mailbox"
    return browser.press("send").press("confirm", code=letters.code(email))


def scan(browser: Browser) -> Phone:
    """Return a phone into which the key on the page was typed."""
    return Phone(remember(browser.element("key").text.replace(" ", "")))


def recovery_codes(browser: Browser) -> list[str]:
    """Return the recovery codes that a page shows."""
    codes = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", browser.element("codes").text)
    return [remember(code) for code in codes]
