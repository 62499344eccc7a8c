"""What a browser calls itself, in two words that its owner recognises."""

from __future__ import annotations

from flask_babel import gettext as _

#: The order matters: every browser claims to be some of the others too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
PHONES = ("iPhone", "iPad", "Android")


def describe(user_agent: str) -> str:
    """Return something like `Firefox on Linux`."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))


def is_phone(user_agent: str) -> bool:
    """Tell whether a browser runs on something that one holds in the hand."""
    return any(sign in user_agent for sign in PHONES)
