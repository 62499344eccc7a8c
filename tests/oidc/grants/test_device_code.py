"""The device code grant: what a device is told while it waits, and that its code is spent once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, DeviceCode, Family
from app.services.authorization import consents, sessions
from app.services.clients import clients
from app.services.people import accounts
from app.services.upkeep.audit import Event
from tests import factories
from tests.devices import PENDING, SLOWER, connect, enter
from tests.oidc.conftest import ALL_SCOPES, OWN_SCOPE, error_of

PAST = timedelta(minutes=10)


@pytest.fixture
def tv(clock, make_scene):
    """Return a television and a person who may connect it; time stands still."""
    return make_scene("device", allowed="")


@pytest.fixture
def codes(tv):
    """Return the codes that the television shows."""
    answer = tv.rp.ask_for_codes(scope=f"{ALL_SCOPES} {OWN_SCOPE}")
    assert answer.status == 200, answer.text
    return answer.json


def redeemed(scene, codes):
    """Return the tokens of a device that was connected."""
    answer = scene.rp.poll(codes["device_code"])
    assert answer.status == 200, answer.text
    return answer.json


def test_device_waits_and_gets_tokens_once_its_person_has_said_yes(tv, codes) -> None:
    """RFC 8628 §3.4, §3.5."""
    assert error_of(tv.rp.poll(codes["device_code"])) == PENDING

    connect(tv.browser, codes)
    tokens = redeemed(tv, codes)

    assert tokens["token_type"] == "Bearer"
    assert tokens["refresh_token"]
    assert tv.rp.userinfo(tokens["access_token"]).json["email"] == tv.person.email
    assert tv.rp.refresh(tokens["refresh_token"]).status == 200


def test_id_token_tells_of_the_sign_in_in_which_it_was_connected(tv, codes) -> None:
    """OIDC Core §2: who, how and when, and the session; no nonce was sent."""
    connect(tv.browser, codes)
    tokens = redeemed(tv, codes)
    tv.rp.request(nonce=None)

    claims = tv.rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])

    assert claims["sub"] == tv.person.subject
    assert claims["amr"] == ["pwd"]
    assert claims["acr"] == "urn:sealwax:acr:password"
    assert claims["auth_time"] == int(tv.session.auth_time.timestamp())
    assert claims["sid"] == tv.session.sid
    assert "nonce" not in claims


def test_scope_that_was_unticked_is_not_granted(tv, codes) -> None:
    """OIDC Core §3.1.2.4."""
    connect(tv.browser, codes, ["email"])

    assert set(redeemed(tv, codes)["scope"].split()) == {"openid", "email"}


def test_device_that_asks_too_often_has_to_wait_longer_for_good(tv, codes, clock) -> None:
    """RFC 8628 §3.5: five seconds more for this and all requests that follow."""
    device_code = codes["device_code"]
    told = []
    for pause in (0, 5, 2, 5, 15, 10, 14, 20):
        clock.move(seconds=pause)
        told.append(error_of(tv.rp.poll(device_code)))

    # 5, too fast: 10, too fast: 15, in time, too fast: 20, too fast: 25, too fast: 30
    assert told == [PENDING, PENDING, SLOWER, SLOWER, PENDING, SLOWER, SLOWER, SLOWER]


def test_how_long_it_waits_is_kept_in_the_database(tv, codes, db):
    """README, workers: the next poll may come to another one."""
    tv.rp.poll(codes["device_code"])
    tv.rp.poll(codes["device_code"])

    row = db.session.scalars(select(DeviceCode)).one()
    assert (row.interval, row.polls) == (10, 2)


def test_device_that_waited_too_long_for_the_answer_is_not_told_to_slow_down(tv, codes) -> None:
    """RFC 8628 §3.5: slow_down is for requests that wait; who has an answer gets it."""
    tv.rp.poll(codes["device_code"])
    connect(tv.browser, codes)

    assert redeemed(tv, codes)


def test_device_is_told_that_its_person_does_not_want_to(tv, codes, db) -> None:
    """RFC 8628 §3.5: access_denied, from then on."""
    enter(tv.browser, codes).deny()

    assert tv.browser.sees("Device not connected")
    for _ in range(2):
        assert error_of(tv.rp.poll(codes["device_code"])) == "access_denied"
    assert Event.CONSENT_REFUSED in db.session.scalars(select(AuditEvent.event)).all()


@pytest.mark.parametrize("is_connected", [False, True])
def test_codes_expire(tv, codes, clock, is_connected) -> None:
    """RFC 8628 §3.5: expired_token, approved or not."""
    if is_connected:
        connect(tv.browser, codes)
    clock.move(PAST)

    assert error_of(tv.rp.poll(codes["device_code"])) == "expired_token"


def test_code_is_worth_nothing_to_another_client_and_dies(tv, codes, make_rp) -> None:
    """RFC 6749 §5.2: invalid_grant; a stolen one is burnt (security.md PK04)."""
    thief = make_rp(factories.client("device"))
    connect(tv.browser, codes)

    assert error_of(thief.poll(codes["device_code"])) == "invalid_grant"
    assert error_of(tv.rp.poll(codes["device_code"])) == "invalid_grant"


def test_code_that_somebody_else_holds_cannot_be_approved_any_more(tv, codes, make_rp) -> None:
    """security.md PK04."""
    thief = make_rp(factories.client("device"))
    assert error_of(thief.poll(codes["device_code"])) == "invalid_grant"

    assert not enter(tv.browser, codes).has("connect")
    assert error_of(tv.rp.poll(codes["device_code"])) == "access_denied"


def test_code_is_spent_once_and_a_second_use_revokes(tv, codes, db) -> None:
    """security.md CD03, as for authorization codes."""
    connect(tv.browser, codes)
    tokens = redeemed(tv, codes)

    assert error_of(tv.rp.poll(codes["device_code"])) == "invalid_grant"

    assert tv.rp.userinfo(tokens["access_token"]).status == 401
    assert error_of(tv.rp.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert Event.CODE_REPLAYED in db.session.scalars(select(AuditEvent.event)).all()


def test_client_without_the_grant_type_cannot_poll(make_scene, tv, codes) -> None:
    """RFC 6749 §5.2."""
    answer = make_scene().rp.poll(codes["device_code"])

    assert error_of(answer) == "unauthorized_client"


@pytest.mark.parametrize("device_code", [None, "nonsense", "swx_dc_unknown"])
def test_missing_and_unknown_codes_are_refused(tv, device_code) -> None:
    expected = "invalid_grant" if device_code else "invalid_request"

    assert error_of(tv.rp.poll(device_code)) == expected


@pytest.mark.parametrize(
    "event", ["user_off", "everywhere", "signed_out", "withdrawn", "client_off"]
)
def test_approved_code_is_dead_after(tv, db, event) -> None:
    """security.md CD05: what happened between the page and the poll counts."""
    codes = tv.rp.ask_for_codes(scope="openid email").json
    connect(tv.browser, codes)
    client = clients.get(tv.rp.client_id)
    acts = {
        "user_off": lambda: accounts.turn_off(tv.person),
        "everywhere": lambda: accounts.sign_out_everywhere(tv.person),
        "signed_out": lambda: sessions.end_all(tv.person),
        "withdrawn": lambda: consents.withdraw(tv.person.id, client),
        "client_off": lambda: clients.turn_off(client),
    }
    acts[event]()
    db.session.commit()

    answer = tv.rp.poll(codes["device_code"])
    if event == "client_off":
        assert error_of(answer, 401) == "invalid_client"
    else:
        assert error_of(answer) == "invalid_grant"


def test_device_with_offline_access_stays_connected_when_its_person_signs_out(tv, codes) -> None:
    """security.md LO04, RT08: the television goes on; without offline_access it ends."""
    connect(tv.browser, codes)
    tokens = redeemed(tv, codes)
    tv.browser.open("/login/sign-out").sign_out()

    assert tv.rp.userinfo(tokens["access_token"]).status == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "id_token", "user_code"])
def test_nothing_else_passes_for_a_device_code(tv, codes, kind) -> None:
    """security.md CD06: single-use values are typed; none is consumed."""
    connect(tv.browser, codes)
    tokens = redeemed(tv, codes)

    assert error_of(tv.rp.poll({**codes, **tokens}[kind])) == "invalid_grant"
    assert tv.rp.userinfo(tokens["access_token"]).status == 200


def test_device_code_passes_for_nothing_else(make_scene, db) -> None:
    """security.md CD06: fed to every other door it is refused, and works at its own afterwards."""
    grants = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
    scene = make_scene("web", allowed="", grant_types=grants)
    codes = scene.rp.ask_for_codes().json
    connect(scene.browser, codes)
    scene.rp.request()

    for fed in (codes["device_code"], codes["user_code"]):
        assert error_of(scene.rp.redeem(fed)) == "invalid_grant"
        assert error_of(scene.rp.refresh(fed)) == "invalid_grant"
        assert error_of(scene.rp.userinfo(fed), 401) == "invalid_token"
        assert scene.rp.introspect(fed).json == {"active": False}
        assert scene.rp.revoke(fed).status == 200
        for page in ("reset", "invitation", "revert-email"):
            assert scene.browser.open(f"/login/{page}?token={fed}").status == 410, page
    assert redeemed(scene, codes)


def test_pending_poll_costs_two_statements_and_leaves_no_trace(tv, codes, clock, statements, db):
    """performance.md: a thousand televisions ask all day; find, and note when."""
    tv.rp.poll(codes["device_code"])
    for pause, told in ((5, PENDING), (1, SLOWER)):
        clock.move(seconds=pause)
        tv.rp.revoke("nothing")  # the worker knows the client again, as of any other request
        with statements() as seen:
            answer = tv.rp.poll(codes["device_code"])
        assert error_of(answer) == told
        assert seen.count == 2, seen
        assert seen.commits == 1, seen

    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1, "the request itself"


def test_refused_approval_leaves_nothing(tv, codes, clock, db) -> None:
    """RFC 8628 §3.3: who answers too late connects nothing."""
    enter(tv.browser, codes)
    clock.move(PAST)
    tv.browser.press("connect")

    assert db.session.scalars(select(Family)).all() == []
