"""The walk behind "This wasn't me": it keeps somebody else out (ux.md 2.14)."""

from __future__ import annotations

import pytest

from app.services.people import upstream_identities, upstreams
from app.services.people.pending_identities import Told
from app.services.people.upstream_wishes import Wanted
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

NEW = "four green boats sail home"
HERE = "/account/not-me"


def step(browser, name):
    """Return the words of a step of the walk."""
    return browser.open(HERE).element(f"step-{name}").text


def test_it_wants_a_sign_in(browser, jane):
    assert browser.open(HERE).at == "/login/sign-in"
    assert browser.sign_in(jane.email, PASSWORD).at == HERE


def test_activity_leads_to_it(app, signed_in, jane):
    visitor(app).sign_in(jane.email, "not the password at all")

    signed_in.open("/account/activity").follow("This wasn't me")

    assert signed_in.at == HERE


def test_looking_changes_nothing(app, signed_in, jane):
    """security.md SE07: a GET acts on nothing."""
    elsewhere = browser_of(app, jane)
    signed_in.open(HERE)

    assert elsewhere.open("/account/").at == "/account/"
    assert signed_in.has("do-sessions")


def test_other_sessions_end_and_the_walk_goes_on(app, signed_in, jane):
    elsewhere = browser_of(app, jane)
    assert "1 other device is signed in." in step(signed_in, "sessions")

    signed_in.press("do-sessions")

    assert signed_in.at == HERE
    assert "Done" in step(signed_in, "sessions")
    assert not signed_in.has("do-sessions")
    assert elsewhere.open("/account/").at == "/login/sign-in"


def test_password_is_changed_and_the_walk_goes_on(signed_in):
    signed_in.open(HERE).follow("Change password")
    typed = {"current_password": PASSWORD, "password": remember(NEW)}
    signed_in.press("change-password", **typed)

    assert signed_in.at == HERE
    assert "You have just changed it." in step(signed_in, "password")


def test_old_password_is_to_be_changed(signed_in, clock):
    assert "Done" in step(signed_in, "password")

    clock.move(hours=2)

    assert "To do" in step(signed_in, "password")


def test_second_step_is_offered_or_checked(signed_in, jane):
    assert "To do" in step(signed_in, "second-step")

    factories.phone(jane)

    assert "10 recovery codes are left" in step(signed_in, "second-step")


def test_passkeys_are_to_be_looked_at(signed_in):
    assert "No passkey signs you in." in step(signed_in, "passkeys")


def test_who_else_signs_in_is_to_be_looked_at(signed_in, jane, db):
    """security.md RV08: a link made in a stolen session outlives every new password."""
    assert "No account elsewhere signs you in." in step(signed_in, "upstreams")

    named = {"name": "Example", "issuer": "https://other.example", "client_id": "ours"}
    provider = upstreams.create("generic", Wanted(**named), by=None)
    upstream_identities.link(jane, provider, Told(provider.issuer, "somebody"))
    db.session.commit()

    assert "1 account elsewhere signs you in." in step(signed_in, "upstreams")
    assert signed_in.follow("Look at what is linked").at == "/account/upstreams"


def test_addresses_are_to_be_looked_at(signed_in, jane):
    """security.md RV07: an added address can ask for a new password."""
    assert jane.email in step(signed_in, "email")
    assert not signed_in.has("do-email")

    factories.address(jane, "somebody@people.example")

    assert "one of your 2 addresses" in step(signed_in, "email")
    assert signed_in.follow("Look at your addresses").at == "/account/emails"


def test_apps_are_to_be_looked_at(rp, signed_in):
    assert "No app may use your account." in step(signed_in, "apps")

    rp.authorize(signed_in)
    signed_in.allow()

    assert "1 app may use your account." in step(signed_in, "apps")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "home"])
def test_nobody_is_led_elsewhere(signed_in, back):
    """CVE-2024-39694: the way back is one of ours or none."""
    signed_in.open(f"/account/security?back={back}")
    typed = {"current_password": PASSWORD, "password": remember(NEW)}

    assert signed_in.press("change-password", **typed).at == "/account/security"
