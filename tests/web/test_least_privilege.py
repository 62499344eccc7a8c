"""What an application is allowed against what it uses: taken away, and given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Attempt, AuditEvent, ClientUse
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.least_privilege import OLD, SCOPE, board, sign_in, stored, unused, used_today
from tests.relying_party import CALLBACK
from tests.secrets_seen import remember


@pytest.fixture
def admin(db):
    """Return an administrator."""
    assert db.engine
    return factories.admin()


@pytest.fixture
def used(register, app, jane, clock):
    """Return an application that was used today, ninety days after it was registered."""
    return used_today(register, app, jane, clock)


def test_board_tells_what_was_used(used, app, admin):
    """product.md, Twelve things 6: what each client may do against what it did."""
    desk = board(browser_of(app, admin), used)

    assert unused(desk) == {
        "scope phone",
        "scope photos:read",
        "scope offline_access",
        "grant_types refresh_token",
        "grant_types client_credentials",
        f"redirect_uris {OLD}",
    }


def test_refresh_and_client_credentials_count(used, app, jane, admin):
    """A family goes on using the scopes of a sign-in long ago."""
    tokens = sign_in(app, used, jane, scope="openid offline_access phone")
    used.refresh(tokens["refresh_token"])
    used.client_credentials(scope="photos:read")

    desk = board(browser_of(app, admin), used)

    assert unused(desk) == {f"redirect_uris {OLD}"}


def test_scope_of_a_refresh_keeps_counting(used, app, jane, admin, clock):
    tokens = sign_in(app, used, jane, scope="openid offline_access email")
    for _week in range(6):
        clock.move(days=7)
        answer = used.refresh(tokens["refresh_token"])
        assert answer.status == 200, answer.text
        tokens = answer.json

    found = unused(board(browser_of(app, admin), used, 30))

    needed = {"scope email", "grant_types authorization_code", f"redirect_uris {CALLBACK}"}
    assert not needed & found


def test_scope_that_a_person_did_not_allow_is_used_all_the_same(used, app, jane, admin):
    """Without it the application would be refused for those who do allow it."""
    browser = browser_of(app, jane)
    used.authorize(browser, scope="openid email phone")
    browser.allow([])

    assert "scope phone" not in unused(board(browser_of(app, admin), used))


def test_window_of_thirty_days_is_narrower(used, app, admin, clock):
    clock.move(days=31)
    desk = browser_of(app, admin)

    assert "Nothing was used for 30 days" in board(desk, used, 30).shown.text
    assert "scope email" not in unused(board(desk, used, 90))


def test_use_is_written_once_a_day(used, app, jane, db, clock, statements):
    """Issue 5: no write on every request for what is told to the day."""
    with statements() as seen:
        sign_in(app, used, jane, scope="openid email")
    assert not [sql for sql in seen.sql if "client_use" in sql]

    clock.move(days=1)
    with statements() as seen:
        sign_in(app, used, jane, scope="openid email")
    assert len([sql for sql in seen.sql if "INSERT INTO client_use" in sql]) == 2
    days = db.session.scalars(select(ClientUse.used_on).where(ClientUse.kind == "scope"))
    assert set(days) == {clock().date()}


@pytest.mark.parametrize("days", [0, 29])
def test_nothing_is_offered_before_it_was_watched(register, app, jane, admin, clock, days):
    """What is not used yet may be needed tomorrow."""
    rp = register(scope=SCOPE)
    clock.move(days=days)
    sign_in(app, rp, jane, scope="openid")

    desk = board(browser_of(app, admin), rp, 30)

    assert desk.sees("Too early to tell")
    assert not desk.has("tighten")


def test_what_was_allowed_yesterday_is_not_judged(used, app, admin, db, clock):
    client = clients.get(used.client_id)
    clients.update(client, {"scope": f"{SCOPE} music:play"})
    db.session.commit()
    clock.move(days=1)

    found = unused(board(browser_of(app, admin), used, 30))

    assert "scope music:play" not in found
    assert "scope phone" in found


def test_upgrade_says_nothing_of_the_time_before(used, app, admin, db, clock):
    """Evidence begins on the day of the migration."""
    clients.get(used.client_id).watched_since = clock().date()
    db.session.commit()

    assert board(browser_of(app, admin), used).sees("Too early to tell")


def test_client_that_nobody_uses_is_left_whole(register, app, admin, clock):
    rp = register(scope=SCOPE)
    clock.move(days=91)

    desk = board(browser_of(app, admin), rp)

    assert desk.sees("Nothing was used for 90 days")
    assert not desk.has("tighten")


def test_one_press_takes_away_what_is_not_used(used, app, jane, admin, db):
    desk = board(browser_of(app, admin), used).press("tighten")

    assert desk.sees("Taken away")
    assert stored(used, "scope") == "openid email"
    assert stored(used, "grant_types") == ["authorization_code"]
    assert stored(used, "redirect_uris") == [CALLBACK]
    event = db.session.scalar(select(AuditEvent).where(AuditEvent.event == Event.CLIENT_TIGHTENED))
    assert event.actor_id == admin.id
    assert event.details["days"] == 90
    assert "scope phone" in event.details["taken"]
    assert sign_in(app, used, jane, scope="openid email")


def test_what_was_taken_away_is_refused_with_its_reason(used, app, jane, admin, db):
    """product.md, Twelve things 1: the trace names the setting."""
    board(browser_of(app, admin), used).press("tighten")
    browser = browser_of(app, jane)

    used.authorize(browser, redirect_uri=OLD)
    used.authorize(browser, scope="phone")
    used.client_credentials(scope="photos:read")

    reasons = db.session.scalars(select(Attempt.reason).order_by(Attempt.id.desc()).limit(3)).all()
    assert reasons == ["grant_type_not_allowed", "scope_not_allowed", "redirect_uri_mismatch"]


def test_only_what_is_ticked_is_taken(used, app, admin):
    board(browser_of(app, admin), used).press("tighten", take=["scope phone"])

    assert stored(used, "scope") == "openid email photos:read offline_access"
    assert OLD in stored(used, "redirect_uris")


def test_what_was_used_meanwhile_stays(used, app, jane, admin):
    """Nobody takes away what somebody began to need while the page was open."""
    desk = board(browser_of(app, admin), used)
    sign_in(app, used, jane, scope="openid phone")

    desk.press("tighten")

    assert desk.status == 409
    assert desk.sees("This is not so any more")
    assert stored(used, "scope") == SCOPE


@pytest.mark.parametrize("take", [[], ["scope openid"], ["scope made-up"], ["trusted x"], ["x"]])
def test_what_is_not_offered_cannot_be_taken(used, app, admin, take):
    desk = board(browser_of(app, admin), used)

    desk.press("tighten", take=take)

    assert desk.status == 409
    assert stored(used, "scope") == SCOPE


def test_rest_has_to_stand_by_the_rules_of_every_registration(used, app, admin, db):
    """The page that signs out has the origin of a redirect address (Front-Channel Logout §2)."""
    client = clients.get(used.client_id)
    elsewhere = "https://old.example/cb"
    told_at = "https://old.example/out"
    members = {"redirect_uris": [CALLBACK, elsewhere], "frontchannel_logout_uri": told_at}
    clients.update(client, members)
    db.session.execute(ClientUse.__table__.update().values(allowed_on=None))
    db.session.commit()

    desk = board(browser_of(app, admin), used).press("tighten")

    assert desk.status == 422, desk.shown.text
    assert desk.sees("Use scheme, host and port of a redirect address.")
    assert stored(used, "redirect_uris") == [CALLBACK, elsewhere]


def test_secret_tells_when_it_was_last_used(used, app, jane, admin, db, clock):
    """Issue 5: two live secrets with last use."""
    first = clients.get(used.client_id).secrets[0]
    second = remember(clients.add_secret(clients.get(used.client_id)))
    db.session.commit()
    clock.move(days=2)
    used.client_secret = second
    used.client_credentials(scope="photos:read")

    desk = browser_of(app, admin).open(f"/admin/applications/{used.client_id}")

    other = clients.get(used.client_id).secrets[1]
    assert date_of(desk, f"secret-use-{first.id}") == str(clock().date() - timedelta(days=2))
    assert date_of(desk, f"secret-use-{other.id}") == str(clock().date())


def test_wrong_secret_is_no_use_of_any(register, app, admin, db):
    rp = register("machine", redirect_uris=[CALLBACK])
    rp.client_secret = "wrong" * 9
    rp.client_credentials()

    assert db.session.scalar(select(ClientUse)) is None


def date_of(browser, name):
    """Return the day that stands somewhere on a page."""
    found = browser.element(name)
    return found.find_all("time")[0].get("datetime")[:10]
