"""Why a sign-in failed: from the audit log to the cause, who can mend it, and everything of it."""

from __future__ import annotations

import pytest

from app.services.authorization.attempts import Trace
from app.services.clients import clients, owners
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD


@pytest.fixture
def root(app, db):
    """Return an administrator's browser."""
    assert db.engine, "a context of the application is open"
    return browser_of(app, factories.admin("root@people.example"))


@pytest.fixture
def attempt(app, rp, jane):
    """Let Jane mistype her password on the way to an application, and then get in."""
    browser = visitor(app).open(rp.authorization_url())
    browser.press("sign-in", username=jane.email, password="not this one")
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    return browser


def test_row_of_the_audit_log_says_why_it_failed(root, attempt):
    """ux.md 2.21: the failing step shows the cause, who can fix it, and where."""
    assert attempt.status == 200

    root.open("/admin/audit").press("search", event="refused").follow("Sign-in refused")

    failure = root.element("failure").text
    for words in ("Why did it fail?", "The person can fix this.", "password_wrong"):
        assert words in failure, words


def test_row_of_what_worked_shows_no_failure(root, attempt):
    assert attempt.status == 200

    root.open("/admin/audit").press(
        "search", event="session.started", by="jane@people.example"
    ).follow("Signed in")

    assert not root.has("failure")
    assert root.sees("All events of this sign-in")


def test_attempt_leads_to_all_its_events(root, attempt):
    """ux.md 2.21: one reference ties them together."""
    assert attempt.status == 200
    root.open("/admin/audit").press("search", event="refused").follow("Sign-in refused")
    root.follow("Every check of this sign-in")

    root.follow("All events of this sign-in")

    rows = root.shown.root.find_all("tbody")[0].text
    assert root.at == "/admin/audit"
    assert root.element("reference").get("value")
    for words in ("Sign-in refused", "Signed in"):
        assert words in rows


def test_owner_is_not_led_to_the_log(app, rp, db):
    """security.md AD02: the audit log is no owner's."""
    owner = factories.user("owner@people.example")
    owners.add(clients.get(rp.client_id), owner)
    made = Trace("authorize", client_id=rp.client_id)
    made.write("ok")
    db.session.commit()

    page = browser_of(app, owner).open(f"/admin/attempts/{made.reference}")

    assert page.status == 200
    assert not page.has("all-events")
