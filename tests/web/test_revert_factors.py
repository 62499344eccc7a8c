"""What an address that is put back takes away: every way in of whoever had replaced it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.models import (
    AuditEvent,
    Passkey,
    RecoveryCode,
    Session,
    Totp,
    TrustedBrowser,
    UpstreamIdentity,
    UpstreamProvider,
)
from app.services.authorization import levels
from app.services.upkeep.audit import Event
from tests import factories
from tests.address_pages import NEW_PASSWORD, promoted
from tests.administrators import browser_of, owner_of, visitor
from tests.phone import scan
from tests.secrets_seen import remember

OLD = "jane@people.example"


@pytest.fixture
def thief(clock, app, jane, letters):
    """Return the browser of somebody in Jane's session, who has changed her address."""
    assert clock.time, "the clock stands still"
    return promoted(owner_of(app, jane), letters)


@pytest.fixture
def owner(app):
    """Return the browser of Jane, who reads her mail."""
    return visitor(app)


def strong_browser(app, person, db):
    """Return a browser in which somebody has passed two steps."""
    browser = browser_of(app, person)
    db.session.execute(update(Session).values(acr=levels.MFA, amr=["pwd", "otp", "mfa"]))
    db.session.commit()
    return browser


def test_second_step_is_still_asked_for(app, jane, owner, letters, clock, db):
    """security.md RV05: a link replaces the first step, never the second that was there before."""
    phone, codes = factories.phone(jane)
    clock.move(days=8)
    promoted(strong_browser(app, jane, db), letters)

    owner.open(letters.link(OLD)).press("put-back").press("save", password=NEW_PASSWORD)

    assert owner.sign_in(OLD, NEW_PASSWORD).at == "/login/second-step"
    owner.follow("Use a recovery code").press("continue", code=codes[0])
    assert owner.at == "/account/", "the codes are as old as the app"
    assert phone.code


def test_app_of_the_thief_goes_and_the_owner_gets_in(thief, owner, letters, jane, db):
    """security.md MF06, RV07: a second step set up in the stolen session keeps nobody out."""
    thief.open("/account/second-step")
    thief.press("turn-on", code=remember(scan(thief).code))

    owner.open(letters.link(OLD))
    assert owner.sees("authenticator app, recovery codes")
    owner.press("put-back").press("save", password=NEW_PASSWORD)

    assert owner.sign_in(OLD, NEW_PASSWORD).at == "/account/"
    db.session.refresh(jane)
    assert not jane.has_second_step
    assert (rows(db, Totp), rows(db, RecoveryCode), rows(db, TrustedBrowser)) == (0, 0, 0)
    assert "The second step was turned off" in [mail["Subject"] for mail in letters.all(OLD)]
    assert Event.SECOND_STEP_OFF in db.session.scalars(select(AuditEvent.event)).all()


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_recovery_codes_of_the_thief_go_and_the_app_of_the_owner_stays(
    app, jane, owner, letters, clock, db
):
    """security.md MF05: codes made anew in the stolen session pass the second step."""
    factories.phone(jane)
    clock.move(days=8)
    thief = promoted(strong_browser(app, jane, db), letters)
    thief.open("/account/recovery-codes").press("make")
    assert rows(db, RecoveryCode) == 10

    owner.open(letters.link(OLD)).press("put-back")

    assert (rows(db, Totp), rows(db, RecoveryCode)) == (1, 0)
    subjects = [mail["Subject"] for mail in letters.all(OLD)]
    assert "A part of your second step was removed" in subjects


def test_second_step_ends_with_the_passkey_of_the_thief(thief, owner, letters, jane, db):
    """security.md MF06: without a factor there is nothing to ask for."""
    factories.passkey(jane)
    thief.open("/account/passkeys").press("ask-passkey")
    db.session.refresh(jane)
    assert jane.has_second_step

    owner.open(letters.link(OLD)).press("put-back").press("save", password=NEW_PASSWORD)

    assert owner.sign_in(OLD, NEW_PASSWORD).at == "/account/"


def test_linked_account_of_the_thief_goes(thief, owner, letters, jane, db):
    """security.md RV07: what the thief is elsewhere must not sign in here."""
    provider = UpstreamProvider(
        slug="example",
        name="Example",
        kind="generic",
        issuer="https://up.example",
        client_id="us",
        scopes="openid",
        claims={},
    )
    db.session.add(provider)
    db.session.flush()
    identity = UpstreamIdentity(
        provider_id=provider.id, issuer=provider.issuer, subject="thief", user_id=jane.id
    )
    db.session.add(identity)
    db.session.commit()
    assert thief

    owner.open(letters.link(OLD)).press("put-back")

    assert rows(db, UpstreamIdentity) == 0


def test_passkey_of_the_thief_goes_and_that_of_the_owner_stays(clock, app, jane, letters, db):
    """A passkey made in the stolen session would sign in whatever the new password is."""
    factories.passkey(jane)
    clock.move(days=8)
    factories.passkey(jane)
    promoted(browser_of(app, jane), letters)

    visitor(app).open(letters.link(OLD)).press("put-back")

    left = db.session.scalars(select(Passkey)).one()
    assert left.created_at < clock() - timedelta(days=7)
    assert any("passkey was removed" in mail["Subject"] for mail in letters.all(OLD))
