"""What people do on the page of their addresses, as steps of stories."""

from __future__ import annotations

from tests.browser import Browser
from tests.letters import Letters
from tests.pages import Element

NEW = "jane@work.example"
THIRD = "jane@third.example"
NEW_PASSWORD = "four green boats sail home"


def add(browser: Browser, email: str = NEW) -> Browser:
    """Ask for one more address; the browser shows where to type the code."""
    return browser.open("/account/emails").press("add", email=email)


def added(browser: Browser, letters: Letters, email: str = NEW) -> Browser:
    """Add an address and confirm it."""
    add(browser, email).press("confirm", code=letters.code(email))
    assert browser.sees("The address is confirmed.")
    return browser


def promoted(browser: Browser, letters: Letters, email: str = NEW) -> Browser:
    """Add an address, confirm it, make it the primary one."""
    added(browser, letters, email)
    return promote(browser, email)


def promote(browser: Browser, email: str) -> Browser:
    """Press the button beside an address."""
    return press_beside(browser, email, "primary")


def press_beside(browser: Browser, email: str, act: str) -> Browser:
    """Press the button of a kind that stands beside an address."""
    browser.open("/account/emails")
    number = 1 + [row.find_all("bdi")[0].text for row in rows(browser)].index(email)
    return browser.press(f"{act}-{number}")


def rows(browser: Browser) -> list[Element]:
    """Return the list items of the addresses."""
    return [item for item in browser.shown.root.find_all("li") if item.find_all("bdi")]
