"""One application: change it, replace its secret, turn it off, delete it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Client
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.secrets_seen import remember


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


@pytest.fixture
def registered(db):
    """Return an application with a secret."""
    return factories.client(client_name="Photo Box", scope="openid email photos:read")


def look(browser, registered):
    """Open the page of an application."""
    return browser.open(f"/admin/applications/{registered.client_id}")


def setting(registered, name):
    """Return a setting as it is stored now."""
    return clients.get(registered.client_id).setting(name)


def test_change_is_written_down_with_who_did_it(browser, admin, registered, db):
    look(browser, registered).press("save-basics", client_name="Photo Chest")

    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.CLIENT_CHANGED)
    ).one()
    assert (event.actor_id, event.client_id) == (admin.id, registered.client_id)


def test_secret_is_replaced_without_a_gap(browser, registered, db):
    """Two secrets live side by side until the older one is revoked."""
    old = registered.client.secrets[0].id
    look(browser, registered).press("add-secret")
    new = remember(browser.element("client-secret").text)
    assert "no-store" in browser.answer.headers["cache-control"]
    assert browser.sees("The older secret still works.")
    client = clients.get(registered.client_id)
    assert client.check_client_secret(registered.secret)
    assert client.check_client_secret(new)

    browser.follow("Back to the application").press(f"revoke-{old}")

    assert browser.sees("The secret is revoked.")
    assert new not in browser.answer.text
    client = clients.get(registered.client_id)
    assert not client.check_client_secret(registered.secret)
    assert client.check_client_secret(new)


def test_page_of_a_new_secret_loaded_again_makes_no_third(browser, registered, db):
    look(browser, registered)
    filled = browser.fill("add-secret")
    browser.post(filled.url, dict(filled.fields))
    remember(browser.element("client-secret").text)

    browser.post(filled.url, dict(filled.fields))

    assert browser.at == f"/admin/applications/{registered.client_id}"
    assert browser.sees("These are two: revoke one before you add another.")
    assert not browser.has("add-secret")
    assert len(clients.get(registered.client_id).secrets) == 2


def test_only_secret_cannot_be_revoked(browser, registered, db):
    only = registered.client.secrets[0].id
    token = look(browser, registered).fill("add-secret").fields
    assert not browser.has(f"revoke-{only}")

    path = f"/admin/applications/{registered.client_id}/secrets/{only}/revoke"
    browser.post(path, dict(token))

    assert browser.status == 403
    assert clients.get(registered.client_id).check_client_secret(registered.secret)


def test_secret_of_another_application_cannot_be_revoked(browser, registered, db):
    """security.md AD02: each id is looked for where it belongs."""
    other = factories.client()
    look(browser, registered).press("add-secret")
    remember(browser.element("client-secret").text)
    filled = look(browser, registered).fill(f"revoke-{registered.client.secrets[0].id}")
    path = f"/admin/applications/{registered.client_id}/secrets/{other.client.secrets[0].id}/revoke"

    browser.post(path, dict(filled.fields))

    assert browser.status == 404
    assert clients.get(other.client_id).check_client_secret(other.secret)


def test_application_is_turned_off_and_on(browser, registered, db):
    look(browser, registered).press("turn-off")
    assert browser.sees("Nobody can sign in to it")
    assert clients.get(registered.client_id).is_disabled

    browser.press("turn-on")

    assert browser.sees("The application is on again.")
    assert not clients.get(registered.client_id).is_disabled


def test_application_is_deleted_by_typing_its_name(browser, registered, db):
    factories.consent(factories.user(), registered)
    look(browser, registered).follow("Delete…")
    assert browser.sees("1 person uses it.")

    browser.press("delete", name="photo")
    assert browser.status == 422
    assert db.session.scalar(select(Client.id)) is not None
    browser.press("delete", name="Photo Box")

    assert browser.at == "/admin/applications"
    assert browser.sees("Photo Box is deleted.")
    assert db.session.scalar(select(Client.id)) is None


@pytest.mark.parametrize("path", ["", "/delete"])
def test_unknown_application_is_not_found(browser, path):
    assert browser.open(f"/admin/applications/nobody{path}").status == 404


@pytest.mark.parametrize("act", ["off", "on", "secrets", "secrets/1/revoke", "delete", ""])
def test_form_of_another_site_changes_nothing(browser, registered, db, act):
    before = clients.get(registered.client_id).version
    path = f"/admin/applications/{registered.client_id}/{act}".rstrip("/")

    browser.post(path, {"name": "Photo Box"}, from_site="https://elsewhere.example")

    assert browser.status == 400
    assert clients.get(registered.client_id).version == before


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "'; DROP TABLE client; --",
    "أحمد Photo",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_shown_as_text_everywhere(browser, db, name):
    """security.md RG05: names are text; check_house fails on any script or handler they make."""
    registered = factories.client(client_name=name)
    base = f"/admin/applications/{registered.client_id}"

    for path in ("/admin/applications", base, f"{base}/delete"):
        assert browser.open(path).sees(name), path


def test_warnings_say_what_is_worth_a_look(browser, db):
    registered = factories.client(client_name="Photo Box", pkce_required=False, trusted=True)
    factories.client(client_name="PHOTO BOX")

    look(browser, registered)

    for words in ("PKCE is not required", "people are not asked", "the same name"):
        assert browser.sees(words), words


def test_turned_off_application_says_so_once(browser, registered):
    look(browser, registered).press("turn-off")

    assert browser.sees("This application is turned off")
    assert browser.shown.text.count("Nobody can sign in to it") == 1


def test_index_of_the_page_can_be_reached_from_everywhere(browser, registered):
    """A page of many screens: the index stays beside it, or a bar above leads back to it."""
    look(browser, registered)

    anchors = [link.get("href") for link in browser.element("jumps").find_all("a")]
    assert {"#addresses", "#secrets", "#end"} <= set(anchors)
    assert all(browser.has(anchor[1:]) for anchor in anchors)
    browser.follow("On this page")
