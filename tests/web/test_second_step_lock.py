"""Somebody who has the password guesses codes for weeks: what stops them, and not the owner."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.models import AuditEvent, Totp
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.passkey_pages import use
from tests.secrets_seen import remember

OLD = "jane@people.example"
LOCKED = "Your authenticator app is locked"


@pytest.fixture
def given(jane, clock):
    """Give Jane a second step; return her phone and her recovery codes."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)


def half_way(browser, jane):
    """Pass the first step."""
    return browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)


def take(browser, code, **values):
    """Pass the second one."""
    return browser.press("continue", code=remember(code), **values)


def guess_on(browser, jane, phone, clock):
    """Type wrong codes as fast as one may, until none is looked at; return how many were."""
    looked_at = 0
    while half_way(browser, jane).at == "/login/second-step":
        take(browser, phone.wrong_code)
        if browser.status == 429:
            clock.move(seconds=int(browser.answer.headers["retry-after"]))
        else:
            looked_at += 1
        assert looked_at <= 100, "nobody stops them"
    return looked_at


def wrong_codes(db, number):
    """Let so many wrong codes have been typed."""
    db.session.execute(update(Totp).values(wrong_codes=number))
    db.session.commit()


def counted(db):
    db.session.expire_all()
    row = db.session.scalars(select(Totp)).one()
    return row.wrong_codes, row.locked_at


def test_guessing_ends_with_the_lock_and_the_owner_is_told_once(
    app, jane, given, clock, letters, db
):
    """security.md MF03, NIST SP 800-63B §3.2.2: no more than 100 wrong codes in a row, ever."""
    thief = visitor(app)

    assert guess_on(thief, jane, given[0], clock) == 90

    assert thief.at == "/login/recovery-code"
    assert thief.sees(LOCKED)
    thief.open("/login/second-step?half=yes&chosen=yes")
    assert thief.at == "/login/recovery-code", "the right code would not be looked at either"
    told = [mail for mail in letters.all(OLD) if mail["Subject"].startswith(LOCKED)]
    assert len(told) == 1
    recorded = select(AuditEvent).where(AuditEvent.event == Event.SECOND_STEP_LOCKED)
    assert len(db.session.scalars(recorded).all()) == 1


def test_code_that_waited_in_an_open_page_is_not_looked_at(app, jane, given, db):
    """security.md MF03: the page does not decide, the row does."""
    thief = half_way(visitor(app), jane)
    wrong_codes(db, 90)

    take(thief, given[0].code)

    assert thief.at == "/login/recovery-code"
    assert thief.open("/account/").at == "/login/sign-in"
    assert counted(db)[1] is not None


def test_owner_gets_in_where_they_have_been_before(app, jane, given, clock, db):
    """security.md RL01: an outsider's wrong codes do not lock a known browser out."""
    owner = take(half_way(visitor(app), jane), given[0].code).sign_out()
    wrong_codes(db, 90)
    clock.move(seconds=30)

    take(half_way(owner, jane), given[0].code)

    assert owner.at == "/account/"
    assert counted(db) == (0, None)


def test_known_browser_is_not_good_for_more_than_a_hundred(app, jane, given, clock, db):
    """security.md MF03: nor does a stolen device guess on."""
    known = take(half_way(visitor(app), jane), given[0].code).sign_out()
    wrong_codes(db, 99)
    clock.move(seconds=30)

    take(half_way(known, jane), given[0].wrong_code)

    assert known.at == "/login/recovery-code"
    assert known.sees(LOCKED)


def test_right_code_starts_the_count_again(app, jane, given, db):
    """security.md MF03: what counts is wrong codes one after the other."""
    wrong_codes(db, 89)

    take(half_way(visitor(app), jane), given[0].code)

    assert counted(db) == (0, None)


def test_recovery_code_unlocks_the_app(app, jane, given, clock, db):
    phone, codes = given
    wrong_codes(db, 90)
    stranger = half_way(visitor(app), jane)
    assert stranger.at == "/login/recovery-code"

    take(stranger, codes[0])

    assert stranger.at == "/account/"
    clock.move(seconds=30)
    assert take(half_way(visitor(app), jane), phone.code).at == "/account/"


def test_wrong_recovery_code_unlocks_nothing(app, jane, given, db):
    assert given, "jane has a phone"
    wrong_codes(db, 90)

    take(half_way(visitor(app), jane), "K7Q2-9FXM-3WBT-2HJD")

    assert counted(db)[0] == 90


@pytest.mark.parametrize("is_second", [True, False])
def test_passkey_unlocks_the_app(app, jane, given, db, is_second):
    assert given, "jane has a phone"
    device = factories.passkey(jane)
    wrong_codes(db, 90)
    browser = visitor(app).open("/login/sign-in")
    if is_second:
        browser.sign_in(jane.email, PASSWORD)
        assert browser.at == "/login/passkey-step"

    use(browser, device)

    assert browser.at == "/account/"
    assert counted(db) == (0, None)


def test_person_sees_that_the_app_is_locked(app, jane, given, db):
    """security.md MF06: in the account, and in what was done with it."""
    assert given, "jane has a phone"
    here = browser_of(app, jane)
    wrong_codes(db, 90)
    half_way(visitor(app), jane)

    assert here.open("/account/security").sees("Locked")
