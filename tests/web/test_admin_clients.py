"""Applications: find one, register one, and see its secret once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Client
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.secrets_seen import remember

CALLBACK = "https://photos.example/callback"


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin(name="Ada")


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


def register(browser, kind="web", **typed):
    """Fill in the form of a new application and send it."""
    browser.open("/admin/applications/new")
    return browser.press("register", kind=kind, **{"name": "Photo Box", **typed})


def only_client(db):
    """Return the one client there is."""
    return db.session.scalars(select(Client)).one()


def number_of_clients(db):
    """Return how many clients there are."""
    return db.session.scalar(select(func.count()).select_from(Client))


def shown_secret(browser):
    """Return the secret on the page."""
    return remember(browser.element("client-secret").text)


def test_first_application_is_one_press_away(browser):
    browser.open("/admin/applications").follow("Register an application")

    assert browser.at == "/admin/applications/new"


def test_three_decisions_make_a_working_application(browser, admin, db):
    """ux.md 2.17: kind, name, redirect address; the rest has good defaults."""
    register(browser, redirect_uris=CALLBACK)

    client = only_client(db)
    assert browser.status == 200
    assert browser.element("client-id").text == client.client_id
    assert client.check_client_secret(shown_secret(browser))
    assert client.setting("redirect_uris") == [CALLBACK]
    assert client.setting("pkce_required")
    assert client.setting("grant_types") == ["authorization_code", "refresh_token"]
    assert client.created_by_id == admin.id


def test_page_after_registration_has_all_the_application_needs(browser, settings):
    register(browser, redirect_uris=CALLBACK)

    assert browser.element("issuer").text == settings.issuer
    expected = f"{settings.issuer}/.well-known/openid-configuration"
    assert browser.element("discovery-url").text == expected
    assert browser.element("token-endpoint").text == f"{settings.issuer}/token"
    assert shown_secret(browser) in browser.element("snippet-env").text
    assert not browser.sees("None")


def test_page_after_registration_leads_to_a_test_sign_in(browser):
    """ux.md 2.17: "Try it"."""
    register(browser, redirect_uris=CALLBACK)

    browser.follow("Try it")

    assert browser.at.endswith("/bench")


def test_secret_stands_in_one_answer_alone(browser, db):
    """security.md RG10: the secret is returned once."""
    register(browser, redirect_uris=CALLBACK)
    secret = shown_secret(browser)
    assert "no-store" in browser.answer.headers["cache-control"]
    assert secret not in browser.shown.url

    client_id = only_client(db).client_id
    for path in ("", "/new", f"/{client_id}", f"/{client_id}/delete"):
        browser.open(f"/admin/applications{path}")
        assert secret not in browser.answer.text
    assert secret not in str(browser.jar)


def test_form_sent_again_registers_nothing_more(browser, db):
    """ux.md 2.17: a reload must not make a second application."""
    browser.open("/admin/applications/new")
    filled = browser.fill("register", name="Photo Box", redirect_uris=CALLBACK)
    browser.post(filled.url, dict(filled.fields))
    secret = shown_secret(browser)

    browser.post(filled.url, dict(filled.fields))

    assert browser.status == 409
    assert browser.sees("This form was sent already")
    assert secret not in browser.answer.text
    assert number_of_clients(db) == 1


def test_form_with_a_fault_can_be_sent_again(browser, db):
    register(browser, redirect_uris="http://photos.example/callback")
    assert browser.status == 422

    browser.press("register", redirect_uris=CALLBACK)

    assert browser.status == 200
    assert number_of_clients(db) == 1


@pytest.mark.parametrize("kind", ["spa", "native"])
def test_application_on_a_device_gets_no_secret(browser, db, kind):
    register(browser, kind, redirect_uris=CALLBACK)

    assert browser.status == 200
    assert not browser.has("client-secret")
    assert only_client(db).is_public


def test_machine_needs_no_address(browser, db):
    register(browser, "machine", redirect_uris="http://left-over")

    client = only_client(db)
    assert client.check_client_secret(shown_secret(browser))
    assert client.setting("grant_types") == ["client_credentials"]
    assert client.setting("redirect_uris") == []


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Give the application a name."),
        ({"name": "x" * 61}, "name", "60 characters"),
        ({"name": "Safe\u202egpj"}, "name", "plain letters"),
        ({"redirect_uris": ""}, "redirect_uris", "at least one"),
        ({"redirect_uris": "http://photos.example/cb"}, "redirect_uris", "Use https"),
        ({"redirect_uris": f"{CALLBACK} {CALLBACK}"}, "redirect_uris", "twice"),
        ({"post_logout_redirect_uris": "/bye"}, "post_logout_redirect_uris", "https://"),
        ({"client_uri": "http://photos.example"}, "client_uri", "https"),
    ],
)
def test_fault_stands_at_its_field_and_nothing_is_lost(browser, db, typed, field, words):
    sent = {"name": "Photo Box", "redirect_uris": CALLBACK, **typed}

    register(browser, "spa", **sent)

    assert browser.status == 422
    assert browser.element(field).get("aria-invalid") == "true"
    assert words in browser.element(f"{field}-error").text
    assert browser.element("name").get("value") == sent["name"]
    assert browser.element("redirect_uris").text == sent["redirect_uris"]
    kinds = [entry for entry in browser.shown.root.find_all("input") if entry.has("checked")]
    assert [entry.get("value") for entry in kinds] == ["spa"]
    assert number_of_clients(db) == 0


def test_kind_nobody_offers_is_refused(browser, db):
    browser.open("/admin/applications/new")
    filled = browser.fill("register", name="Photo Box", redirect_uris=CALLBACK)

    browser.post(filled.url, {**dict(filled.fields), "kind": "toaster"})

    assert browser.status == 422
    assert number_of_clients(db) == 0


def test_unknown_fields_change_nothing(browser, db):
    """security.md AD03: listed fields only."""
    browser.open("/admin/applications/new")
    filled = browser.fill("register", name="Photo Box", redirect_uris=CALLBACK)

    browser.post(filled.url, {**dict(filled.fields), "introspects": "y", "client_id": "mine"})

    assert not only_client(db).setting("introspects")
    assert only_client(db).client_id != "mine"


def test_registration_is_written_down_with_who_did_it(browser, admin, db):
    register(browser, redirect_uris=CALLBACK)

    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.CLIENT_REGISTERED)
    ).one()
    assert event.actor_id == admin.id
    assert event.client_id == only_client(db).client_id


def test_list_is_searched_by_name_and_id(browser, db):
    photo = factories.client(client_name="Photo Box 100%")
    factories.client(client_name="Nightly backup")

    for words in ("photo", "100%", photo.client_id):
        browser.open("/admin/applications").press("search", q=words)
        assert browser.sees("Photo Box"), words
        assert not browser.sees("Nightly"), words

    browser.open("/admin/applications?q=zebra")
    assert browser.sees("Nothing found")


def test_list_has_25_a_page_and_any_number_leads_to_one(browser, db):
    for number in range(clients.PAGE_SIZE + 1):
        factories.client(client_name=f"App {number:02}")

    browser.open("/admin/applications")
    assert browser.sees("App 24")
    assert not browser.sees("App 25")
    browser.follow("Next page")
    assert browser.sees("App 25")
    assert not browser.sees("App 24")
    for page in ("0", "-5", "999", "9" * 30, "two"):
        assert browser.open(f"/admin/applications?page={page}").sees("App "), page


def test_device_needs_no_address_and_has_its_own_card(browser, db, settings):
    """ux.md 2.17: "Device or TV" is one of the kinds; what was typed for another kind is left."""
    browser.open("/admin/applications/new")
    assert browser.sees("Device or TV")
    register(browser, "device", redirect_uris=CALLBACK)

    client = only_client(db)
    assert browser.status == 200
    assert not browser.has("client-secret")
    assert client.setting("redirect_uris") == []
    assert client.setting("grant_types")[0] == "urn:ietf:params:oauth:grant-type:device_code"
    endpoint = browser.element("device-authorization-endpoint").text
    assert endpoint == f"{settings.issuer}/device_authorization"
    assert "device_code" in browser.element("snippet-curl_device").text
    assert browser.open("/admin/applications").sees("Device or TV")
    assert browser.open(f"/admin/applications/{client.client_id}").status == 200
    assert browser.open(f"/admin/applications/{client.client_id}/bench").status == 200
    assert browser.open(f"/admin/applications/{client.client_id}/allowed").status == 200


@pytest.mark.parametrize("q", ["%00zebra", "%F0%28", "'", "%25", "_", "x" * 5000])
def test_list_takes_any_search(browser, q):
    assert browser.open(f"/admin/applications?q={q}").sees("Nothing found")
