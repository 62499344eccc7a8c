"""The first page of an account: a check-up, the last events, the next best step (ux.md 2.14)."""

from __future__ import annotations

from app.services.people import recovery_codes
from tests import factories
from tests.administrators import browser_of, visitor


def lines(browser, name):
    """Return the lines of a list on the page."""
    return [line.text for line in browser.open("/account/").element(name).find_all("li")]


def test_account_without_a_second_step_is_told_to_set_one_up(signed_in):
    assert "Your password alone signs you in." in lines(signed_in, "checks")[0]

    assert signed_in.follow("Set up a second step").at == "/login/prove-mailbox"


def test_account_with_everything_has_nothing_to_do(app, jane):
    factories.phone(jane)
    browser = browser_of(app, jane)

    found = lines(browser, "checks")

    assert len(found) == 3
    assert "10 recovery codes are left." in found[1]
    assert "Your password is from:" in found[2]
    assert not browser.has("advice")


def test_few_recovery_codes_are_worth_new_ones(app, jane, db):
    _, codes = factories.phone(jane)
    for code in codes[:8]:
        recovery_codes.spend(jane.id, code)
    db.session.commit()

    browser = browser_of(app, jane).open("/account/")

    assert "Make new recovery codes" in browser.element("advice").text


def test_last_three_events_are_shown(app, signed_in, jane):
    for _ in range(3):
        visitor(app).sign_in(jane.email, "not the password at all")

    found = lines(signed_in, "recent")

    assert len(found) == 3
    assert "Somebody tried to sign in and could not" in found[0]
    assert signed_in.follow("All activity").at == "/account/activity"


def test_page_leads_to_the_account_chooser(signed_in):
    assert signed_in.open("/account/").follow("Switch account").at == "/login/select-account"
