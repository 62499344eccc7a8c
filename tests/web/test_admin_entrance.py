"""The administration lets people in whose sign-in is young; the route walk asks who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.administrators import browser_of


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


def test_administrator_at_work_is_asked_after_twelve_hours(app, db, clock, settings):
    """security.md SE03: the administration has an absolute limit, too."""
    browser = browser_of(app, factories.admin())
    ends_at = clock() + settings.admin_lifetime

    while browser.open("/admin/keys").at == "/admin/keys":
        assert clock() < ends_at, "still let in"
        clock.move(settings.admin_idle * 0.6)

    assert clock() >= ends_at
    assert browser.sees("Confirm it's you")


def test_administrator_turned_off_is_out_at_once(app, db, clock):
    """security.md AD10: changes take effect at once."""
    first, second = factories.admin(), factories.admin()
    browser = browser_of(app, second).open("/admin/users")
    browser_of(app, first).open(f"/admin/users/{second.id}").press("turn-off")

    browser.open("/admin/users")

    assert browser.at == "/login/sign-in"


@pytest.mark.one_engine
def test_administration_starts_with_the_overview(app, db):
    assert browser_of(app, factories.admin()).open("/admin/").sees("Overview")


def test_ones_own_account_does_not_keep_the_administration_open(app, db, clock, settings):
    """settings: admin_idle counts administration pages, for whoever sits down at the machine."""
    browser = browser_of(app, factories.admin())
    assert browser.open("/admin/applications").status == 200
    clock.move(settings.admin_idle * 0.8)
    browser.open("/account/")
    clock.move(settings.admin_idle * 0.4)

    browser.open("/admin/applications")

    assert browser.at == "/login/sign-in"
