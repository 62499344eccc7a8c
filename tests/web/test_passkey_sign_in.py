"""Sign in with a passkey: one ceremony, both factors; nobody learns who has one (ux.md 2.1)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, Link, Passkey, Session
from app.services.authorization import sessions
from app.services.authorization.levels import MFA, PASSWORD, PHR, RECENT
from app.services.people import passkeys
from app.services.upkeep import throttles
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.authenticator import LIES, UV, Authenticator, Lie
from tests.factories import PASSWORD as WORDS
from tests.mailbox import subjects
from tests.passkey_pages import options_on, use
from tests.transports import FlaskTransport


@pytest.fixture
def device(jane):
    """Give Jane a passkey; return what holds it."""
    return factories.passkey(jane)


@pytest.fixture
def at_the_door(browser):
    """Return a browser that shows the sign-in page."""
    return browser.open("/login/sign-in")


def open_sessions(db):
    alive = select(func.count()).select_from(Session).where(Session.ended_at.is_(None))
    return db.session.scalar(alive)


def reasons(db):
    events = select(AuditEvent).where(AuditEvent.event == Event.SIGN_IN_REFUSED)
    return [event.details["reason"] for event in db.session.scalars(events)]


@pytest.mark.parametrize(("is_synced", "method"), [(False, "hwk"), (True, "swk")])
def test_passkey_signs_in_with_both_factors(browser, jane, db, is_synced, method):
    """security.md MF12, RFC 8176: what was proved, and no more."""
    device = factories.passkey(jane, is_synced=is_synced)

    use(browser.open("/login/sign-in"), device)

    assert browser.at == "/account/"
    session = db.session.scalars(select(Session)).one()
    assert (session.amr, session.acr) == ([method, "user", "mfa"], PHR)


def test_passkey_owes_no_second_step(at_the_door, jane, device, clock):
    assert clock.time, "the clock stands still"
    factories.phone(jane)

    assert use(at_the_door, device).at == "/account/"
    assert at_the_door.open("/account/data").at == "/account/data"


def test_page_is_the_same_whoever_has_a_passkey(app, jane, device):
    """security.md LG01."""
    asked = [options_on(visitor(app).open("/login/sign-in"), "use-passkey") for _ in range(2)]

    assert device.handle, "somebody has one"
    assert asked[0] | {"challenge": ""} == asked[1] | {"challenge": ""}
    assert asked[0]["challenge"] != asked[1]["challenge"]
    assert asked[0]["allowCredentials"] == []


def test_button_is_hidden_from_who_runs_no_script(at_the_door):
    form = at_the_door.shown.form_of(at_the_door.element("use-passkey"))

    assert form.has("hidden")
    assert at_the_door.element("username").get("autocomplete") == "username webauthn"


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_lie_is_refused_with_a_page(at_the_door, device, lie, db):
    """security.md MF07: 4xx, nobody signed in, nothing lost."""
    spent = db.session.scalar(select(func.count()).select_from(Link))

    use(at_the_door, device, lie)

    assert at_the_door.status == 422
    assert at_the_door.has("sign-in")
    assert open_sessions(db) == 0
    assert db.session.scalar(select(func.count()).select_from(Link)) == spent
    assert reasons(db)[0] in {"passkey_wrong", "passkey_stale"}
    use(at_the_door, device)
    assert at_the_door.at == "/account/"


def test_trace_says_which_check(at_the_door, device, db):
    use(at_the_door, device, Lie(without=UV))

    trace = db.session.scalars(select(Attempt)).one()
    assert (trace.outcome, trace.reason) == ("refused", "passkey_wrong")
    assert "user was not verified" in json.dumps(trace.checks)


@pytest.mark.parametrize("sent", ["", "{}", "[]", "x" * 30_000, "\0", '{"response": {}}'])
def test_rubbish_is_refused_with_a_page(at_the_door, sent):
    at_the_door.press("use-passkey", credential=sent)

    assert at_the_door.status == 422
    assert at_the_door.sees("This passkey could not be checked.")


def test_unknown_passkey_is_told_to_the_browser(at_the_door, jane, device, db):
    """ux.md 2.1: signalUnknownCredential, and how to go on."""
    passkeys.remove_all(jane.id)
    db.session.commit()

    use(at_the_door, device)

    assert at_the_door.status == 422
    assert at_the_door.sees("This passkey isn't linked to an account any more.")
    form = at_the_door.shown.form_of(at_the_door.element("use-passkey"))
    assert form.get("data-rp-id") == "id.example"
    assert len(form.get("data-unknown")) == 43
    at_the_door.press("sign-in", username=jane.email, password=WORDS)
    assert at_the_door.at == "/account/"


def test_answer_counts_once(app, at_the_door, device):
    asked = options_on(at_the_door, "use-passkey")
    filled = at_the_door.fill("use-passkey", credential=device.sign(asked))
    at_the_door.press("use-passkey", credential=dict(filled.fields)["credential"])
    assert at_the_door.at == "/account/"

    at_the_door.sign_out().open("/login/sign-in")
    at_the_door.press("use-passkey", credential=dict(filled.fields)["credential"])

    assert at_the_door.status == 422
    assert at_the_door.sees("This page was open for a long time. Try again.")


def test_counter_that_goes_back_is_mailed(at_the_door, device, db, settings):
    """security.md MF07."""
    use(at_the_door, device).sign_out().open("/login/sign-in")

    use(at_the_door, device, Lie(count=1))

    assert at_the_door.status == 422
    assert open_sessions(db) == 0
    assert "A passkey was refused" in subjects(settings)
    assert db.session.scalar(select(Passkey.sign_count)) == 1


def test_account_that_is_off_is_told_so(at_the_door, jane, device, db, clock):
    jane.disabled_at = clock.time
    db.session.commit()

    use(at_the_door, device)

    assert at_the_door.status == 422
    assert at_the_door.sees("This account is turned off.")
    assert open_sessions(db) == 0


def test_wrong_passwords_do_not_keep_a_passkey_waiting(at_the_door, jane, device):
    """ux.md 2.1: throttled, the passkey stays usable."""
    for _ in range(6):
        at_the_door.press("sign-in", username=jane.email, password="wrong")
    assert at_the_door.status == 429

    assert use(at_the_door, device).at == "/account/"


def test_network_that_sends_rubbish_has_to_wait(at_the_door, device, monkeypatch):
    monkeypatch.setattr(throttles, "PASSKEY_NETWORK", throttles.Limit("few passkeys", free=2))
    for _ in range(2):
        use(at_the_door, device, Lie(without=UV))

    use(at_the_door, device)

    assert at_the_door.status == 429
    assert at_the_door.answer.headers["retry-after"]


def test_form_of_another_browser_is_refused(app, at_the_door, device, db):
    """security.md LG03, MF07: a stolen answer signs nobody in."""
    asked = options_on(at_the_door, "use-passkey")
    thief = visitor(app).open("/login/sign-in")

    thief.press("use-passkey", credential=device.sign(asked))

    assert thief.status == 422
    assert open_sessions(db) == 0


def test_form_without_its_token_does_nothing(browser, device, db):
    asked = options_on(browser.open("/login/sign-in"), "use-passkey")

    browser.post("/login/passkey", {"credential": device.sign(asked)})

    assert browser.status in {400, 422}
    assert open_sessions(db) == 0


def test_address_of_the_form_leads_to_the_page(browser):
    assert browser.open("/login/passkey?next=/account/data").at == "/login/sign-in"
    assert browser.shown.url.endswith("next=/account/data")


def test_passkey_goes_on_to_the_app(browser, rp, device):
    """The request of the application is not lost, and learns what was proved."""
    rp.authorize(browser)
    use(browser, device, Lie(without=UV))
    use(browser, device)
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json
    claims = rp.verify_id_token(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == (PHR, ["hwk", "user", "mfa"])


@pytest.mark.parametrize("parameters", [{"prompt": "login"}, {"max_age": "60"}])
def test_new_sign_in_moves_auth_time(browser, rp, device, clock, parameters):
    """security.md AZ06: a fresh ceremony."""
    use(browser.open("/login/sign-in"), device)
    clock.move(minutes=5)

    rp.authorize(browser, **parameters)
    assert browser.sees("Confirm it's you")
    use(browser, device)
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json
    claims = rp.verify_id_token(tokens["id_token"])
    assert claims["auth_time"] == int(clock.time.timestamp())


def test_sensitive_page_takes_a_passkey(browser, device, clock):
    """security.md SE10."""
    use(browser.open("/login/sign-in"), device)
    clock.move(RECENT + timedelta(seconds=1))
    browser.open("/account/data")
    assert browser.sees("Confirm it's you")

    assert use(browser, device).at == "/account/data"


def test_levels_are_in_order(rp, browser, device):
    """security.md MF12: who withstands phishing has two factors, too."""
    use(browser.open("/login/sign-in"), device)
    assert rp.metadata["acr_values_supported"] == [PASSWORD, MFA, PHR]

    rp.authorize(browser, acr_values=MFA)
    browser.allow()

    tokens = rp.redeem(rp.callback(browser).code).json
    assert rp.verify_id_token(tokens["id_token"])["acr"] == MFA


def test_other_person_takes_a_turn_in_the_browser(app, jane, device, db):
    """security.md LG03, ux.md 2.7: the cookie is a new one, the other session is set aside."""
    bob = factories.user(name="Bob")
    browser = browser_of(app, bob).open("/login/sign-in?another=yes")
    before = browser.jar["__Host-sealwax"].value

    use(browser, device)

    assert browser.at == "/account/"
    assert browser.sees("Jane Doe")
    assert not browser.sees("Bob")
    assert browser.jar["__Host-sealwax"].value != before
    assert sessions.find(before) is None


@pytest.mark.one_engine
def test_address_of_numbers_shows_no_button(make_app):
    numbers = make_app(issuer="http://127.0.0.1:8000")

    answer = FlaskTransport(numbers).send("GET", "http://127.0.0.1:8000/login/sign-in")

    assert answer.status == 200
    assert "use-passkey" not in answer.text
    assert "passkey.js" not in answer.text


def test_passkey_of_a_stranger_costs_no_account(at_the_door, db):
    stranger = Authenticator(handle="c29tZWJvZHkgZWxzZQ")

    use(at_the_door, stranger)

    assert at_the_door.status == 422
    assert reasons(db) == ["passkey_unknown"]
