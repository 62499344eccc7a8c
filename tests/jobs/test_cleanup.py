"""What is deleted, and what must not be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.database import is_sqlite
from app.jobs import cleanup
from app.models import (
    Attempt,
    AuditEvent,
    DeviceCode,
    Family,
    Interaction,
    Mail,
    RefreshToken,
    Session,
    SignUp,
    Throttle,
)
from app.services.authorization import device_codes
from app.services.people import sign_ups
from app.services.people.person_names import NewPerson
from app.services.upkeep import cleanup as brooms
from app.services.upkeep import throttles
from app.services.upkeep.audit import Event
from tests import devices, factories
from tests.administrators import browser_of
from tests.factories import PASSWORD
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import FlaskTransport


def rows(db, model):
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def jane(db):
    return factories.user("jane@people.example")


@pytest.fixture
def rp(db, app, settings):
    registered = factories.client(scope="openid offline_access")
    return RelyingParty(
        FlaskTransport(app),
        settings.issuer,
        client_id=registered.client_id,
        client_secret=registered.secret,
    )


@pytest.fixture
def tokens(rp, app, jane, clock):
    """Return tokens of an authorization that Jane gave just now."""
    browser = browser_of(app, jane)
    rp.authorize(browser, scope="openid offline_access")
    browser.allow()
    return rp.redeem(rp.callback(browser).code).json


def test_living_tokens_are_left_alone(rp, tokens, db, clock, settings):
    """R15: no valid row goes; a refresh token is found used on the last day as on the first."""
    clock.move(settings.refresh_idle - timedelta(minutes=1))
    cleanup.clean()

    renewed = rp.refresh(tokens["refresh_token"])
    cleanup.clean()

    assert renewed.status == 200
    assert rp.userinfo(renewed.json["access_token"]).status == 200
    clock.move(minutes=1)
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert rows(db, Family) == 1


def test_dead_tokens_go_with_their_family(rp, tokens, db, clock, settings):
    clock.move(settings.refresh_lifetime)
    cleanup.clean()

    assert (rows(db, RefreshToken), rows(db, Family)) == (0, 0)
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_last_access_token_outlives_its_refresh_token(make_app, jane, db, clock, settings):
    """R15: also where access tokens live longer than any one client may have it."""
    two = dict.fromkeys(("refresh_lifetime", "session_lifetime"), timedelta(hours=2))
    app = make_app(access_token_lifetime=timedelta(hours=3), **two)
    with app.app_context():
        made = factories.client(scope="openid offline_access")
        transport, names = FlaskTransport(app), (made.client_id, made.secret)
        rp = RelyingParty(transport, settings.issuer, client_id=names[0], client_secret=names[1])
        browser = browser_of(app, jane)
        rp.authorize(browser, scope="openid offline_access")
        browser.allow()
        tokens = rp.redeem(rp.callback(browser).code).json
        clock.move(minutes=119)
        token = rp.refresh(tokens["refresh_token"]).json["access_token"]
        clock.move(minutes=90)

        cleanup.clean()

        assert rp.userinfo(token).status == 200


def test_requests_that_nobody_answered_go(rp, app, jane, db, clock, settings):
    rp.authorize(browser_of(app, jane), prompt="login")
    cleanup.clean()
    assert rows(db, Interaction) == 1

    clock.move(settings.interaction_lifetime + brooms.SLACK)
    cleanup.clean()

    assert rows(db, Interaction) == 0


def test_sessions_stay_for_a_month_after_their_end(jane, db, clock, settings):
    factories.session(jane)
    clock.move(settings.session_lifetime + timedelta(days=29))
    cleanup.clean()
    assert rows(db, Session) == 1

    clock.move(days=1)
    cleanup.clean()

    assert rows(db, Session) == 0


def test_throttles_sign_ups_and_mails_go_in_their_time(app, db, clock):
    with app.test_request_context(base_url="https://id.example"):
        hashed = factories.hashed("four green boats sail home")
        sign_ups.count_mail("new@people.example", "192.0.2.1")
        sign_ups.begin(
            "browser", "new@people.example", person=NewPerson(), password_hash=hashed, link=str
        )
        db.session.commit()
    cleanup.clean()
    assert (rows(db, Throttle), rows(db, SignUp), rows(db, Mail)) == (2, 1, 1)

    clock.move(brooms.SLACK + throttles.MEMORY)
    cleanup.clean()
    assert (rows(db, Throttle), rows(db, SignUp), rows(db, Mail)) == (0, 0, 1)

    clock.move(brooms.MAILS_KEPT)
    cleanup.clean()
    assert rows(db, Mail) == 0


def test_traces_are_kept_as_long_as_the_settings_say(rp, app, jane, db, clock, settings):
    rp.authorize(browser_of(app, jane), prompt="login")
    clock.move(settings.attempts_kept - timedelta(seconds=1))
    cleanup.clean()
    assert rows(db, Attempt) == 1

    clock.move(seconds=1)
    cleanup.clean()

    assert rows(db, Attempt) == 0


def test_refused_sign_ins_go_with_their_traces_and_other_events_stay(
    app, jane, db, clock, settings
):
    browser = browser_of(app, jane)
    browser.sign_out()
    browser.open("/login/sign-in").sign_in(jane.email, "not the right password")
    phone, _ = factories.phone(jane)
    browser.sign_in(jane.email, PASSWORD).press("continue", code=remember(phone.wrong_code))
    refusals = {Event.SIGN_IN_REFUSED, Event.SECOND_STEP_REFUSED}
    seen = select(AuditEvent.event)
    clock.move(settings.attempts_kept - timedelta(seconds=1))
    cleanup.clean()
    assert {Event.SIGNED_OUT, *refusals} <= set(db.session.scalars(seen))

    clock.move(seconds=1)
    cleanup.clean()

    left = set(db.session.scalars(seen))
    assert Event.SIGNED_OUT in left
    assert not refusals & left


def test_large_tables_are_cleaned_in_bites(db, clock, statements):
    moment = clock() - timedelta(days=1)
    db.session.add_all(
        Throttle(key=str(number), failures=1, blocked_until=moment, expires_at=moment)
        for number in range(brooms.BITE * 2 + 1)
    )
    db.session.commit()

    with statements() as found:
        cleanup.clean()

    assert rows(db, Throttle) == 0
    assert found.count >= len(brooms.BROOMS) + 2


@pytest.mark.race
def test_rows_in_hand_are_left_for_the_next_time(app, db, clock):
    """A sign-in that holds one count and wants another never waits for who waits for it."""
    counts = (throttles.account("jane@people.example"), throttles.network("192.0.2.1"))
    throttles.went_right(*counts)
    db.session.commit()
    clock.move(timedelta(days=1))
    throttles.went_right(*counts)

    with ThreadPoolExecutor(1) as workers:
        cleaning = workers.submit(cleaned, app)
        if not is_sqlite():  # there, one writes after the other in any case
            cleaning.result(10)
        db.session.commit()
        cleaning.result(30)
    cleanup.clean()

    assert rows(db, Throttle) == 0


def cleaned(app):
    """Clean up with a connection of its own."""
    with app.app_context():
        cleanup.clean()


def test_requests_of_devices_go_when_nobody_can_answer_them(app, jane, db, clock, settings):
    """RFC 8628: until then; one that was redeemed is known again as long as its tokens live."""
    registered = factories.client("device", scope="openid offline_access")
    tv = RelyingParty(FlaskTransport(app), settings.issuer, client_id=registered.client_id)
    tv.scope = "openid offline_access"
    waiting, kept = tv.ask_for_codes().json, tv.ask_for_codes().json
    devices.enter(browser_of(app, jane), waiting)
    devices.connect(browser_of(app, jane), kept)
    assert tv.poll(kept["device_code"]).status == 200
    clock.move(device_codes.LIFETIME)
    cleanup.clean()
    assert (rows(db, DeviceCode), rows(db, Interaction)) == (2, 2)

    clock.move(brooms.SLACK)
    cleanup.clean()
    assert (rows(db, DeviceCode), rows(db, Interaction), rows(db, Family)) == (1, 0, 1)
    assert tv.poll(kept["device_code"]).json["error"] == "invalid_grant"
    assert rows(db, RefreshToken) == 1

    clock.move(settings.refresh_lifetime)
    cleanup.clean()
    assert (rows(db, DeviceCode), rows(db, Family)) == (0, 0)
