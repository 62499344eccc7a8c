"""What passkeys prove: every field of an answer is checked, a challenge counts once (MF07)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.models import AuditEvent, Link, Passkey
from app.services.people import challenges, passkey_proofs, passkeys
from app.services.people.challenges import ChallengeStale
from app.services.people.passkey_proofs import CounterWentBack, PasskeyUnknown
from app.services.people.passkeys import PasskeyWrong
from app.services.upkeep.audit import Event
from tests import factories, mailbox
from tests.authenticator import BE, BS, LIES, Authenticator, Lie

BROWSER = "the browser of jane"
AT_USE = {
    **LIES,
    "signature": Lie(signature=b"\x30\x06\x02\x01\x01\x02\x01\x01"),
    "no signature at all": Lie(signature=b"x"),
    "handle of somebody else": Lie(user_handle="c29tZWJvZHkgZWxzZQ"),
    "no handle": Lie(has_handle=False),
}


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


def sign_in(answer, browser=BROWSER):
    return passkey_proofs.finish_sign_in(answer, browser=browser)


def options():
    return passkey_proofs.begin_sign_in(browser=BROWSER)


def test_options_of_the_sign_in_tell_of_nobody(device):
    """security.md LG01: they are the same whether or not anybody has a passkey."""
    asked = options()

    assert device.handle, "somebody has one"
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"
    assert len(challenges.new("x", browser=BROWSER)) >= 16


def test_passkey_signs_its_owner_in(jane, device, clock, db):
    user, passkey = sign_in(device.sign(options()))
    db.session.commit()

    assert user.id == jane.id
    db.session.refresh(passkey)
    assert (passkey.sign_count, passkey.used_at) == (1, clock.time)


@pytest.mark.parametrize("lie", AT_USE.values(), ids=AT_USE.keys())
def test_answer_that_lies_signs_nobody_in(device, lie, db):
    """security.md MF07, WebAuthn L3 §7.2."""
    before = rows(db, Link)

    with pytest.raises((PasskeyWrong, ChallengeStale)):
        sign_in(device.sign(options(), lie))
    db.session.rollback()

    assert rows(db, Link) == before
    assert db.session.scalar(select(Passkey.sign_count)) == 0


@pytest.mark.parametrize("cut", ["authenticatorData", "signature", "clientDataJSON"])
def test_answer_with_a_hole_is_refused(device, cut):
    answer = json.loads(device.sign(options()))
    for value in (answer["response"][cut][:20], "", 7, None):
        answer["response"][cut] = value
        with pytest.raises((PasskeyWrong, ChallengeStale)):
            sign_in(json.dumps(answer))


def test_passkey_of_somebody_else_is_not_the_first_ones(jane, device):
    """security.md MF07: the credential belongs to whom the user handle names."""
    bob = factories.user()
    theirs = factories.passkey(bob)
    theirs.handle = jane.passkey_handle

    with pytest.raises(PasskeyWrong):
        sign_in(theirs.sign(options()))
    with pytest.raises(PasskeyWrong):  # Jane's ID, Bob's key
        sign_in(theirs.sign(options(), Lie(credential_id=device.credential_id)))


def test_removed_passkey_is_unknown(jane, device, db):
    passkeys.remove_all(jane.id)
    db.session.commit()

    with pytest.raises(PasskeyUnknown):
        sign_in(device.sign(options()))


@pytest.mark.parametrize("said", [1, 0])
def test_counter_that_goes_back_is_refused(device, said, db):
    """security.md MF07, WebAuthn L3 §7.2 step 22: there may be a copy."""
    sign_in(device.sign(options()))
    db.session.commit()

    with pytest.raises(CounterWentBack) as caught:
        sign_in(device.sign(options(), Lie(count=said)))
    db.session.rollback()
    passkey_proofs.warn_of_copy(caught.value.passkey_id)
    db.session.commit()

    assert Event.PASSKEY_COPIED in db.session.scalars(select(AuditEvent.event)).all()
    assert "A passkey was refused" in [letter.subject for letter in mailbox.outbox()]


def test_authenticator_that_does_not_count_signs_in_again(jane):
    """WebAuthn L3 §6.1.1: synced passkeys say 0 for ever."""
    device = factories.passkey(jane, count=None, is_synced=True)

    assert sign_in(device.sign(options()))[1].is_backed_up
    assert sign_in(device.sign(options()))


@pytest.mark.parametrize("without", [BE | BS, BE])
def test_passkey_does_not_change_its_kind(jane, without):
    """WebAuthn L3 §7.2 step 19: what may be copied is said once, at its making."""
    device = factories.passkey(jane, is_synced=True)

    with pytest.raises(PasskeyWrong):
        sign_in(device.sign(options(), Lie(without=without)))


def test_challenge_counts_once(device, db):
    answer = device.sign(options())
    sign_in(answer)
    db.session.commit()

    with pytest.raises(ChallengeStale):
        sign_in(answer)
    db.session.rollback()


def test_challenge_is_of_one_browser(device):
    """security.md MF07: an answer that was overheard is worth nothing elsewhere."""
    answer = device.sign(options())

    with pytest.raises(ChallengeStale):
        sign_in(answer, browser="another")


def test_challenge_is_good_for_an_hour(device, clock):
    asked = options()
    clock.move(challenges.LIFETIME)

    with pytest.raises(ChallengeStale):
        sign_in(device.sign(asked))


def test_challenge_is_good_for_one_ceremony(jane, device):
    """security.md MF07: neither for another one, nor for another account."""
    second = passkey_proofs.begin_second_step(jane, browser=BROWSER)
    other = passkeys.begin_registration(factories.user(), browser=BROWSER)

    with pytest.raises(ChallengeStale):
        sign_in(device.sign(second))
    with pytest.raises(ChallengeStale):
        passkey_proofs.finish_second_step(jane, device.sign(options()), browser=BROWSER)
    with pytest.raises(ChallengeStale):
        passkeys.finish_registration(
            jane, Authenticator().make(other), browser=BROWSER, name="Laptop"
        )


def test_challenge_of_the_key_before_is_still_good(make_app, device, app):
    """security.md SE12: the key that signs may change while a page is open."""
    asked = options()
    keys = app.extensions["sealwax.settings"].secret_key.get_secret_value()
    changed = make_app(secret_key=f"a-new-key-that-signs-from-now-on-and-is-long,{keys}")

    with changed.app_context():
        assert sign_in(device.sign(asked))
        database.session.rollback()


def test_second_step_takes_a_passkey_of_that_user(jane, device):
    theirs = factories.passkey(factories.user())
    asked = passkey_proofs.begin_second_step(jane, browser=BROWSER)

    assert [one["id"] for one in asked["allowCredentials"]] == [
        passkeys.of_user(jane.id)[0].credential_id
    ]
    with pytest.raises(PasskeyUnknown):
        passkey_proofs.finish_second_step(jane, theirs.sign(asked), browser=BROWSER)
    # A key that does not keep who its user is sends no handle (§7.2 step 6).
    assert passkey_proofs.finish_second_step(
        jane, device.sign(asked, Lie(has_handle=False)), browser=BROWSER
    )
