"""Groups: made, filled, emptied, deleted; and what they demand of their members."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Group, Membership, Session
from app.services.authorization import sessions
from app.services.people import groups
from app.services.people.groups import NameTaken
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.phone import prove_mailbox, recovery_codes, scan
from tests.secrets_seen import remember


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin("ada@people.example", name="Ada Lovelace")


@pytest.fixture
def desk(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


@pytest.fixture
def board(admin, db):
    """Make a group that demands a second step."""
    made = groups.create("Board", description="", requires_second_step=True, by=admin.id)
    db.session.commit()
    return made


@pytest.fixture
def crew(admin, db):
    """Make a group that demands nothing."""
    made = groups.create("Crew", description="", requires_second_step=False, by=admin.id)
    db.session.commit()
    return made


def put(group, *people, by, db):
    """Put people into a group."""
    for person in people:
        groups.add_member(group, person, by=by.id)
    db.session.commit()


def test_group_is_made_and_filled(desk, jane, db):
    desk.open("/admin/groups").follow("Make a group")
    desk.press("make", name="  Board ", description="Who decides", requires_second_step="y")
    assert desk.sees("The group is made. Put people into it.")

    desk.press("add", email="Jane@People.example ")

    assert desk.sees("Added to the group.")
    assert desk.sees("Jane Doe")
    made = db.session.scalars(select(Group)).one()
    assert (made.name, made.requires_second_step) == ("Board", True)
    desk.open("/admin/groups")
    assert desk.sees("Board")
    assert desk.open(f"/admin/users/{jane.id}").sees("Board")


def test_group_needs_a_name_of_its_own(desk, board, db):
    """Two groups whose names look the same would be a trap."""
    assert board.id, "there is a group called Board"
    for name in ("board", " BOARD ", "\uff22oard"):
        desk.open("/admin/groups/new").press("make", name=name)
        assert desk.status == 422
        assert desk.sees("There is a group with this name already.")
    desk.open("/admin/groups/new").press("make", name=" ")
    assert desk.sees("Give the group a name.")
    assert db.session.scalar(select(func.count()).select_from(Group)) == 1


def test_group_is_renamed_but_not_to_the_name_of_another(desk, board, crew):
    desk.open(f"/admin/groups/{crew.id}").press("save", name="Board")
    assert desk.status == 422

    desk.open(f"/admin/groups/{crew.id}").press("save", name="Deck crew")

    assert desk.sees("Saved.")
    assert desk.sees("Deck crew")
    assert board.name == "Board"


def test_address_of_nobody_is_no_member(desk, board, db):
    desk.open(f"/admin/groups/{board.id}").press("add", email="zoe@people.example")

    assert desk.status == 422
    assert desk.sees("No user has this address.")
    assert db.session.scalar(select(Membership)) is None


def test_member_is_taken_out(desk, admin, board, jane, db):
    put(board, jane, by=admin, db=db)

    desk.open(f"/admin/groups/{board.id}").press(f"remove-{jane.id}")

    assert desk.sees("Taken out of the group.")
    assert desk.sees("Nobody yet.")
    assert not groups.demand_second_step(jane.id)


def test_deleted_group_demands_nothing_and_its_members_stay(desk, admin, board, jane, db):
    put(board, jane, by=admin, db=db)

    desk.open(f"/admin/groups/{board.id}").press("delete")

    assert desk.sees("Board is deleted.")
    assert not groups.demand_second_step(jane.id)
    assert desk.open(f"/admin/users/{jane.id}").sees("Jane Doe")


def test_every_change_is_recorded(admin, crew, jane, db):
    """security.md AU01."""
    put(crew, jane, by=admin, db=db)
    groups.update(crew, name="Crew", description="", requires_second_step=True, by=admin.id)
    groups.remove_member(crew, jane.id, by=admin.id)
    groups.remove(crew, by=admin.id)
    db.session.commit()

    found = db.session.execute(
        select(AuditEvent.event, AuditEvent.user_id, AuditEvent.actor_id).order_by(AuditEvent.id)
    ).all()

    assert [tuple(row) for row in found] == [
        (Event.GROUP_MADE, None, admin.id),
        (Event.MEMBER_ADDED, jane.id, admin.id),
        (Event.GROUP_CHANGED, None, admin.id),
        (Event.MEMBER_REMOVED, jane.id, admin.id),
        (Event.GROUP_DELETED, None, admin.id),
    ]


def test_member_sets_up_a_second_step_on_the_way_in(app, admin, board, jane, db, letters):
    """Issue: policy per group; security.md MF01."""
    put(board, jane, by=admin, db=db)
    browser = visitor(app).open("/login/sign-in").sign_in(jane.email, PASSWORD)
    prove_mailbox(browser, letters, jane.email)

    assert browser.at == "/login/enrol"
    assert browser.open("/account/").at == "/login/sign-in", "there is no session before it"
    browser.open("/login/enrol").press("turn-on", code=remember(scan(browser).code))
    assert len(recovery_codes(browser)) == 10
    session = db.session.scalars(select(Session).where(Session.user_id == jane.id)).one()
    assert session.acr == "urn:sealwax:acr:mfa"


def test_member_cannot_turn_the_second_step_off(app, admin, board, jane, db, clock):
    """security.md MF06."""
    assert clock.time, "the clock stands still"
    phone, _ = factories.phone(jane)
    put(board, jane, by=admin, db=db)
    browser = visitor(app).open("/login/sign-in").sign_in(jane.email, PASSWORD)
    browser.press("continue", code=remember(phone.code))

    browser.open("/account/security")
    assert not browser.sees("Turn off")
    browser.open("/account/second-step/off")

    assert browser.at == "/account/security"
    db.session.refresh(jane)
    assert jane.has_second_step


@pytest.mark.parametrize("way", ["the group begins to demand it", "the user joins"])
def test_sessions_of_one_step_end_when_two_are_demanded(admin, board, crew, jane, db, way):
    """security.md SE04: what a password alone has opened does not outlive the demand."""
    omar = factories.user(name="Omar Haddad")
    _, janes = factories.session(jane)
    _, omars = factories.session(omar)
    _, strong_token = sessions.open(jane, amr=("pwd", "otp", "mfa"))
    db.session.commit()

    if way == "the user joins":
        put(board, jane, by=admin, db=db)
    else:
        put(crew, jane, by=admin, db=db)
        assert sessions.find(janes) is not None, "the group demands nothing yet"
        groups.update(crew, name="Crew", description="", requires_second_step=True, by=admin.id)
        db.session.commit()

    assert sessions.find(janes) is None
    assert sessions.find(strong_token) is not None
    assert sessions.find(omars) is not None


def test_offline_access_of_one_step_ends_too(app, admin, board, jane, rp, db):
    """security.md RT08: a stolen password may have got itself tokens that need no session."""
    browser = browser_of(app, jane)
    rp.authorize(browser, scope="openid offline_access", prompt="consent")
    browser.allow()
    tokens = rp.redeem(rp.callback(browser).code).json

    put(board, jane, by=admin, db=db)

    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_second_group_of_a_name_is_refused_by_the_database(board, admin, db):
    """Races: the constraint decides, not the look before it."""
    assert board.id, "there is a group called Board"
    with pytest.raises(NameTaken):
        groups.create("board", description="", requires_second_step=False, by=admin.id)


@pytest.mark.parametrize("path", ["/admin/groups/999", f"/admin/groups/{2**40}"])
def test_unknown_group_is_not_found(desk, path):
    assert desk.open(path).status == 404


def test_nobody_but_administrators_comes_near(app, jane, board):
    """security.md AD01."""
    browser = browser_of(app, jane)

    for path in ("/admin/groups", "/admin/groups/new", f"/admin/groups/{board.id}"):
        assert browser.open(path).status == 403
