"""Chromium: a real browser that watches the page it shows, for journeys and the gallery.

One browser serves a whole test process; every test gets contexts of its own.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "Chromium is not installed: on Debian, apt-get install chromium"
#: Chromium calls nobody on its own account.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
#: What the console says about an answer of 4xx, which a page may well be meant to have.
ABOUT_STATUS = "Failed to load resource: the server responded with a status of 4"
#: A page that was left before it had faded in (app.css, @view-transition).
ABOUT_FADING = "Transition was aborted"


def program() -> str | None:
    """Return the path of Chromium, None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@cache
def chromium() -> Browser:
    """Start Chromium once for this process."""
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
    atexit.register(playwright.stop)
    atexit.register(browser.close)
    return browser


@dataclass
class Watched:
    """A page, and everything it should not have done."""

    page: Page
    origins: set[str]
    faults: list[str] = field(default_factory=list)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ABOUT_STATUS):
            self.faults.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((*self.origins, "data:")):
            self.faults.append(f"a request to {request.url}")

    def _fail(self, error: Error) -> None:
        if ABOUT_FADING not in error.message:
            self.faults.append(f"script: {error}")

    def watch(self) -> None:
        """Note what the console says, scripts that fail, and requests to strangers."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._fail)
        self.page.on("request", self._see)


@contextmanager
def visiting(*origins: str, **options: Any) -> Iterator[Page]:
    """Open a page in a new context; at the end, fail for whatever it should not have done.

    Options are those of a Playwright context, such as `java_script_enabled=False`.
    """
    context = chromium().new_context(**options)
    try:
        page = context.new_page()
        watched = Watched(page, {f"{origin}/" for origin in origins})
        watched.watch()
        yield page
        assert not watched.faults, "\n".join(watched.faults)
    finally:
        context.close()
