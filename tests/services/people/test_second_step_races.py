"""The second step wanted by eight at once: one gets it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.models import Totp
from app.services.people import half_sign_ins, recovery_codes, totp
from app.services.people.half_sign_ins import HalfSignInGone
from app.services.people.recovery_codes import RecoveryCodeWrong
from app.services.people.totp import AppLocked, CodeUsed, CodeWrong
from tests import at_once, factories

BROWSER = "the browser of jane"


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


@pytest.fixture
def given(jane, clock):
    """Give Jane a second step; return her phone and her codes."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)


def race(app, act):
    """Do one thing eight times at once; return how many came through."""
    return at_once.race(app, act, losing=(CodeUsed, CodeWrong, RecoveryCodeWrong, HalfSignInGone))


def test_one_of_eight_spends_a_code(app, jane, given):
    """reliability.md R6: one success a step."""
    user_id, code = jane.id, given[0].code

    assert race(app, lambda: totp.spend(user_id, code)) == 1


def test_one_of_eight_spends_a_recovery_code(app, jane, given):
    """reliability.md R7."""
    user_id, codes = jane.id, given[1]

    assert race(app, lambda: recovery_codes.spend(user_id, codes[0])) == 1
    assert recovery_codes.left(user_id) == 9


def test_one_of_eight_finishes_a_half_sign_in(app, jane, db):
    half_sign_ins.begin(jane, browser=BROWSER, amr=("pwd",))
    db.session.commit()

    def finish():
        found = half_sign_ins.find(BROWSER)
        if found is None:
            raise HalfSignInGone
        half_sign_ins.finish(found[0])

    assert race(app, finish) == 1


def test_no_more_than_five_codes_are_tried_after_one_password(app, jane, db):
    """security.md MF03: of any number at once, too."""
    half_sign_ins.begin(jane, browser=BROWSER, amr=("pwd",))
    db.session.commit()

    def count():
        found = half_sign_ins.find(BROWSER)
        if found is None:
            raise HalfSignInGone
        half_sign_ins.count_try(found[0])

    assert race(app, count) == 5
    assert half_sign_ins.find(BROWSER) is None


@pytest.mark.parametrize(("known", "most"), [(True, 100), (False, 90)])
def test_no_more_codes_are_looked_at_than_an_app_is_good_for(app, jane, given, db, known, most):
    """security.md MF03, RL03: of eight at once when three are left, three are."""
    user_id = jane.id
    assert given, "jane has a phone"
    db.session.execute(update(Totp).values(wrong_codes=most - 3))
    db.session.commit()

    def count():
        totp.count_try(user_id, known=known)

    assert at_once.race(app, count, losing=(AppLocked,)) == 3
    db.session.expire_all()
    assert totp.find(user_id).wrong_codes == most


def test_owner_is_told_of_the_lock_once_by_eight(app, jane, given, db):
    """security.md MF03: one mail, however many wrong codes came at the same moment."""
    user_id = jane.id
    assert given, "jane has a phone"
    db.session.execute(update(Totp).values(wrong_codes=90))
    db.session.commit()

    def note():
        if not totp.note_lock(user_id):
            raise AppLocked

    assert at_once.race(app, note, losing=(AppLocked,)) == 1
