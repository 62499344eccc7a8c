"""Passkeys as rules: how they are made, and which have to stay (security.md MF06, MF07)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.models import AuditEvent, Link, Mail, Passkey, User
from app.services.authorization import sessions
from app.services.people import passkey_proofs, passkeys, second_steps, ways_in
from app.services.people.challenges import ChallengeStale
from app.services.people.passkeys import PasskeyKnown, PasskeyWrong, TooManyPasskeys
from app.services.people.ways_in import LastWayIn
from app.services.upkeep.audit import Event
from tests import factories, mailbox
from tests.authenticator import LIES, Authenticator, Lie

BROWSER = "the browser of jane"
AT_MAKING = {
    **LIES,
    "algorithm": Lie(alg=-36),
    "unknown algorithm": Lie(alg=-7777),
    "other format": Lie(fmt="fido-u2f"),
    "unknown format": Lie(fmt="made-up"),
    "false attestation": Lie(fmt="packed"),
    "other ID": Lie(credential_id=b"another"),
}
NO_ANSWERS = [
    "",
    "{}",
    "[]",
    "null",
    "7",
    "not json",
    '{"response": 7}',
    '{"response": {"clientDataJSON": "e30"}}',
    '{"response": {"clientDataJSON": "!!!"}, "rawId": "\\ud800"}',
    '{"rawId": "AA", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiJBQSJ9"}}',
    "[" * 15_000,
    "x" * 20_001,
]


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


@pytest.fixture
def device(jane):
    """Give Jane a passkey."""
    return factories.passkey(jane)


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def add(jane, device, lie=None, **others):
    asked = passkeys.begin_registration(jane, browser=BROWSER)
    answer = device.make(asked, lie or Lie())
    return passkeys.finish_registration(jane, answer, browser=BROWSER, name="Laptop", **others)


def test_person_makes_a_passkey(jane, db):
    made = add(jane, Authenticator(aaguid=bytes.fromhex("fbfc3007154e4ecc8c0b6e020557d7bd")))
    db.session.commit()

    assert (made.name, made.transports, made.is_backed_up) == (
        "iCloud Keychain",
        ["internal"],
        False,
    )
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.event, event.details) == (Event.PASSKEY_ADDED, {"name": "iCloud Keychain"})
    assert [letter.subject for letter in mailbox.outbox()] == ["A passkey was added"]


def test_options_ask_for_a_key_that_verifies_its_user(jane, device):
    """WebAuthn L3 §5.4: discoverable, user verification, no attestation, three algorithms."""
    asked = passkeys.begin_registration(jane, browser=BROWSER)

    assert asked["rp"]["id"] == "id.example"
    assert asked["attestation"] == "none"
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert [one["id"] for one in asked["excludeCredentials"]] == [
        passkeys.of_user(jane.id)[0].credential_id
    ]
    assert asked["user"]["id"] == device.handle == jane.passkey_handle
    assert jane.passkey_handle not in {jane.subject, str(jane.id)}


@pytest.mark.parametrize("lie", AT_MAKING.values(), ids=AT_MAKING.keys())
def test_answer_that_lies_makes_no_passkey(jane, lie, db):
    """security.md MF07, WebAuthn L3 §7.1."""
    with pytest.raises((PasskeyWrong, ChallengeStale)):
        add(jane, Authenticator(), lie)
    db.session.rollback()

    assert rows(db, Passkey) == rows(db, Link) == rows(db, Mail) == 0


@pytest.mark.parametrize("sent", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_what_is_no_answer_is_refused(jane, sent):
    with pytest.raises((PasskeyWrong, ChallengeStale)):
        passkey_proofs.finish_sign_in(sent, browser=BROWSER)
    with pytest.raises((PasskeyWrong, ChallengeStale)):
        passkeys.finish_registration(jane, sent, browser=BROWSER, name="Laptop")


def test_id_is_unique_across_users(jane, device, db):
    """security.md MF07: nobody takes over the passkey of another account."""
    bob = factories.user()
    copy = Authenticator(credential_id=device.credential_id)

    with pytest.raises(PasskeyKnown):
        add(bob, copy)
    db.session.rollback()

    assert db.session.scalars(select(Passkey.user_id)).all() == [jane.id]


def test_nobody_has_more_than_twenty(jane):
    for _ in range(passkeys.MOST):
        factories.passkey(jane)

    with pytest.raises(TooManyPasskeys):
        add(jane, Authenticator())


def test_last_way_in_stays(db, app):
    """ux.md 2.14: refuse removing the last way in."""
    jane = factories.user(password=None)
    factories.passkey(jane)
    factories.passkey(jane)
    first, last = (one.id for one in passkeys.of_user(jane.id))

    ways_in.remove_passkey(jane, first, session_id=0)
    db.session.commit()
    with pytest.raises(LastWayIn):
        ways_in.remove_passkey(jane, last, session_id=0)
    db.session.rollback()

    assert passkeys.count(jane.id) == 1


def test_second_step_ends_with_its_last_factor(jane, device, db):
    """security.md MF06: and the owner is told."""
    second_steps.turn_on_with_passkey(jane)
    db.session.commit()

    ways_in.remove_passkey(jane, passkeys.of_user(jane.id)[0].id, session_id=0)
    db.session.commit()

    assert not jane.has_second_step
    subjects = [letter.subject for letter in mailbox.outbox()]
    assert subjects[-2:] == ["A passkey was removed", "The second step was turned off"]


@pytest.mark.one_engine
def test_demanded_factor_stays(make_app, jane, device):
    with make_app(second_step="everyone").app_context():
        person = database.session.merge(jane)
        second_steps.turn_on_with_passkey(person)
        with pytest.raises(LastWayIn):
            ways_in.remove_passkey(person, passkeys.of_user(person.id)[0].id, session_id=0)
        database.session.rollback()


def test_reset_takes_the_passkeys_too(jane, device, db):
    _, token = factories.session(factories.admin())
    second_steps.reset(jane, by=sessions.find(token), reason="phone lost")
    db.session.commit()

    assert not passkeys.has_any(jane.id)


def test_offer_that_was_not_wanted_rests_for_ninety_days(jane, clock, db):
    """ux.md 2.6."""
    assert passkeys.is_worth_offering(jane)
    passkeys.decline(jane)
    db.session.commit()
    assert not passkeys.is_worth_offering(jane)

    clock.move(passkeys.QUIET)
    assert passkeys.is_worth_offering(jane)
    factories.passkey(jane)
    assert not passkeys.is_worth_offering(jane)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("issuer", "rp_id", "origin"),
    [
        ("https://id.example", "id.example", "https://id.example"),
        ("https://ID.example:443", "id.example", "https://id.example"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_site_is_the_issuers(make_app, issuer, rp_id, origin):
    with make_app(issuer=issuer).app_context():
        site = passkeys.site()

    assert (site.id, site.origin) == (rp_id, origin)


@pytest.mark.one_engine
@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8000", "http://[::1]:8000"])
def test_address_of_numbers_has_no_passkeys(make_app, issuer):
    """WebAuthn L3 §5.1.3: an RP ID is a domain; pages then offer none."""
    with make_app(issuer=issuer).app_context():
        assert passkey_proofs.begin_sign_in(browser=BROWSER) is None
        assert passkeys.begin_registration(User(id=1), browser=BROWSER) is None
