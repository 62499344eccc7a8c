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


def test_saving_without_a_change_changes_nothing(browser, registered, db):
    """security.md RG04: read, send back, and every setting is what it was."""
    before = clients.get(registered.client_id).registration

    look(browser, registered).press("save")

    assert browser.sees("Your changes are saved.")
    assert clients.get(registered.client_id).registration == before


@pytest.mark.parametrize("kind", ["web", "spa", "native", "machine"])
def test_every_kind_can_be_saved_as_it_is(browser, db, kind):
    registered = factories.client(kind)
    before = clients.get(registered.client_id).registration

    look(browser, registered).press("save")

    assert browser.status == 200
    assert clients.get(registered.client_id).registration == before


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("client_name", "Photo Chest", "Photo Chest"),
        ("client_uri", "https://photos.example/", "https://photos.example/"),
        ("contacts", "ada@a.example bob@b.example", ["ada@a.example", "bob@b.example"]),
        (
            "redirect_uris",
            "https://a.example/cb\r\n\r\n  https://b.example/cb ",
            ["https://a.example/cb", "https://b.example/cb"],
        ),
        ("scope", ["openid", "profile", "photos:read"], "openid profile photos:read"),
        ("custom_scope", "music:play", "openid email photos:read music:play"),
        ("token_endpoint_auth_method", "client_secret_post", "client_secret_post"),
        ("id_token_signed_response_alg", "EdDSA", "EdDSA"),
        ("access_token_lifetime", "120", 120),
        ("access_token_format", "opaque", "opaque"),
        ("default_max_age", "0", 0),
        ("pkce_required", [], False),
        ("trusted", "y", True),
    ],
)
def test_setting_is_changed(browser, registered, db, field, typed, stored):
    look(browser, registered).press("save", **{field: typed})

    assert browser.status == 200
    assert setting(registered, "scope" if field == "custom_scope" else field) == stored


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("client_name", "", "Give the application a name."),
        ("redirect_uris", "", "at least one"),
        ("redirect_uris", "ftp://photos.example", "https://"),
        ("access_token_lifetime", "5", "60 or more"),
        ("access_token_lifetime", "soon", "Type a whole number of seconds."),
        ("policy_uri", "http://photos.example", "https"),
        ("custom_scope", 'say"hello"', "plain ASCII"),
        ("contacts", "\u202eada", "without spaces"),
        ("grant_types", [], "at least one"),
    ],
)
def test_fault_stands_at_its_field_and_nothing_is_saved(
    browser, registered, db, field, typed, words
):
    before = clients.get(registered.client_id).registration

    look(browser, registered).press("save", trusted="y", **{field: typed})

    assert browser.status == 422
    assert words in browser.shown.text
    assert browser.element("trusted").has("checked")
    assert clients.get(registered.client_id).registration == before


def test_edit_from_an_older_version_is_kept_but_not_saved(app, browser, registered, db):
    """Two administrators at once: nobody's work is lost without a word."""
    look(browser, registered)
    other = browser_of(app, factories.admin())
    look(other, registered).press("save", client_uri="https://theirs.example/")

    browser.press("save", client_name="Mine")

    assert browser.status == 409
    assert browser.sees("Somebody else changed this application")
    assert browser.element("client_name").get("value") == "Mine"
    assert "https://theirs.example/" in browser.element("client_uri-error").text
    assert setting(registered, "client_name") == "Photo Box"
    browser.press("save", client_uri="https://theirs.example/")
    assert browser.status == 200
    assert setting(registered, "client_name") == "Mine"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "9" * 5_000])
def test_made_up_version_saves_nothing(browser, registered, db, version):
    look(browser, registered)

    browser.press("save", client_name="Mine", version=version)

    assert browser.status in {409, 422}
    assert setting(registered, "client_name") == "Photo Box"


def test_change_is_written_down_with_who_did_it(browser, admin, registered, db):
    look(browser, registered).press("save", client_name="Photo Chest")

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

    assert browser.status == 403
    assert browser.sees("There are two secrets already.")
    assert len(clients.get(registered.client_id).secrets) == 2


def test_only_secret_cannot_be_revoked(browser, registered, db):
    only = registered.client.secrets[0].id

    look(browser, registered).press(f"revoke-{only}")

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
