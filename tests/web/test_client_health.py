"""The health of an application: what is wrong or soon will be, and where it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import RemoteDocument
from app.security import secrets
from app.services.authorization import logouts
from app.services.authorization.attempts import Trace
from app.services.clients import clients
from tests import factories
from tests.administrators import browser_of

CALM = "All is well. Nothing needs your attention here."


@pytest.fixture
def desk(app, db):
    """Return the browser of an administrator."""
    assert db.engine
    return browser_of(app, factories.admin())


@pytest.fixture
def registered(db):
    """Return an application with a secret, of which nothing is to be said."""
    return factories.client(client_name="Photo Box")


def look(desk, registered):
    """Open the page of an application."""
    return desk.open(f"/admin/applications/{registered.client_id}")


def refuse(registered, code, check):
    """Let an attempt be refused; return its reference."""
    trace = Trace("authorize", client_id=registered.client_id)
    trace.refused(check, code)
    trace.write("refused")
    return trace.reference


def test_application_that_is_well_is_said_to_be(desk, registered):
    """Issue 5: a health panel; silence could as well mean that nobody looked."""
    assert look(desk, registered).sees(CALM)


def test_secret_that_ends_is_told_before_and_after(desk, registered, db, clock):
    """ux.md 2.16: secret expiring."""
    clients.get(registered.client_id).secrets[0].expires_at = clock() + timedelta(days=5, hours=1)
    db.session.commit()
    assert look(desk, registered).sees("Its last secret expires in 5 days.")

    clients.get(registered.client_id).secrets[0].expires_at = clock() - timedelta(days=1)
    db.session.commit()

    assert look(desk, registered).sees("Its secret has expired")
    assert not desk.sees(CALM)


def test_secret_with_another_that_goes_on_is_no_trouble(desk, registered, db, clock):
    client = clients.get(registered.client_id)
    clients.add_secret(client)
    client.secrets[0].expires_at = clock() + timedelta(days=2)
    db.session.commit()

    assert not look(desk, registered).sees("Its last secret expires")
    assert desk.sees("Two secrets work.")


def test_keys_that_cannot_be_fetched_are_told(desk, db, clock):
    uri = "https://rp.example/jwks"
    registered = factories.client(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    fault = RemoteDocument(
        uri_digest=secrets.digest(uri), uri=uri, tried_at=clock(), fault="status_500"
    )
    db.session.add(fault)
    db.session.commit()

    look(desk, registered)

    assert desk.sees("Its keys could not be fetched the last time (status_500).")
    assert any(link.get("href") == "#jwks_uri" for link in desk.shown.root.find_all("a"))


def test_commonest_refusal_of_the_last_day_leads_to_its_newest_trace(app, registered, db, clock):
    refuse(registered, "redirect_uri_mismatch", "redirect_uri")
    clock.move(days=1, minutes=1)
    refuse(registered, "redirect_uri_mismatch", "redirect_uri")
    newest = refuse(registered, "redirect_uri_mismatch", "redirect_uri")
    refuse(registered, "scope_not_allowed", "scope")
    db.session.commit()
    desk = browser_of(app, factories.admin())

    look(desk, registered)

    assert desk.sees("3 attempts were refused in the last day")
    assert desk.follow("Why?").at == f"/admin/attempts/{newest}"


def test_notices_that_are_not_accepted_are_told_until_one_is(desk, db):
    registered = factories.client(backchannel_logout_uri="https://rp.example/out")
    client = clients.get(registered.client_id)
    logouts.test(client)
    first = logouts.latest(client)[0]
    first.is_test, first.last_fault = False, "status_500"
    db.session.commit()
    assert look(desk, registered).sees("It does not accept that people signed out (status_500).")

    logouts.test(client)
    second = logouts.latest(client)[0]
    second.is_test, second.delivered_at = False, second.created_at
    db.session.commit()

    assert look(desk, registered).sees(CALM)


def test_unused_addresses_are_told_after_ninety_days(app, desk, registered, clock):
    words = "None of its redirect addresses was used for 90 days."
    assert not look(desk, registered).sees(words)
    clock.move(days=90)

    assert look(browser_of(app, factories.admin()), registered).sees(words)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"pkce_required": False}, "PKCE is not required"),
        ({"redirect_uris": ["http://localhost/cb"]}, "the machine of whoever signs in"),
        ({"trusted": True}, "people are not asked for permission"),
        ({"response_types": ["code id_token token"]}, "Access tokens pass through the browser"),
    ],
)
def test_weak_settings_are_told(desk, db, members, words):
    registered = factories.client(**members)

    assert look(desk, registered).sees(words)
    assert not desk.sees(CALM)


def test_namesake_is_told(desk, registered):
    factories.client(client_name="PHOTO BOX")

    assert look(desk, registered).sees("Another application has the same name.")
