"""The sections of an application's page: each is changed and saved by itself (ux.md 2.17)."""

from __future__ import annotations

import pytest

from app.services.clients import clients
from app.web.admin import client_sections
from tests import factories
from tests.administrators import browser_of

SECTIONS = [kind.section for kind in client_sections.SECTIONS]


@pytest.fixture
def browser(app, db):
    """Return an administrator's browser."""
    return browser_of(app, factories.admin())


@pytest.fixture
def registered(db):
    """Return an application with a secret."""
    return factories.client(client_name="Photo Box", scope="openid email photos:read")


def look(browser, registered):
    """Open the page of an application."""
    return browser.open(f"/admin/applications/{registered.client_id}")


def button_of(field):
    """Return the id of the button that saves a field."""
    return f"save-{client_sections.holding(field).section}"


def setting(registered, name):
    """Return a setting as it is stored now."""
    return clients.get(registered.client_id).setting(name)


def test_saving_without_a_change_changes_nothing(browser, registered, db):
    """security.md RG04: read, send back, and every setting is what it was."""
    before = clients.get(registered.client_id).registration

    for section in SECTIONS:
        look(browser, registered).press(f"save-{section}")

        assert browser.sees("Your changes are saved."), section
    assert clients.get(registered.client_id).registration == before


@pytest.mark.parametrize("kind", ["web", "spa", "native", "machine"])
def test_every_kind_can_be_saved_as_it_is(browser, db, kind):
    registered = factories.client(kind)
    before = clients.get(registered.client_id).registration

    for section in SECTIONS:
        look(browser, registered).press(f"save-{section}")

        assert browser.status == 200, section
    assert clients.get(registered.client_id).registration == before


def test_section_saves_by_itself(browser, registered, db):
    """ux.md 2.17: what was typed in another section is not sent, and its faults do not matter."""
    filled = look(browser, registered).fill("save-tokens", access_token_lifetime="120")

    assert not dict(filled.fields).keys() & {"client_name", "redirect_uris", "scope"}
    browser.press("save-tokens", access_token_lifetime="120")
    assert setting(registered, "access_token_lifetime") == 120


@pytest.mark.parametrize("section", ["", "?section=", "?section=others"])
def test_form_of_no_section_saves_nothing(browser, registered, db, section):
    before = clients.get(registered.client_id).registration
    filled = look(browser, registered).fill("save-basics", client_name="Mine")

    browser.post(filled.url.partition("?")[0] + section, dict(filled.fields))

    assert 400 <= browser.status < 500
    assert clients.get(registered.client_id).registration == before


def test_field_of_another_section_is_not_saved_along(browser, registered, db):
    filled = look(browser, registered).fill("save-tokens")

    browser.post(filled.url, {**dict(filled.fields), "trusted": "y", "client_name": "Mine"})

    assert setting(registered, "client_name") == "Photo Box"
    assert not setting(registered, "trusted")


def test_fault_in_another_section_is_named_with_it(browser, db):
    """A rule that joins two sections: the person learns where the other half is."""
    registered = factories.client(subject_type="pairwise")
    hosts = ["https://a.example/cb", "https://b.example/cb"]

    look(browser, registered).press("save-addresses", redirect_uris="\n".join(hosts))

    assert browser.status == 422
    assert browser.sees("Advanced, Sector: Redirect addresses of several hosts need")
    assert browser.element("redirect_uris").text.split() == hosts


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
        ("consent_days", "30", 30),
        ("pkce_required", [], False),
        ("trusted", "y", True),
    ],
)
def test_setting_is_changed(browser, registered, db, field, typed, stored):
    look(browser, registered).press(button_of(field), **{field: typed})

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
        ("consent_days", "0", "1 or more"),
        ("consent_days", "a month", "Type a whole number of days."),
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

    look(browser, registered).press(button_of(field), **{field: typed})

    assert browser.status == 422
    assert words in browser.shown.text
    assert clients.get(registered.client_id).registration == before


def test_edit_from_an_older_version_is_kept_but_not_saved(app, browser, registered, db):
    """Two administrators at once: nobody's work is lost without a word."""
    look(browser, registered)
    other = browser_of(app, factories.admin())
    look(other, registered).press("save-basics", client_uri="https://theirs.example/")

    browser.press("save-basics", client_name="Mine")

    assert browser.status == 409
    assert browser.sees("Somebody else changed this application")
    assert browser.element("client_name").get("value") == "Mine"
    assert "https://theirs.example/" in browser.element("client_uri-error").text
    assert setting(registered, "client_name") == "Photo Box"
    browser.press("save-basics", client_uri="https://theirs.example/")
    assert browser.status == 200
    assert setting(registered, "client_name") == "Mine"


def test_edits_of_two_sections_do_not_disturb_each_other(app, browser, registered, db):
    look(browser, registered)
    other = browser_of(app, factories.admin())
    look(other, registered).press("save-tokens", access_token_lifetime="120")

    browser.press("save-basics", client_name="Mine")

    assert browser.status == 200
    assert setting(registered, "client_name") == "Mine"
    assert setting(registered, "access_token_lifetime") == 120


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "9" * 5_000])
def test_made_up_version_saves_nothing(browser, registered, db, version):
    look(browser, registered)

    browser.press("save-basics", client_name="Mine", version=version)

    assert browser.status in {409, 422}
    assert setting(registered, "client_name") == "Photo Box"


def test_section_that_was_saved_says_so_where_the_person_is(browser, registered, db):
    """The page comes back at the section: a notice at its top would not be seen."""
    look(browser, registered).press("save-tokens")

    assert "Your changes are saved." in browser.element("tokens").text
    browser.press("save-tokens", access_token_lifetime="5")
    assert "60 or more" in browser.element("tokens").text
    assert "Your changes are saved." not in browser.shown.text
