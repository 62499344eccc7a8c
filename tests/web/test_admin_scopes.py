"""Scopes and claims from the browser: the list, making, changing, turning off, deleting."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import commit
from app.models import AuditEvent, CustomScope
from app.services.authorization import scope_consents
from app.services.clients import scopes
from tests import factories
from tests.administrators import browser_of

MADE = {"name": "hr:team", "title_en": "Your team at work"}
CLAIM = {"claims-0-claim": "team", "claims-0-source": "groups"}


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser, on the list."""
    return browser_of(app, admin).open("/admin/scopes")


def make(browser, **changes):
    """Make a scope on the page for that."""
    return browser.open("/admin/scopes/new").press("make", **{**MADE, **CLAIM, **changes})


def events(db):
    """Return what was recorded about scopes."""
    wanted = select(AuditEvent.event).where(AuditEvent.event.startswith("scope."))
    return list(db.session.scalars(wanted.order_by(AuditEvent.id)))


def test_standard_scopes_are_listed_and_fixed(browser):
    """ux.md 2.19: scope, title people see, claims, used by n applications."""
    factories.client(client_name="Photo Box", scope="openid email")

    browser.open("/admin/scopes")
    assert all(browser.sees(name) for name in scopes.NAMES)
    assert browser.sees("email_verified")

    browser.follow("email")
    assert browser.sees("Photo Box")
    assert not browser.shown.root.find_all("textarea")
    assert not browser.has("save")


def test_administrator_makes_a_scope(browser, db):
    second = {"claims-1-claim": "mail", "claims-1-source": "email"}
    make(browser, title_ar="فريقك", starts="off", **second)

    assert browser.sees("The scope is made.")
    row = db.session.scalars(select(CustomScope)).one()
    assert (row.name, row.starts_on) == ("hr:team", False)
    assert row.titles == {"en": "Your team at work", "ar": "فريقك"}
    assert row.claims == {"team": "groups", "mail": "email"}
    assert events(db) == ["scope.made"]
    browser.open("/admin/scopes")
    assert browser.sees("Your team at work")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "openid"}, "This is a standard scope"),
        ({"name": "two words"}, "no space"),
        ({"name": 'quo"te'}, "no space"),
        ({"name": "naïve"}, "no space"),
        ({"name": ""}, "no space"),
        ({"name": "a" * 101}, "no space"),
        ({"title_en": "  "}, "Write in English"),
        ({"title_fr": "a" * 101}, "Use 100 characters or fewer."),
        ({"claims-0-source": ""}, "Choose where each claim"),
        ({"claims-0-claim": "sub"}, "sub is ours"),
        ({"claims-0-claim": "acr"}, "acr is ours"),
        ({"claims-0-claim": "client_id"}, "client_id is ours"),
        ({"claims-0-claim": "email", "claims-0-source": "website"}, "email is a standard claim"),
        ({"claims-0-claim": "email_verified"}, "email_verified is a standard claim"),
        ({"claims-0-claim": "a b"}, "without spaces and quotes"),
    ],
)
def test_scope_that_would_mislead_is_refused(browser, db, changes, words):
    """RFC 6749 §3.3; OIDC Core §2: a claim of ours must not be somebody's own text.

    A person who writes their website could otherwise write an address that passes for theirs.
    """
    make(browser, **changes)

    assert browser.status == 422
    assert browser.sees(words)
    assert db.session.scalars(select(CustomScope)).all() == []
    assert browser.element("title_en").get("value") == {**MADE, **changes}["title_en"]


def test_two_scopes_cannot_have_one_name(browser):
    make(browser)

    make(browser)

    assert browser.status == 422
    assert browser.sees("There is a scope with this name already.")


def test_two_scopes_cannot_give_one_claim_two_values(browser):
    make(browser)

    make(browser, name="hr:other", **{"claims-0-source": "birthdate"})

    assert browser.status == 422
    assert browser.sees("Another scope gives team with another value.")


def test_words_that_turn_the_line_around_lose_that(browser, db):
    """ux.md 2.0.15: hostile text must not read as our own voice."""
    make(browser, title_en="Your\u202eteam\u2066 at\nwork")

    assert db.session.scalars(select(CustomScope)).one().titles["en"] == "Yourteam at work"


