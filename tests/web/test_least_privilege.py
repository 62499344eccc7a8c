"""What an application is allowed against what it uses: taken away, and given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Attempt, AuditEvent, ClientUse
from app.services.clients import clients, owners
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.raw_requests import post
from tests.relying_party import CALLBACK
from tests.secrets_seen import remember

OLD = "https://rp.example/old"
SCOPE = "openid email phone photos:read offline_access"


@pytest.fixture
def admin(db):
    """Return an administrator."""
    assert db.engine
    return factories.admin()


@pytest.fixture
def used(register, app, jane, clock):
    """Return an application that was used today, ninety days after it was registered."""
    rp = register(
        redirect_uris=[CALLBACK, OLD],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scope=SCOPE,
    )
    clock.move(days=90)
    sign_in(app, rp, jane, scope="openid email")
    return rp


def sign_in(app, rp, jane, **changes):
    """Let Jane sign in to the application and allow what it asks for; return the tokens."""
    browser = browser_of(app, jane)
    rp.authorize(browser, **changes)
    if browser.page is not None and browser.has("allow"):
        browser.allow()
    answer = rp.redeem(rp.callback(browser).code)
    assert answer.status == 200, answer.text
    return answer.json


def board(browser, rp, days=90):
    """Open the board of an application."""
    return browser.open(f"/admin/applications/{rp.client_id}/allowed?days={days}")


def unused(browser):
    """Return what the board offers to take away."""
    return {
        box.get("value")
        for box in browser.shown.root.find_all("input")
        if box.get("name") == "take"
    }


def stored(rp, name):
    """Return a setting as it is stored now."""
    return clients.get(rp.client_id).setting(name)


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


def test_undo_gives_back_exactly_what_was_taken(used, app, admin, db):
    before = clients.get(used.client_id).registration
    desk = board(browser_of(app, admin), used).press("tighten")

    desk.press("undo")

    assert desk.sees("It is allowed again, as it was.")
    db.session.expire_all()
    assert clients.get(used.client_id).registration == before
    events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id.desc())).all()
    assert Event.CLIENT_RESTORED in events
    assert not desk.has("undo")


def test_undo_is_over_when_somebody_has_changed_the_same_settings(used, app, admin, db):
    desk = board(browser_of(app, admin), used).press("tighten")
    clients.update(clients.get(used.client_id), {"scope": "openid email music:play"})
    db.session.commit()

    desk.press("undo")

    assert desk.status == 403
    assert stored(used, "scope") == "openid email music:play"
    assert not board(desk, used).has("undo")


def test_undo_outlives_a_change_of_something_else(used, app, admin, db):
    desk = board(browser_of(app, admin), used).press("tighten")
    clients.update(clients.get(used.client_id), {"client_name": "Photo Chest"})
    db.session.commit()

    desk.press("undo")

    assert stored(used, "scope") == SCOPE
    assert stored(used, "client_name") == "Photo Chest"


def test_undo_is_over_after_thirty_days(used, app, admin, clock):
    board(browser_of(app, admin), used).press("tighten")
    clock.move(days=30)

    assert not board(browser_of(app, admin), used).has("undo")


def test_owner_tightens_their_own_and_takes_it_back(used, app, jane, db):
    """Issue 5: owners may see and edit their own application, and nothing of anybody else's."""
    owners.add(clients.get(used.client_id), jane)
    db.session.commit()
    browser = browser_of(app, jane)

    board(browser, used).press("tighten")
    assert stored(used, "scope") == "openid email"
    browser.press("undo")

    assert stored(used, "scope") == SCOPE


def test_owner_cannot_take_back_what_an_administrator_took(used, app, jane, admin, db):
    """security.md AD03: they would let it ask for more than it may."""
    owners.add(clients.get(used.client_id), jane)
    db.session.commit()
    board(browser_of(app, admin), used).press("tighten")
    browser = board(browser_of(app, jane), used)
    assert not browser.has("undo")

    answer = post(browser, f"/admin/applications/{used.client_id}/allowed/undo", days="90")

    assert answer == 403
    assert stored(used, "scope") == "openid email"


def test_other_peoples_applications_look_as_if_they_were_not_there(used, app, jane, register, db):
    owners.add(clients.get(register().client_id), jane)
    db.session.commit()

    assert board(browser_of(app, jane), used).status == 403


def test_auditor_looks_and_does_not_touch(used, app, db):
    auditor = browser_of(app, factories.user(is_auditor=True))

    assert board(auditor, used).status == 200
    assert not auditor.has("tighten")
    assert not unused(auditor)


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
