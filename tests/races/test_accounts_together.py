"""What counts once, wanted by eight at once at two workers: one of them gets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from app.models import AuditEvent, Password, RecoveryCode, Session, Throttle, User
from app.security import passwords as hashing
from app.services.people import half_sign_ins, resets
from app.services.upkeep.audit import Event
from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.races.rounds import WIDTH
from tests.races.volleys import Volley
from tests.secrets_seen import remember
from tests.transports import HttpxTransport

pytestmark = pytest.mark.race
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")
NEW = "four green boats sail home"
#: What those are told who come too late: it was wrong, they have to wait, it is gone, start again.
TOO_LATE = {303, 410, 422, 429}


@pytest.fixture
def transport(live):
    made = HttpxTransport()
    yield made
    made.close()


@pytest.fixture
def new_browser(transport, live):
    return lambda: Browser(transport, live.url)


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


def together(live, filled, *, may_be_busy=False):
    """Send these forms, each with its browser's cookies, at once; return what each is told.

    Eight passwords to hash may be more than a slow machine can do in time: some read 503 then.
    """
    address = filled[0][1].url
    assert {form.url for _, form in filled} == {address}
    headers = {"Origin": live.url}
    with Volley(address, width=len(filled), headers=headers) as volley:
        sent = [(browser.cookie_header(), form.fields) for browser, form in filled]
        outcomes = volley.fire_each(sent)
    told = TOO_LATE | ({503} if may_be_busy else set())
    assert {outcome.status for outcome in outcomes} <= told, outcomes
    return outcomes


def let_in(outcomes):
    """Return how many got a session."""
    return sum("sealwax" in outcome.cookies for outcome in outcomes)


def half_way(new_browser, person, db, *, path):
    """Return so many browsers in which a person owes the second step."""
    browsers = [new_browser().open("/login/sign-in") for _ in range(WIDTH)]
    for browser in browsers:
        held = browser.jar["sealwax-browser"].value
        half_sign_ins.begin(person, browser=held, amr=("pwd",))
    db.session.commit()
    return [browser.open(path) for browser in browsers]


def test_one_recovery_code_lets_one_of_eight_in(live, new_browser, jane, db):
    """security.md MF05."""
    code = factories.phone(jane)[1][0]
    browsers = half_way(new_browser, jane, db, path="/login/recovery-code")

    outcomes = together(live, [(each, each.fill("continue", code=code)) for each in browsers])

    assert let_in(outcomes) == 1
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 9


def test_one_code_of_the_app_lets_one_of_eight_in(live, new_browser, jane, db):
    """security.md MF02."""
    phone = factories.phone(jane)[0]
    browsers = half_way(new_browser, jane, db, path="/login/second-step")
    code = remember(phone.code)

    outcomes = together(live, [(each, each.fill("continue", code=code)) for each in browsers])

    assert let_in(outcomes) == 1
    assert db.session.scalar(select(func.count()).select_from(Session)) == 1


def test_one_half_sign_in_opens_one_session_for_eight_tabs(live, new_browser, jane, db):
    """security.md LG04: eight codes of one person, in one browser."""
    codes = factories.phone(jane)[1]
    browser = half_way(new_browser, jane, db, path="/login/recovery-code")[0]

    forms = [(browser, browser.fill("continue", code=code)) for code in codes[:WIDTH]]

    assert let_in(together(live, forms)) == 1
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 9


def test_one_reset_link_changes_the_password_once(live, new_browser, jane, db):
    """security.md RV02."""
    held = []
    resets.begin(jane.email, link=lambda token: held.append(token) or f"{live.url}/{token}")
    db.session.commit()
    browsers = [new_browser().open(f"/login/reset?token={remember(held[0])}") for _ in range(WIDTH)]

    filled = [
        (browser, browser.fill("save", password=remember(f"{NEW} {number}")))
        for number, browser in enumerate(browsers)
    ]
    outcomes = together(live, filled, may_be_busy=True)

    assert [outcome.status for outcome in outcomes].count(303) == 1
    done = select(func.count()).where(AuditEvent.event == Event.PASSWORD_RESET)
    assert db.session.scalar(done) == 1
    stored = db.session.scalar(select(Password.hash))
    assert sum(hashing.verify_password(stored, f"{NEW} {number}") for number in range(WIDTH)) == 1


@pytest.fixture
def sign_up(live, new_browser, db):
    """Return a function that asks for an account and gives the browser and the mailed code."""

    def asked(address):
        db.session.execute(delete(Throttle))  # nobody may be sent so many mails
        db.session.commit()
        browser = new_browser().sign_up(address, PASSWORD)
        newest = max(Path(live.settings.mail_folder).glob("*.eml"), key=_written)
        return browser, remember(CODE.search(newest.read_text(encoding="utf-8"))[0])

    return asked


def _written(file):
    return file.stat().st_mtime_ns


def test_one_code_from_a_mail_makes_one_account_for_eight_tabs(live, sign_up, db):
    """security.md RV02."""
    browser, code = sign_up("joe@people.example")

    outcomes = together(live, [(browser, browser.fill("confirm", code=code))] * WIDTH)

    assert let_in(outcomes) == 1
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_one_address_becomes_one_account_for_eight_browsers(live, sign_up, db):
    """security.md RV09: each has a code of its own, and all are right."""
    spellings = ("joe@people.example", "Joe@People.Example")
    asked = [sign_up(spellings[number % 2]) for number in range(WIDTH)]

    outcomes = together(live, [(each, each.fill("confirm", code=code)) for each, code in asked])

    assert let_in(outcomes) == 1
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
