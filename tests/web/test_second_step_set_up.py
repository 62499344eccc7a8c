"""Set the second step up, because one wants to or has to; turn it off; make new recovery codes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Mail, RecoveryCode, Session, Totp
from app.services.upkeep.audit import Event
from tests.administrators import browser_of, owner_of, reads_mail, visitor
from tests.factories import PASSWORD
from tests.phone import recovery_codes, scan
from tests.secrets_seen import remember


@pytest.fixture
def at_home(app, jane, clock):
    """Return the browser in which Jane has signed in and read her mail; the clock stands still."""
    assert clock.time, "the clock stands still"
    return owner_of(app, jane)


def set_up(browser):
    """Set the app up on the page shown; return the phone and the recovery codes."""
    phone = scan(browser)
    browser.press("turn-on", code=remember(phone.code))
    return phone, recovery_codes(browser)


def test_person_sets_an_app_up_and_gets_ten_codes(at_home, jane, db):
    at_home.open("/account/security").follow("Set up a second step")

    _, codes = set_up(at_home)

    assert len(codes) == 10
    assert at_home.answer.headers["cache-control"] == "no-store"
    at_home.follow("I've saved these")
    assert at_home.at == "/account/security"
    assert at_home.sees("10 of 10 codes left")
    db.session.refresh(jane)
    assert jane.has_second_step
    session = db.session.scalars(select(Session)).one()
    assert session.amr == ["pwd", "otp", "mfa"]
    subjects = db.session.scalars(select(Mail.template)).all()
    assert subjects == ["account_notice"]


def test_setting_it_up_is_no_sign_in(at_home, db):
    at_home.open("/account/second-step")
    before = db.session.scalars(select(AuditEvent.id)).all()

    set_up(at_home)

    wanted = select(AuditEvent.event).where(AuditEvent.id.not_in(before))
    told = db.session.scalars(wanted).all()
    assert Event.SECOND_STEP_ON in told
    assert Event.SIGNED_IN not in told


def test_nothing_is_written_before_a_code_proves_it(at_home, db):
    """security.md MF06: confirm a code before activation."""
    at_home.open("/account/second-step")
    phone = scan(at_home)

    at_home.press("turn-on", code=phone.wrong_code)

    assert at_home.status == 422
    assert at_home.sees("That code isn't right.")
    assert scan(at_home) == phone, "the same key is shown again"
    assert db.session.scalar(select(Totp)) is None
    assert db.session.scalar(select(RecoveryCode)) is None


@pytest.mark.parametrize("path", ["/account/second-step", "/login/enrol?again=yes"])
def test_same_key_comes_again_when_the_page_is_loaded_again(at_home, path, clock):
    """Whoever has scanned it is not shut out; another sign-in has another one (SE10)."""
    phone = scan(at_home.open(path))
    clock.move(minutes=14)
    assert scan(at_home.open(path)) == phone

    clock.move(minutes=2)
    at_home.open(path).press("sign-in", password=PASSWORD)

    assert scan(at_home) != phone


@pytest.mark.parametrize("sent", ["", "AAAA", "not base64 !", "é", None])
def test_seed_that_is_not_ours_is_not_taken(at_home, sent, db):
    """security.md MF06: the pending seed is bound to the session."""
    at_home.open("/account/second-step")
    phone = scan(at_home)
    filled = at_home.fill("turn-on", code=phone.code)
    fields = [(name, sent if name == "which" else value) for name, value in filled.fields]

    answer = at_home.transport.send(
        "POST",
        filled.url,
        headers={**at_home.cookie_header(), "Origin": at_home.origin},
        form=[(name, value) for name, value in fields if value is not None],
    )

    assert answer.status == 422
    assert "Scan the new code." in answer.text
    assert db.session.scalar(select(Totp)) is None


def test_seed_of_one_browser_is_worth_nothing_in_another(app, at_home, jane):
    at_home.open("/account/second-step")
    sealed = at_home.fill("turn-on", code="1").fields
    stolen = next(value for name, value in sealed if name == "which")
    phone = scan(at_home)
    other = owner_of(app, jane).open("/account/second-step")
    fields = [
        (name, stolen if name == "which" else value)
        for name, value in other.fill("turn-on", code=phone.code).fields
    ]

    answer = other.transport.send(
        "POST",
        other.shown.url,
        headers={**other.cookie_header(), "Origin": other.origin},
        form=fields,
    )

    assert answer.status == 422


def test_old_sign_in_is_not_enough_to_set_it_up(at_home, clock):
    """security.md MF06: enrol only after step-up."""
    clock.move(minutes=16)

    assert at_home.open("/account/second-step").at == "/login/sign-in"


@pytest.fixture
def with_phone(at_home):
    """Return Jane's browser after she has set an app up, with her phone."""
    at_home.open("/account/second-step")
    return at_home, set_up(at_home)[0]


