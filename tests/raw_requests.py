"""Requests that no page would send: any method, any address, fields that no form has."""

from __future__ import annotations

from tests.browser import Browser
from tests.transports import Answer, Fields, Transport


def token_of(browser: Browser) -> str:
    """Return the token that forms of this browser carry."""
    form = browser.open("/login/sign-in").element("sign-in").inside("form")
    assert form is not None
    fields = form.find_all("input")
    return next(one.get("value") for one in fields if one.get("name") == "csrf_token")


def send(
    browser: Browser,
    method: str,
    path: str,
    *,
    token: str = "",
    form: Fields | None = None,
    transport: Transport | None = None,
) -> Answer:
    """Send one request with the browser's cookies, its page stays; `token` is that of its forms."""
    headers = {**browser.cookie_header(), "Origin": browser.origin}
    if token:
        headers["X-CSRFToken"] = token
    through = transport or browser.transport
    return through.send(method, f"{browser.origin}{path}", headers=headers, form=form)


def post(browser: Browser, path: str, *filled: tuple[str, str], **fields: str) -> int:
    """Send a form of one's own making from this browser; return the status of the answer.

    `filled` is what a page would have sent; `fields` stand in place of those, or beside them.
    """
    kept = [(name, value) for name, value in filled if name not in fields]
    form = [*kept, *fields.items()]
    return send(browser, "POST", path, token=token_of(browser), form=form).status
