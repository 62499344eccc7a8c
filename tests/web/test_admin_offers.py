"""Required, offered, off: what an application may ask for, as administrators see and set it."""

from __future__ import annotations

import pytest

from app.services.authorization import consents
from app.services.clients import clients
from tests import factories
from tests.administrators import browser_of
from tests.least_privilege import board, stored, unused, used_today

pytestmark = pytest.mark.one_engine


@pytest.fixture
def browser(app, db):
    """Return an administrator's browser."""
    assert db.engine
    return browser_of(app, factories.admin())


@pytest.fixture
def registered(db):
    """Return an application with a word of its own API."""
    assert db.engine
    return factories.client(client_name="Photo Box", scope="openid email photos:read")


def look(browser, registered):
    """Open the page of an application."""
    return browser.open(f"/admin/applications/{registered.client_id}")


def setting(registered, name):
    """Return a setting as it is stored now."""
    return clients.get(registered.client_id).setting(name)


def test_each_scope_is_required_offered_or_off(browser, registered, db):
    """Issue 5: a choice for each, the words of its own API among them."""
    chosen = ["openid", "required email", "phone", "required photos:read", ""]
    look(browser, registered).press("save-permissions", scope=chosen)

    assert setting(registered, "scope") == "openid email phone photos:read"
    assert setting(registered, "required_scopes") == ["email", "photos:read"]
    before = clients.get(registered.client_id).registration
    look(browser, registered).press("save-permissions")
    assert clients.get(registered.client_id).registration == before
    look(browser, registered).press("save-permissions", scope=["openid", "email"])
    assert setting(registered, "scope") == "openid email"
    assert setting(registered, "required_scopes") == []


@pytest.mark.parametrize("made_up", ["required openid", "made-up", "required required email"])
def test_choice_that_no_row_offers_saves_nothing(browser, registered, db, made_up):
    before = clients.get(registered.client_id).registration

    look(browser, registered).press("save-permissions", scope=["openid", made_up])

    assert browser.status == 422
    assert browser.sees("Choose from what the page offers.")
    assert clients.get(registered.client_id).registration == before


def test_edit_from_an_older_version_names_what_is_required_now(browser, registered, db):
    look(browser, registered)
    clients.update(clients.get(registered.client_id), {"required_scopes": ["email"]})
    db.session.commit()

    browser.press("save-permissions", trusted="y")

    assert browser.status == 409
    assert browser.sees("Stored now: openid, required email, photos:read")


def test_what_is_taken_away_is_no_longer_required_and_comes_back_so(register, app, jane, db, clock):
    """product.md, Twelve things 6: one click tightens, one undoes."""
    used = used_today(register, app, jane, clock)
    clients.update(clients.get(used.client_id), {"required_scopes": ["email", "phone"]})
    db.session.commit()

    desk = board(browser_of(app, factories.admin()), used)
    lines = [line for line in desk.shown.root.find_all("li") if "Required" in line.text]
    assert [line.find_all("code")[0].text for line in lines] == ["email", "openid", "phone"]
    assert "scope email" not in unused(desk)
    desk.press("tighten", take=["scope phone"])
    assert stored(used, "required_scopes") == ["email"]
    desk.press("undo")

    assert stored(used, "required_scopes") == ["email", "phone"]
    assert "phone" in stored(used, "scope").split()


def test_preview_says_why_somebody_is_asked_again(browser, registered, jane, db):
    """Issue 5: the preview is made by what asks."""
    consents.remember(jane.id, registered.client, asked=["openid", "email"], allowed=["openid"])
    path = f"/admin/applications/{registered.client_id}/preview"
    asked = {"user": jane.email, "scope": ["openid", "email"]}
    browser.open(path).press("show", **asked)
    assert browser.sees("Nothing: all of it is allowed already.")
    clients.update(clients.get(registered.client_id), {"required_scopes": ["email"]})
    db.session.commit()

    browser.open(path).press("show", **asked)

    assert browser.sees("the application needs something that was left out")
    assert browser.sees("Needed")
