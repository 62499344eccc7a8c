"""Roles: given by administrators to others, worth exactly what the table says, gone at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Mail, User
from app.services.clients import owners
from app.services.people import groups, invitations, roles
from app.services.people.roles import Role
from app.services.people.users import LastAdministrator
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.raw_requests import post


@pytest.fixture
def admin(db):
    """Return an administrator."""
    assert db.engine
    return factories.admin("ada@people.example", name="Ada Lovelace")


@pytest.fixture
def manager(db):
    """Return a user manager."""
    assert db.engine
    return factories.user("max@people.example", name="Max Mo", is_user_manager=True)


@pytest.fixture
def desk(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


@pytest.fixture
def managing(app, manager):
    """Return the user manager's browser."""
    return browser_of(app, manager)


def links(browser):
    """Return where the administration's menu leads."""
    links = browser.shown.root.find_all("a")
    found = [one.get("href") for one in links if one.inside("nav") is not None]
    return list(
        dict.fromkeys(one for one in found if one.startswith("/admin/") and one.count("/") == 2)
    )


def events(db, *kinds):
    """Return these events: who did it, to whom, with which role."""
    wanted = select(AuditEvent).where(AuditEvent.event.in_([kind.value for kind in kinds]))
    return [
        (row.event, row.actor_id, row.user_id, row.details["role"])
        for row in db.session.scalars(wanted)
    ]


def test_administrator_gives_and_takes_roles(desk, admin, jane, db):
    desk.open(f"/admin/users/{jane.id}").follow("Change roles")
    desk.press("save", is_auditor=["y"], is_user_manager=["y"])
    assert desk.sees("The roles are changed.")
    desk.follow("Change roles")
    desk.press("save", is_auditor=[])

    assert roles.of(db.session.get(User, jane.id)) == [Role.USER_MANAGER]
    assert events(db, Event.ROLE_GIVEN, Event.ROLE_TAKEN) == [
        ("role.given", admin.id, jane.id, "user_manager"),
        ("role.given", admin.id, jane.id, "auditor"),
        ("role.taken", admin.id, jane.id, "auditor"),
    ]


def test_role_counts_from_the_next_request_on(app, desk, jane):
    """security.md AD10: changes take effect at once, in every worker."""
    browser = browser_of(app, jane).open("/admin/users")
    assert browser.status == 403

    desk.open(f"/admin/users/{jane.id}/roles").press("save", is_user_manager=["y"])
    assert browser.open("/admin/users").status == 200
    desk.open(f"/admin/users/{jane.id}/roles").press("save", is_user_manager=[])

    assert browser.open("/admin/users").status == 403


def test_roles_are_given_after_a_recent_sign_in(desk, jane, clock):
    """security.md AD04: what is dangerous asks once more."""
    clock.move(timedelta(minutes=16))

    assert desk.open(f"/admin/users/{jane.id}/roles").at == "/login/sign-in"


def test_nobody_changes_their_own_roles(desk, admin, db):
    """security.md AD03: own role."""
    desk.open(f"/admin/users/{admin.id}")
    assert not desk.has("change-roles")

    assert desk.open(f"/admin/users/{admin.id}/roles").status == 403
    with pytest.raises(roles.OwnRoles):
        roles.give(admin, [], by=admin.id)


def test_last_administrator_stays_one(admin, db):
    """security.md AD10, ux.md 2.18: never remove the last admin."""
    with pytest.raises(LastAdministrator):
        roles.give(admin, [Role.AUDITOR])
    db.session.rollback()
    factories.admin()

    roles.give(admin, [Role.AUDITOR])

    assert roles.of(admin) == [Role.AUDITOR]


@pytest.mark.parametrize(
    ("columns", "first", "shown"),
    [
        ({"is_user_manager": True}, "/admin/users", ["/admin/users", "/admin/groups"]),
        (
            {"is_auditor": True},
            "/admin/overview",
            [
                "/admin/overview",
                "/admin/applications",
                "/admin/scopes",
                "/admin/users",
                "/admin/groups",
                "/admin/upstreams",
                "/admin/attempts",
                "/admin/audit",
                "/admin/token",
                "/admin/keys",
                "/admin/mails",
                "/admin/settings",
            ],
        ),
    ],
)
@pytest.mark.one_engine
def test_menu_shows_what_may_be_opened(app, db, columns, first, shown):
    browser = browser_of(app, factories.user(**columns)).open("/account/")

    browser.follow("Administration")

    assert browser.at == first
    assert [one for one in links(browser) if one not in {"/admin/", "/admin/invitations"}] == shown


