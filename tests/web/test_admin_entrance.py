"""The administration lets administrators in whose sign-in is young, and nobody else, anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.routing import Rule

from tests import factories
from tests.administrators import browser_of, visitor

PARTS = {
    "client_id": "some-client",
    "group_id": 1,
    "number": 1,
    "reference": "K7Q2-9FXM",
    "secret_id": 1,
    "slug": "elsewhere",
    "user_id": 1,
}


def pages(app):
    """Return every address of the administration with one of its methods."""
    rules: list[Rule] = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")
    ]
    adapter = app.url_map.bind("id.example", url_scheme="https")
    return [
        (method, adapter.build(rule.endpoint, PARTS, method=method))
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def sent(browser, method, address):
    """Send a bare request, with the browser's cookies and the token of its forms."""
    headers = browser.cookie_header()
    url = f"{browser.origin}{address}"
    if method == "GET":
        return browser.transport.send("GET", url, headers=headers)
    form = browser.open("/login/sign-in").element("sign-in").inside("form")
    token = next(entry for entry in form.find_all("input") if entry.get("name") == "csrf_token")
    fields = {"csrf_token": token.get("value")}
    headers = {**browser.cookie_header(), "Origin": browser.origin}
    return browser.transport.send("POST", url, headers=headers, form=fields)


def test_there_are_pages_to_guard(app):
    assert len(pages(app)) > 15


def test_stranger_is_asked_to_sign_in_on_every_page(app, db):
    """security.md AD01: deny by default."""
    browser = visitor(app)

    for method, address in pages(app):
        answer = sent(browser, method, address)

        assert answer.status == 303, (method, address)
        assert answer.headers["location"].startswith("/login/sign-in"), (method, address)


def test_user_is_turned_away_from_every_page(app, db):
    """security.md AD01: deny by default."""
    browser = browser_of(app, factories.user())

    for method, address in pages(app):
        assert sent(browser, method, address).status == 403, (method, address)


def test_user_is_told_who_is_signed_in(app, db):
    browser = browser_of(app, factories.user(name="Omar Haddad"))

    browser.open("/admin/applications")

    assert browser.status == 403
    assert browser.sees("Omar Haddad")


def test_administrator_is_asked_again_after_a_while_and_comes_back(app, db, clock, settings):
    """security.md AD04: the sign-in behind an act of administration is young."""
    admin = factories.admin()
    browser = browser_of(app, admin).open("/admin/users?q=ada")
    assert browser.at == "/admin/users"
    clock.move(settings.admin_idle + timedelta(seconds=1))

    browser.open("/admin/users?q=ada")

    assert browser.at == "/login/sign-in"
    browser.sign_in(admin.email, factories.PASSWORD)
    assert browser.shown.url.endswith("/admin/users?q=ada")


def test_administrator_who_is_at_work_is_not_asked_again(app, db, clock, settings):
    browser = browser_of(app, factories.admin())

    for _ in range(4):
        clock.move(settings.admin_idle * 0.6)
        browser.open("/admin/keys")

    assert browser.at == "/admin/keys"


def test_administrator_turned_off_is_out_at_once(app, db, clock):
    """security.md AD10: changes take effect at once."""
    first, second = factories.admin(), factories.admin()
    browser = browser_of(app, second).open("/admin/users")
    browser_of(app, first).open(f"/admin/users/{second.id}").press("turn-off")

    browser.open("/admin/users")

    assert browser.at == "/login/sign-in"


@pytest.mark.one_engine
def test_start_of_the_administration_leads_to_the_applications(app, db):
    assert browser_of(app, factories.admin()).open("/admin/").at == "/admin/applications"


def test_ones_own_account_does_not_keep_the_administration_open(app, db, clock):
    """settings: admin_idle counts administration pages, for whoever sits down at the machine."""
    browser = browser_of(app, factories.admin())
    assert browser.open("/admin/applications").status == 200
    clock.move(timedelta(minutes=50))
    browser.open("/account/")
    clock.move(timedelta(minutes=20))

    browser.open("/admin/applications")

    assert browser.at == "/login/sign-in"
