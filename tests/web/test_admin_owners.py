"""Owners see and edit their own application, and nothing of anybody else's."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Client
from app.services.authorization.attempts import Trace
from app.services.clients import clients, owners
from app.services.clients.client_schema import POLICY
from app.services.upkeep.audit import Event
from app.web.admin import client_sections
from tests import factories
from tests.administrators import browser_of
from tests.raw_requests import post


@pytest.fixture
def own(db):
    """Return an application of Jane's."""
    assert db.engine
    return factories.client(client_name="Photo Box", scope="openid email orders").client


@pytest.fixture
def foreign(db):
    """Return somebody else's application."""
    assert db.engine
    return factories.client(client_name="Terminal").client


@pytest.fixture
def owner(jane, own, db):
    """Return Jane, who owns the application."""
    owners.add(own, jane)
    db.session.commit()
    return jane


@pytest.fixture
def browser(app, owner):
    """Return the owner's browser."""
    return browser_of(app, owner)


@pytest.fixture
def desk(app, db):
    """Return the browser of an administrator."""
    assert db.engine
    return browser_of(app, factories.admin("ada@people.example"))


def page(client):
    """Return where the application is edited."""
    return f"/admin/applications/{client.client_id}"


def attempt(client, person=None):
    """Let somebody have tried to sign in to the application; return the reference."""
    trace = Trace("authorize", client_id=client.client_id, user_id=person.id if person else None)
    trace.write("ok")
    return trace.reference


def stored(client, db):
    """Return the registration as it stands now."""
    db.session.expire_all()
    return db.session.get(Client, client.id).registration


def test_administrator_names_owners_and_takes_them_away(app, desk, jane, own, db):
    desk.open(page(own)).press("add-owner", email="JANE@people.example")
    assert desk.sees("They are an owner now.")
    assert browser_of(app, jane).open("/admin/").at == "/admin/applications"

    desk.press(f"remove-owner-{jane.id}")

    assert desk.sees("They are no owner any more.")
    assert browser_of(app, jane).open("/admin/").status == 403
    wanted = select(AuditEvent.event, AuditEvent.user_id, AuditEvent.client_id)
    kinds = [Event.OWNER_ADDED.value, Event.OWNER_REMOVED.value]
    found = db.session.execute(wanted.where(AuditEvent.event.in_(kinds))).all()
    assert [tuple(row) for row in found] == [(kind, jane.id, own.client_id) for kind in kinds]


def test_unknown_address_becomes_no_owner(desk, own):
    desk.open(page(own)).press("add-owner", email="nobody@people.example")

    assert desk.status == 422
    assert desk.sees("No user has this address.")
    assert desk.sees("Photo Box")


def test_owner_edits_the_application(browser, own, db):
    browser.open("/admin/applications").follow("Photo Box")
    browser.press("save-basics", client_name="Photo Chest")

    assert browser.sees("Your changes are saved.")
    assert stored(own, db)["client_name"] == "Photo Chest"
    assert stored(own, db)["scope"] == "openid email orders"


def test_owner_adds_and_revokes_secrets(browser, own, db):
    browser.open(page(own)).press("add-secret")
    assert browser.status == 200

    browser.open(page(own)).press(f"revoke-{own.secrets[0].id}")

    assert browser.sees("The secret is revoked.")


def test_owner_sees_no_other_application(browser, own, foreign):
    """security.md AD02."""
    browser.open("/admin/applications")
    assert browser.sees("Photo Box")
    assert not browser.sees("Terminal")
    assert not browser.open(f"/admin/applications?q={foreign.client_id}").sees("Terminal")

    assert browser.open(page(foreign)).status == 403
    assert browser.open(page(foreign).replace(foreign.client_id, "unknown")).status == 403


def test_owner_sees_attempts_of_the_application_alone(browser, own, foreign, db):
    """product.md 1: owners see their own client's."""
    mine, theirs = attempt(own), attempt(foreign)
    db.session.commit()
    browser.open("/admin/attempts")
    assert browser.sees(mine)
    assert not browser.sees(theirs)
    assert not browser.open(f"/admin/attempts?client={foreign.client_id}").sees(theirs)

    assert browser.open(f"/admin/attempts/{mine}").status == 200
    assert browser.open(f"/admin/attempts/{theirs}").status == 404


