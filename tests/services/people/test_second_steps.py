"""The second step as rules: what counts once, what ends, who has to have it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Session, Totp, User
from app.security import totp as codes_of
from app.services.authorization import sessions
from app.services.people import half_sign_ins, recovery_codes, second_steps, totp
from app.services.people import trusted_browsers as trust
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.recovery_codes import RecoveryCodeWrong
from app.services.people.totp import CodeUsed, CodeWrong, SetUpAlready
from app.services.upkeep import throttles
from app.services.upkeep.audit import Event
from tests import factories, mailbox
from tests.secrets_seen import remember

BROWSER = "the browser of jane"


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


@pytest.fixture
def phone(jane, clock):
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[0]


@pytest.fixture
def codes(jane, clock):
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[1]


def test_code_counts_once(jane, phone):
    """security.md MF02: no replay within the step."""
    totp.spend(jane.id, phone.code)

    with pytest.raises(CodeUsed):
        totp.spend(jane.id, phone.code)


def test_code_from_before_the_last_one_does_not_count(jane, phone):
    totp.spend(jane.id, phone.shown(1))

    with pytest.raises(CodeUsed):
        totp.spend(jane.id, phone.shown(0))


def test_next_code_counts(jane, phone, clock):
    totp.spend(jane.id, phone.code)
    clock.move(seconds=30)

    totp.spend(jane.id, phone.code)

    assert totp.find(jane.id).used_at == clock.time


def test_code_of_somebody_else_is_wrong(jane, phone, db):
    assert phone.code, "jane has a phone"
    bob = factories.user()
    theirs, _ = factories.phone(bob)

    with pytest.raises(CodeWrong):
        totp.spend(jane.id, theirs.wrong_code)
    with pytest.raises(CodeWrong):
        totp.spend(factories.user().id, theirs.code)


def test_seed_moved_to_another_row_does_not_open(jane, phone, db):
    """security.md KS01: the context of the ciphertext is its row."""
    bob = factories.user()
    factories.phone(bob)
    jane_row, bob_row = db.session.get(Totp, jane.id), db.session.get(Totp, bob.id)
    bob_row.sealed_seed = jane_row.sealed_seed
    db.session.commit()

    with pytest.raises(Exception, match=f"totp {bob.id}"):
        totp.spend(bob.id, phone.code)


def test_code_that_sets_the_app_up_is_used_up(jane, clock):
    assert clock.time, "the clock stands still"
    seed = factories.phone(factories.user())[0]

    second_steps.turn_on(jane, seed.seed, seed.code)

    with pytest.raises(CodeUsed):
        totp.spend(jane.id, seed.code)
    with pytest.raises(SetUpAlready):
        second_steps.turn_on(jane, seed.seed, seed.code)


def test_recovery_code_counts_once_however_it_is_typed(jane, codes):
    """security.md MF05."""
    assert len(codes) == len(set(codes)) == 10

    assert recovery_codes.spend(jane.id, f" {codes[0].lower().replace('-', ' ')} ") == 9
    with pytest.raises(RecoveryCodeWrong):
        recovery_codes.spend(jane.id, codes[0])


def test_recovery_code_is_of_one_user(codes, db):
    assert db.engine, "a context of the application is open"

    with pytest.raises(RecoveryCodeWrong):
        recovery_codes.spend(factories.user().id, codes[0])


def test_new_recovery_codes_replace_the_old(jane, codes):
    made = second_steps.renew_codes(jane)

    assert not set(made) & set(codes)
    assert recovery_codes.left(jane.id) == 10
    with pytest.raises(RecoveryCodeWrong):
        recovery_codes.spend(jane.id, codes[0])


@pytest.mark.parametrize("end", ["time", "epoch", "turned off", "another first step"])
def test_half_sign_in_ends(jane, clock, end, db):
    half_sign_ins.begin(jane, browser=BROWSER, amr=("pwd",))
    half, _ = half_sign_ins.find(BROWSER)
    db.session.commit()

    if end == "time":
        clock.move(half_sign_ins.LIFETIME)
    elif end == "epoch":
        sessions.kill_all(jane)
    elif end == "turned off":
        jane.disabled_at = clock.time
    else:
        half_sign_ins.begin(factories.user(), browser=BROWSER, amr=("pwd",))
        with pytest.raises(HalfSignInGone):
            half_sign_ins.finish(half)
        return
    db.session.flush()

    assert half_sign_ins.find(BROWSER) is None


@pytest.mark.parametrize("end", ["time", "epoch", "turned off", "another browser", "another user"])
def test_trust_ends(jane, phone, clock, end):
    """security.md MF13: per user and device, thirty days, revoked with any security event."""
    assert phone.code, "jane has a phone"
    trust.trust(jane, BROWSER)
    assert trust.is_trusted(jane, BROWSER)

    if end == "time":
        clock.move(timedelta(days=30))
    elif end == "epoch":
        sessions.kill_all(jane)
    elif end == "turned off":
        second_steps.turn_off(jane, session_id=0)

    whose = factories.user() if end == "another user" else jane
    where = "another" if end == "another browser" else BROWSER
    assert not trust.is_trusted(whose, where)


def test_turning_it_off_ends_every_other_session(jane, phone, db):
    """security.md MF06."""
    assert phone.code, "jane has a phone"
    here, _ = factories.session(jane)
    there, token = factories.session(jane)

    second_steps.turn_off(jane, session_id=here.id)
    db.session.commit()

    assert not jane.has_second_step
    assert totp.find(jane.id) is None
    assert recovery_codes.left(jane.id) == 0
    assert sessions.find(token) is None
    alive = db.session.scalars(select(Session.id).where(Session.ended_at.is_(None))).all()
    assert alive == [here.id] != [there.id]


def test_every_change_is_recorded_and_mailed(jane, clock, told, db):
    """security.md MF06, LG08."""
    seed = remember(codes_of.seed_of("any key", jane.email))
    codes = second_steps.turn_on(
        jane, seed, remember(codes_of.code_at(seed, codes_of.step_at(clock.time)))
    )
    second_steps.spend_recovery_code(jane, codes[0])
    second_steps.renew_codes(jane)
    second_steps.turn_off(jane, session_id=0)
    db.session.commit()

    recorded = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert [event for event in recorded if event.startswith(("second", "recovery"))] == [
        Event.SECOND_STEP_ON,
        Event.RECOVERY_CODE_USED,
        Event.RECOVERY_CODES_MADE,
        Event.SECOND_STEP_OFF,
    ]
    assert told() == [
        "The second step was turned on",
        "A recovery code was used",
        "New recovery codes were made",
        "The second step was turned off",
    ]


@pytest.fixture
def told(db):
    """Return a function that gives the subjects of the mails in the outbox, the oldest first."""
    return lambda: [letter.subject for letter in mailbox.outbox()]


@pytest.mark.parametrize(
    ("setting", "issuer", "admin", "anybody"),
    [
        ("", "https://id.example", True, False),
        ("", "http://localhost:8000", False, False),
        ("optional", "https://id.example", False, False),
        ("admins", "http://localhost:8000", True, False),
        ("everyone", "https://id.example", True, True),
    ],
)
@pytest.mark.one_engine
def test_policy(make_app, setting, issuer, admin, anybody):
    """security.md AD04: administrators need it, unless the provider is on one's own machine."""
    with make_app(second_step=setting, issuer=issuer).app_context():
        assert second_steps.is_demanded_of(1, User(is_admin=True)) is admin
        assert second_steps.is_demanded_of(1, User()) is anybody


def test_guessing_all_day_succeeds_once_in_ten_thousand(jane, clock, db):
    """security.md MF03: expected guesses, three codes of a million being right at any time."""
    tries, end = 0, clock.time + timedelta(days=1)
    count = throttles.second_step(jane.id)
    while clock.time < end:
        try:
            throttles.reserve((count,))
            db.session.commit()
            tries += 1
        except throttles.TooMany as many:
            db.session.rollback()
            clock.move(many.retry_after)

    assert tries > 20
    assert tries * 3 / 1_000_000 <= 1e-4