def test_person_turns_it_off(with_phone, jane, db):
    browser, _ = with_phone
    browser.open("/account/security").follow("Turn off")
    browser.press("turn-off")

    assert browser.at == "/account/security"
    assert browser.sees("The second step is off.")
    db.session.refresh(jane)
    assert not jane.has_second_step


def test_password_alone_does_not_turn_it_off(app, with_phone, jane, clock):
    """security.md MF06: it needs that factor."""
    clock.move(seconds=30)
    thief = visitor(app).sign_in(jane.email, PASSWORD)

    thief.open("/account/second-step/off")

    assert thief.at == "/login/sign-in"
    assert with_phone


def test_new_recovery_codes_are_shown_once(with_phone):
    browser, _ = with_phone
    browser.open("/account/security").follow("Make new ones")
    browser.press("make")

    assert len(recovery_codes(browser)) == 10
    browser.open("/account/recovery-codes")
    assert not browser.has("codes")


@pytest.mark.parametrize("path", ["/account/second-step/off", "/account/recovery-codes"])
def test_who_has_none_has_nothing_to_turn_off(at_home, path):
    assert at_home.open(path).at == "/account/security"


def test_old_sign_in_is_not_enough_to_set_it_up_on_the_way_in(at_home, clock):
    """security.md MF06, SE10: nor through the page of those who are asked to."""
    clock.move(minutes=16)

    at_home.open("/login/enrol?again=yes")
    assert at_home.at == "/login/sign-in"
    at_home.press("sign-in", password=PASSWORD)

    assert at_home.at == "/login/enrol"


def test_page_left_open_past_the_recent_sign_in_sets_nothing_up(at_home, clock, db):
    at_home.open("/login/enrol?again=yes")
    phone = scan(at_home)
    clock.move(minutes=16)

    at_home.press("turn-on", code=remember(phone.code))

    assert at_home.at == "/login/sign-in"
    assert db.session.scalar(select(Totp)) is None


def test_key_shown_half_an_hour_ago_is_worth_nothing(at_home, jane, clock, db):
    """security.md MF06: a page that somebody else has photographed does not wait for ever."""
    at_home.open("/account/second-step")
    phone = scan(at_home)
    clock.move(minutes=10)
    old = at_home.fill("turn-on", code="1").fields
    sealed = next(value for name, value in old if name == "which")
    clock.move(minutes=20)
    reads_mail(at_home, jane)
    at_home.open("/account/second-step").press("sign-in", password=PASSWORD)

    at_home.press("turn-on", code=remember(phone.code), which=sealed)

    assert at_home.status == 422
    assert at_home.sees("Scan the new code.")
    assert db.session.scalar(select(Totp)) is None


def test_key_from_before_a_security_event_is_worth_nothing(at_home, clock):
    """security.md SE04: what was begun before the second step was turned off is over."""
    at_home.open("/account/second-step")
    first = next(
        value for name, value in at_home.fill("turn-on", code="1").fields if name == "which"
    )
    phone, _ = set_up(at_home)
    at_home.open("/account/second-step/off").press("turn-off")
    clock.move(seconds=30)

    at_home.open("/account/second-step").press("turn-on", code=remember(phone.code), which=first)

    assert at_home.status == 422
    assert at_home.sees("Scan the new code.")


def test_other_devices_are_signed_out_when_it_is_turned_on(app, at_home, jane):
    """security.md SE04, ASVS 7.4.3: whoever has the password may be signed in somewhere."""
    thief = browser_of(app, jane)
    at_home.open("/account/second-step")

    set_up(at_home)

    assert thief.open("/account/").at == "/login/sign-in"
    assert at_home.open("/account/").at == "/account/"
