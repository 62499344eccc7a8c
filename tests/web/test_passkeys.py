"""One's own passkeys: made, named and removed in Security; what others see of them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Mail, Passkey
from app.services.authorization.levels import RECENT
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, owner_of, visitor
from tests.authenticator import LIES, Authenticator
from tests.factories import PASSWORD
from tests.mailbox import subjects
from tests.passkey_pages import create, use
from tests.phone import recovery_codes
from tests.secrets_seen import remember


@pytest.fixture
def at_home(app, jane):
    """Return Jane's browser after she has signed in and shown to read her mail."""
    return owner_of(app, jane)


def count(db, model=Passkey):
    return db.session.scalar(select(func.count()).select_from(model))


def test_person_makes_a_passkey_and_signs_in_with_it(app, at_home, db, settings):
    at_home.open("/account/security").follow("Set up a passkey")
    device = create(at_home)
    assert at_home.sees("The passkey is ready.")
    assert at_home.sees("Linux")

    browser = use(visitor(app).open("/login/sign-in"), device)

    assert browser.at == "/account/"
    assert subjects(settings) == ["A passkey was added"]
    assert Event.PASSKEY_ADDED in db.session.scalars(select(AuditEvent.event)).all()
    assert browser.open("/account/activity").sees("Passkey added")


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_lie_makes_no_passkey(at_home, lie, db):
    """security.md MF07: 4xx, and nothing is kept."""
    at_home.open("/account/passkeys")

    create(at_home, lie=lie)

    assert at_home.status == 422
    assert at_home.has("errors")
    assert count(db) == 0
    assert db.session.scalars(select(Mail)).all() == []


def test_same_device_makes_no_second_one(at_home, jane, db):
    """ux.md 2.6."""
    device = factories.passkey(jane)
    at_home.open("/account/passkeys")

    create(at_home, device)

    assert at_home.status == 422
    assert at_home.sees("This device already has a passkey for your account.")
    assert count(db) == 1


def test_passkey_of_another_account_cannot_be_added(at_home, db):
    """security.md MF07: unique across users."""
    theirs = factories.passkey(factories.user())

    create(at_home.open("/account/passkeys"), Authenticator(credential_id=theirs.credential_id))

    assert at_home.status == 422
    assert count(db) == 1


@pytest.mark.parametrize("path", ["/account/passkeys", "/account/passkeys/1"])
def test_old_sign_in_is_not_enough(at_home, clock, path):
    """security.md MF06: enrol only after step-up."""
    clock.move(RECENT)

    assert at_home.open(path).at == "/login/sign-in"


def test_password_alone_adds_none_where_there_is_a_second_step(at_home, jane, clock):
    """security.md MF06."""
    assert clock.time, "the clock stands still"
    factories.phone(jane)

    assert at_home.open("/account/passkeys").at == "/login/second-step"


def test_person_names_a_passkey(at_home, jane):
    factories.passkey(jane)
    at_home.open("/account/passkeys").follow("Change")

    at_home.press("save", name="  My blue\tphone ")

    assert at_home.sees("My blue phone")
    at_home.follow("Change").press("save", name=" ")
    assert at_home.status == 422
    assert at_home.sees("Enter a name.")


def test_person_removes_a_passkey(app, at_home, jane, settings):
    """security.md MF06: revoked, recorded, mailed."""
    device = factories.passkey(jane)
    elsewhere = browser_of(app, jane)
    at_home.open("/account/passkeys").follow("Change").press("remove")

    assert at_home.at == "/account/passkeys"
    assert at_home.sees("The passkey is removed. Other devices are signed out.")
    assert elsewhere.open("/account/").at == "/login/sign-in"
    assert "A passkey was removed" in subjects(settings)
    browser = use(visitor(app).open("/login/sign-in"), device)
    assert browser.sees("This passkey isn't linked to an account any more.")


def test_last_way_in_cannot_be_removed(app, db):
    """ux.md 2.14."""
    person = factories.user(password=None)
    factories.passkey(person)
    browser = browser_of(app, person)

    browser.open("/account/passkeys").follow("Change").press("remove")

    assert browser.status == 422
    assert browser.sees("Add another way to sign in first.")
    assert count(db) == 1


def test_passkey_of_somebody_else_is_not_to_be_found(at_home, db):
    """ASVS 8.2.2."""
    factories.passkey(factories.user())
    theirs = db.session.scalar(select(Passkey.id))

    assert at_home.open(f"/account/passkeys/{theirs}").status == 404
    at_home.open("/account/passkeys/999999999999")
    assert at_home.status == 404


def test_passkey_becomes_the_second_step(at_home, jane, db):
    device = factories.passkey(jane)
    at_home.open("/account/passkeys").press("ask-passkey")
    assert len(recovery_codes(at_home)) == 10

    at_home.sign_out().sign_in(jane.email, PASSWORD)
    assert at_home.at == "/login/passkey-step"
    use(at_home, device).open("/account/security")

    assert at_home.sees("10 of 10 codes left")
    at_home.open("/account/second-step/off").press("turn-off")
    assert at_home.sees("The second step is off.")
    assert count(db) == 1


def test_account_without_password_can_have_one(app, db):
    person = factories.user("only@people.example", password=None)
    factories.passkey(person)

    browser = browser_of(app, person).open("/account/security")

    assert not browser.has("change-password")
    assert "username=only" in browser.element("add-password").get("href")


def test_export_tells_of_passkeys_and_holds_no_key(at_home, jane, db):
    """security.md RV13."""
    device = factories.passkey(jane)
    at_home.open("/account/data").press("download")

    [kept] = at_home.answer.json["passkeys"]
    assert kept["name"] == "Laptop"
    assert db.session.scalar(select(Passkey.public_key)) not in at_home.answer.text
    assert device.handle not in at_home.answer.text


def test_administrator_sees_and_resets_them(app, jane, db):
    """security.md MF06."""
    factories.passkey(jane)
    browser = browser_of(app, factories.admin()).open(f"/admin/users/{jane.id}")
    assert browser.sees("Laptop")

    browser.follow("Reset the second step").press("reset", reason=remember("a call"))

    assert count(db) == 0
    assert browser.sees("The second step is reset.")