def test_change_that_gives_more_asks_everybody_again(browser, db):
    make(browser)
    registered = factories.client(scope="openid hr:team")
    factories.consent(factories.user(), registered, "openid hr:team")
    row = db.session.scalars(select(CustomScope)).one()
    browser.open(f"/admin/scopes/own/{row.id}")
    assert browser.sees("1 person has allowed it.")

    browser.press("save", title_en="Your team")
    assert browser.sees("Saved.")
    assert scope_consents.people("hr:team") == 1

    browser.press("save", **{"claims-1-claim": "born", "claims-1-source": "birthdate"})
    assert browser.sees("everybody is asked again")
    assert scope_consents.people("hr:team") == 0
    db.session.expire_all()
    assert row.claims == {"team": "groups", "born": "birthdate"}


def test_name_cannot_be_changed(browser, db):
    """A name is on the wire and in consents: another one is another scope."""
    make(browser)

    browser.press("save", name="email")

    assert db.session.scalars(select(CustomScope)).one().name == "hr:team"


def test_scope_is_turned_off_and_on(browser, db):
    make(browser)

    browser.press("turn-off")
    assert browser.sees("It is off")
    assert scopes.find("hr:team") is None

    browser.press("turn-on")
    assert browser.sees("It is on.")
    assert scopes.find("hr:team") is not None
    assert events(db) == ["scope.made", "scope.turned_off", "scope.turned_on"]


def test_scope_stays_off_while_another_has_its_claim(browser):
    make(browser)
    browser.press("turn-off")
    here = browser.shown.url
    make(browser, name="hr:other", **{"claims-0-source": "birthdate"})

    browser.open(here).press("turn-on")

    assert browser.status == 422
    assert browser.sees("Another scope gives team with another value.")


def test_what_would_break_is_named_before_it_is_deleted(browser, db):
    make(browser)
    registered = factories.client(client_name="Photo Box", scope="openid hr:team other")
    factories.consent(factories.user(), registered, "openid hr:team")
    row = db.session.scalars(select(CustomScope)).one()
    browser.open(f"/admin/scopes/own/{row.id}").follow("Delete…")
    assert browser.sees("Photo Box")
    assert browser.sees("1 person has allowed it.")

    browser.press("delete", name="hr")
    assert browser.status == 422
    browser.press("delete", name="hr:team")

    assert browser.sees("hr:team is deleted.")
    db.session.expire_all()
    assert db.session.scalars(select(CustomScope)).all() == []
    assert registered.client.setting("scope") == "openid other"
    assert events(db)[-1] == "scope.deleted"


def test_word_that_applications_use_can_be_given_words(browser):
    factories.client(scope="openid photos:read")

    browser.open("/admin/scopes").follow("Give it words")

    assert browser.element("name").get("value") == "photos:read"
    browser.press("make", title_en="See your photos")
    assert browser.sees("The scope is made.")


def test_editor_shows_the_row_of_the_consent_page_in_each_language(browser):
    """ux.md 2.19: the consent row live in each language."""
    make(browser, title_ar="فريقك")

    rows = [row for row in browser.shown.root.find_all("div") if row.get("class") == "scopes"]

    assert [(row.get("lang"), row.get("dir")) for row in rows] == [
        ("en", "ltr"),
        ("en", "ltr"),
        ("en", "ltr"),
        ("en", "ltr"),
        ("ar", "rtl"),
    ]


def test_application_is_allowed_it_by_choice(browser):
    make(browser)
    registered = factories.client(scope="openid hr:team old:word")
    commit()

    browser.open(f"/admin/applications/{registered.client_id}")

    chosen = {each.get("value") for each in browser.shown.root.find_all("option")
              if each.has("selected")}  # fmt: skip
    assert {"hr:team", "old:word"} <= chosen


@pytest.mark.parametrize("path", ["nothing", "own/999", "own/999/delete"])
def test_unknown_scope_is_not_found(browser, path):
    browser.open(f"/admin/scopes/{path}")

    assert browser.status == 404
