"""What is left to do after the set-up, on the overview until it is done (ux.md 2.15)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of

pytestmark = pytest.mark.one_engine
LIST = "After the set-up"


@pytest.fixture
def browser(app, root):
    """Return their browser."""
    return browser_of(app, root)


def test_each_task_leads_to_where_it_is_done_and_the_list_goes_when_all_are(browser, root):
    assert browser.open("/admin/").sees(f"{LIST} 0 of 4 done")
    assert browser.follow("Set it up").at == "/login/prove-mailbox"  # then the second step
    assert browser.open("/admin/").follow("Register the first one").at == "/admin/applications/new"
    assert browser.open("/admin/").follow("Try it out").at == "/admin/mails"
    browser.press("test")
    assert browser.open("/admin/").sees("1 of 4 done")

    browser.press("copied")
    assert browser.sees("2 of 4 done")
    factories.client()
    factories.phone(root)

    assert not browser.open("/admin/").sees(LIST)


def test_list_is_hidden_once_and_for_every_administrator(app, db, browser, root):
    other = browser_of(app, factories.admin()).open("/admin/")
    browser.open("/admin/").press("hide-checklist")
    assert browser.at == "/admin/overview"
    assert not browser.sees(LIST)

    assert other.sees(LIST)
    assert not other.press("hide-checklist").sees(LIST)

    hidden = select(AuditEvent).where(AuditEvent.event == Event.CHECKLIST_HIDDEN.value)
    assert [row.actor_id for row in db.session.scalars(hidden)] == [root.id]


def test_second_step_of_another_administrator_is_looked_for_at_their_account(browser, root):
    factories.phone(root)
    other = factories.admin("other@people.example")

    browser.open("/admin/").follow("Go to the account")

    assert browser.at == f"/admin/users/{other.id}"


def test_auditor_who_can_do_nothing_about_it_sees_no_list(app, db):
    assert db.engine, "a context of the application is open"
    assert not browser_of(app, factories.user(is_auditor=True)).open("/admin/").sees(LIST)
