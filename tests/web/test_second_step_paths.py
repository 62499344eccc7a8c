"""Every page there is, tried by somebody who owes the second step: none of them lets in."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Family, Session
from tests import factories
from tests.factories import PASSWORD

#: Whatever a page may ask for, all at once.
TYPED = {
    "username": "jane@people.example",
    "email": "jane@people.example",
    "password": PASSWORD,
    "current_password": PASSWORD,
    "code": "123456",
    "trust": "y",
    "account": "current",
    "answer": "allow",
    "scope": "openid",
}
#: Programs talk to these, without a cookie.
NO_PAGES = {"static"}


def paths(app):
    """Return every path without a variable part."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments]
    return sorted({rule.rule for rule in rules if rule.endpoint not in NO_PAGES})


def token_of(browser):
    """Return the CSRF token of a page that is shown half-way."""
    browser.open("/login/sign-in")
    return dict(browser.fill("sign-in", username="", password="").fields)["csrf_token"]


def send(browser, method, url, fields):
    """Send a request without following where it leads."""
    headers = {**browser.cookie_header(), "Accept": "text/html", "Origin": browser.origin}
    answer = browser.transport.send(method, url, headers=headers, form=fields or None)
    assert answer.status < 500, f"{method} {url} → {answer.status}"


@pytest.mark.parametrize("query", ["", "again=yes", "half=yes", "on=yes", "interaction"])
def test_no_path_leads_around_the_second_step(app, browser, jane, rp, query, db):
    """security.md MF01, LG04: the inventory is the URL map, so a path yet to come is in it."""
    factories.phone(jane)
    rp.authorize(browser)
    if query == "interaction":
        query = browser.shown.url.partition("?")[2]
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    assert browser.at == "/login/second-step"

    for path in paths(app):
        fields = {**TYPED, "csrf_token": token_of(browser)}
        for method, sent in (("GET", {}), ("POST", fields)):
            send(browser, method, f"{browser.origin}{path}?{query}", sent)

    for model in (Session, Family):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