def test_owners_of_two_applications_in_one_trace_see_their_own_steps(
    app, browser, owner, own, foreign, db
):
    """product.md 1: of the other one neither learns that it was there."""
    trace = Trace("authorize", client_id=own.client_id)
    trace.passed("redirect_uri", sent="https://mine.example/")
    trace.write("ok")
    nobodys = Trace("sign-in", reference=trace.reference)
    nobodys.passed("password", sent="a step of one of them")
    nobodys.write("ok")
    stolen = Trace("token", reference=trace.reference, client_id=foreign.client_id)
    stolen.refused("code", "code_of_another_client", sent="…theirs")
    stolen.write("refused")
    other = factories.user()
    owners.add(foreign, other)
    db.session.commit()
    address = f"/admin/attempts/{trace.reference}"

    browser.open(address)
    assert browser.sees("https://mine.example/")
    assert not browser.sees("a step of one of them")
    assert not browser.sees("theirs")
    assert foreign.client_id not in browser.answer.text

    theirs = browser_of(app, other).open(address)
    assert theirs.sees("theirs")
    assert not theirs.sees("https://mine.example/")
    assert own.client_id not in theirs.answer.text

    owners.add(foreign, owner)
    db.session.commit()
    assert browser.open(address).sees("a step of one of them")


def test_owner_is_not_told_who_it_was(app, browser, own, db):
    """The person belongs to the provider: what an application may know, they allow it."""
    person = factories.user("zoe@people.example", name="Zoe Zen")
    reference = attempt(own, person)
    db.session.commit()

    for path in ("/admin/attempts", f"/admin/attempts/{reference}", page(own)):
        browser.open(path)
        assert "zoe" not in browser.shown.text.lower(), path

    auditor = browser_of(app, factories.user(is_auditor=True))
    assert auditor.open("/admin/attempts").sees("zoe@people.example")


@pytest.mark.parametrize("path", ["off", "on", "delete"])
def test_owner_neither_switches_nor_deletes(browser, own, path, db):
    """What an administrator has turned off stays off (security.md AD03)."""
    assert post(browser, f"{page(own)}/{path}", name="Photo Box") == 403

    assert db.session.get(Client, own.id) is not None


@pytest.mark.parametrize("name", sorted(POLICY))
def test_owner_has_no_field_for_policy(browser, own, db, name):
    """security.md AD03: it protects people from the application, and so from its owner."""
    before = stored(own, db)
    values = {"trusted": "y", "security_profile": "strict", "access_token_format": "opaque"}
    assert not browser.open(page(own)).has(name)

    for section in client_sections.SECTIONS:
        filled = browser.open(page(own)).fill(f"save-{section.section}")
        post(browser, filled.url, *filled.fields, **{name: values.get(name, "120")})

    assert stored(own, db) == before


def test_owner_asks_people_for_no_more(browser, own, db):
    """security.md AD03: scopes that an administrator has not given."""
    browser.open(page(own))
    filled = browser.fill("save-permissions")

    for field, value in (
        ("scope", "profile"),
        ("scope", "required email"),
        ("custom_scope", "payments"),
        ("required_scopes", "email"),
    ):
        post(browser, filled.url, *filled.fields, **{field: value})

        assert set(stored(own, db)["scope"].split()) <= {"openid", "email", "orders"}
        assert stored(own, db)["required_scopes"] == []


def test_owner_lets_people_leave_out_more(browser, own, db):
    """What an administrator required may be softened: that takes nothing from people."""
    clients.update(clients.get(own.client_id), {"required_scopes": ["email", "orders"]})
    db.session.commit()

    browser.open(page(own)).press("save-permissions", scope=["openid", "required orders", "email"])
    assert stored(own, db)["required_scopes"] == ["orders"]

    browser.open(page(own)).press("save-permissions", scope=["openid", "email"])
    assert stored(own, db)["required_scopes"] == []
    assert stored(own, db)["scope"] == "openid email"


def test_rule_holds_whatever_the_form_sends(own):
    """security.md AD03: the rule is in the service, the form is courtesy."""
    for members in (
        {"trusted": True},
        {"scope": "openid email orders profile"},
        {"required_scopes": ["email"]},
    ):
        with pytest.raises(owners.InvalidInput):
            owners.check_change(own, clients.proposed(own, members))

    owners.check_change(own, clients.proposed(own, {"scope": "openid", "client_name": "X"}))


def test_owner_steps_down_but_not_the_last_one(app, browser, own, owner, db):
    """The application is not left without anybody but administrators."""
    assert not browser.open(page(own)).has("leave")
    assert post(browser, f"{page(own)}/owners/leave") == 403
    owners.add(own, factories.user("kim@people.example"))
    db.session.commit()

    browser.open(page(own)).press("leave")

    assert browser.at == "/account/"
    assert not owners.owns(owner.id, own.client_id)
    assert browser.open(page(own)).status == 403


def test_owner_names_no_owners(browser, own, jane):
    """Whether somebody has an account here is not for owners to find out (ux.md 2.0, 13)."""
    assert not browser.open(page(own)).has("add-owner")

    assert post(browser, f"{page(own)}/owners", email="kim@people.example") == 403
    assert post(browser, f"{page(own)}/owners/{jane.id}/remove") == 403


def test_owner_of_a_deleted_application_is_owner_of_nothing(app, owner, own, db):
    clients.delete(own)
    db.session.commit()

    assert browser_of(app, owner).open("/admin/").status == 403