@pytest.mark.parametrize("act", ["turn-off", "sign-out", "send-reset"])
@pytest.mark.parametrize("column", ["is_admin", "is_auditor", "is_user_manager"])
def test_user_manager_touches_nobody_with_a_role(managing, db, act, column):
    """security.md AD03: a lesser admin cannot edit stronger ones, nor take their account over."""
    target = factories.user(**{column: True})
    managing.open(f"/admin/users/{target.id}")
    assert managing.sees("Only an administrator can change the account.")
    assert not any(managing.has(name) for name in ("turn-off", "send-reset", "delete"))

    assert post(managing, f"/admin/users/{target.id}", act=act) == 403
    assert not db.session.get(User, target.id).is_disabled
    assert db.session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("page", ["second-step", "verify-email", "delete"])
def test_user_manager_opens_no_lock_of_an_administrator(managing, admin, db, page):
    """security.md AD03: second step, address, account."""
    factories.phone(admin)
    admin.email_verified = False
    db.session.commit()

    assert managing.open(f"/admin/users/{admin.id}/{page}").status == 403


def test_user_manager_touches_no_owner(managing, db):
    """security.md AD03: whoever gets into the account of an owner has the application."""
    target = factories.user()
    owners.add(factories.client().client, target)

    assert post(managing, f"/admin/users/{target.id}", act="send-reset") == 403


def test_user_manager_turns_off_people_without_a_role(managing, admin, jane, db):
    managing.open(f"/admin/users/{jane.id}").press("turn-off")

    assert managing.sees("The account is off")
    assert db.session.get(User, jane.id, populate_existing=True).is_disabled


def test_user_manager_makes_no_administrator(managing, manager, db):
    """security.md AD03, RV02: an invitation carries the role it was sent with."""
    assert not managing.open("/admin/invitations/new").has("is_admin")
    post(managing, "/admin/invitations/new", email="omar@people.example", is_admin="y")
    (sent,) = invitations.listed()
    assert not sent.row.is_admin

    with pytest.raises(roles.HasRole):
        invitations.send("x@people.example", name=None, is_admin=True, by=manager, link=str)


@pytest.mark.parametrize("act", ["resend", "revoke"])
def test_user_manager_has_no_say_about_an_administrator_to_come(managing, admin, db, act):
    """security.md AD03."""
    invitations.send("omar@people.example", name=None, is_admin=True, by=admin, link=str)
    (sent,) = invitations.listed()
    assert not managing.open("/admin/invitations").has(f"revoke-{sent.row.id}")

    assert post(managing, f"/admin/invitations/{sent.row.id}", act=act) == 403
    with pytest.raises(roles.HasRole):  # nor by one that would take its place
        invitations.send(
            "omar@people.example",
            name=None,
            is_admin=False,
            by=factories.user(is_user_manager=True),
            link=str,
        )


def test_user_manager_leaves_a_group_alone_with_somebody_of_a_role(managing, admin, jane, db):
    """security.md AD03: a group protects its members."""
    board = groups.create("Board", description="", requires_second_step=True, by=admin.id)
    groups.add_member(board, admin, by=admin.id)
    db.session.commit()
    page = f"/admin/groups/{board.id}"
    assert not managing.open(page).has("save")

    for path in (page, f"{page}/delete", f"{page}/members", f"{page}/members/{admin.id}/remove"):
        assert post(managing, path, name="Board", email=jane.email) == 403, path

    assert groups.demand_second_step(admin.id)


def test_user_manager_puts_nobody_with_a_role_into_a_group(managing, manager, admin, db):
    """security.md AD03: applications may give rights to groups; not to whoever manages them."""
    board = groups.create("Board", description="", requires_second_step=False, by=admin.id)
    db.session.commit()

    managing.open(f"/admin/groups/{board.id}").press("add", email=manager.email)

    assert managing.status == 403
    assert not groups.of_user(manager.id)


@pytest.mark.one_engine
def test_auditor_is_shown_no_button(app, admin, jane, db):
    """security.md AD01: who may not press it does not see it."""
    auditor = browser_of(app, factories.user(is_auditor=True))
    client = factories.client()
    board = groups.create("Board", description="", requires_second_step=False, by=admin.id)
    db.session.commit()

    for path in (
        f"/admin/applications/{client.client_id}",
        f"/admin/users/{jane.id}",
        f"/admin/groups/{board.id}",
        "/admin/invitations",
        "/admin/keys",
        "/admin/mails",
        "/admin/scopes",
        "/admin/settings",
    ):
        auditor.open(path)
        forms = auditor.element("main").find_all("form")
        buttons = [one.get("id") for form in forms for one in form.find_all("button")]

        assert auditor.status == 200, path
        assert not {one for one in buttons if one != "search"}, path
