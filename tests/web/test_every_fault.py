"""A form tells everything that is wrong with it at once (ux.md 2.0)."""

from __future__ import annotations

import pytest

from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

SHORT = "short"


def wrong(browser):
    """Return the fields that say that something is wrong, each in the summary too."""
    summary = browser.element("errors")
    linked = {link.get("href") for link in summary.find_all("a")}
    fields = [one for one in browser.shown.root.walk() if one.get("aria-invalid") == "true"]
    assert linked == {f"#{field.get('id')}" for field in fields}
    return {field.get("name") for field in fields}


def test_set_up_tells_of_address_and_password_at_once(app, set_up_link):
    browser = visitor(app).open(set_up_link)

    browser.press("set-up", email="nobody", password=SHORT)

    assert browser.status == 422
    assert wrong(browser) == {"email", "password"}
    assert browser.sees("more characters")


def test_set_up_tells_of_a_dead_code_beside_the_rest(app, set_up_link):
    browser = visitor(app).open("/setup")

    browser.press("set-up", token=remember("swx_su_made-up"), email="nobody", password=SHORT)

    assert wrong(browser) == {"token", "email", "password"}


def test_set_up_tells_who_has_an_account_to_whoever_has_the_link(app, set_up_link):
    factories.user("jane@people.example")
    stranger, owner = visitor(app).open("/setup"), visitor(app).open(set_up_link)

    stranger.press("set-up", token=remember("no link"), email="jane@people.example", password=SHORT)
    owner.press("set-up", email="jane@people.example", password=SHORT)

    assert wrong(stranger) == {"token", "password"}
    assert wrong(owner) == {"email", "password"}


def test_sign_up_tells_of_address_and_password_at_once(browser):
    browser.open("/login/sign-up").press("register", email="nobody", password=SHORT)

    assert browser.status == 422
    assert wrong(browser) == {"email", "password"}


def test_sign_up_tells_of_a_foreign_domain_beside_the_rest(make_app):
    app = make_app(sign_up="domains", sign_up_domains=["people.example"])
    browser = visitor(app).open("/login/sign-up")

    browser.press("register", email="jane@elsewhere.example", password=SHORT, name="x" * 201)

    assert wrong(browser) == {"email", "name", "password"}


@pytest.mark.parametrize("current", ["", "not the right one"])
def test_change_of_password_tells_of_the_old_and_the_new_at_once(signed_in, current):
    signed_in.open("/account/security")

    signed_in.press("change-password", current_password=current, password=SHORT)

    assert signed_in.status == 422
    assert wrong(signed_in) == {"current_password", "password"}


def test_right_old_password_beside_a_bad_new_one_is_no_wrong_try(signed_in):
    for _ in range(6):
        signed_in.open("/account/security")
        signed_in.press("change-password", current_password=PASSWORD, password=SHORT)

        assert signed_in.status == 422
        assert signed_in.element("current_password").get("aria-invalid") == ""
