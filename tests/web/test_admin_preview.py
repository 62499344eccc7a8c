"""The preview page: what an application would get, in words, and nothing that could be used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import AuditEvent
from app.services.clients import clients, owners
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.factories import PASSWORD
from tests.secrets_seen import TOKEN

SEEN = Event.SHARES_SEEN
ALL = "openid profile email phone offline_access"


@pytest.fixture
def page(db):
    """Return the page of an application that may have everything."""
    made = factories.client(client_name="Photo Box", scope=f"{ALL} photos:read")
    return f"/admin/applications/{made.client_id}/preview"


def test_page_opens_with_the_administrators_own_tokens(desk, page, root):
    """ux.md 2.17: claims preview; it is there without a press."""
    desk.open(page)

    assert desk.sees(root.subject)
    assert desk.has("id_token")
    assert desk.has("access_token")
    assert desk.sees("From the account, because of the scope email.")


def test_application_leads_to_it(desk, page):
    desk.open(page.removesuffix("/preview"))

    assert desk.shown.by_id("preview").get("href") == page


def test_somebody_elses_values_and_question_are_shown(desk, page, jane):
    jane.phone_number = "+33 1 23 45 67 89"

    desk.open(page).press("show", user=jane.email, scope=["openid", "phone"])

    assert desk.sees("What Jane Doe would be asked")
    assert desk.sees("Allow Photo Box to use your account?")
    assert desk.sees("+33 1 23 45 67 89")
    assert not desk.sees(f"{jane.email}, confirmed")


def test_look_at_somebody_else_is_recorded_and_told_to_them(app, desk, page, root, jane, db):
    """ux.md 2.18: personal data is looked at by name, never in silence."""
    desk.open(page).press("show")
    desk.open(page).press("show", user="nobody@people.example")
    seen = select(AuditEvent).where(AuditEvent.event == SEEN)
    assert not db.session.scalars(seen).all()

    desk.open(page).press("show", user=jane.email)

    [row] = db.session.scalars(seen).all()
    assert (row.actor_id, row.user_id) == (root.id, jane.id)
    assert row.client_id == page.split("/")[3]
    jane_at_home = browser_of(app, jane).open("/account/activity")
    assert jane_at_home.sees("An administrator looked at what you share with apps")


def test_form_that_came_too_late_comes_back_and_shows_nobody(desk, page, jane, clock, settings, db):
    """ux.md 2.13: nothing that was typed is lost, and nothing is seen before the press."""
    desk.open(page)
    clock.move(settings.admin_idle + timedelta(seconds=1))
    desk.press("show", user=jane.email)

    desk.sign_in("root@people.example", PASSWORD)

    assert desk.at == page
    assert desk.element("user").get("value") == jane.email
    assert not desk.sees(jane.subject)
    assert not db.session.scalars(select(AuditEvent).where(AuditEvent.event == SEEN)).all()
    assert desk.press("show").sees(jane.subject)


def test_address_alone_shows_nobody(desk, page, jane):
    """A link must not have somebody looked at: what is recorded is pressed."""
    desk.open(f"{page}?grant=authorization_code&user={jane.email}")

    assert not desk.sees(jane.subject)


def test_application_for_itself_has_no_person(desk, db):
    made = factories.client("machine", scope="photos:read")

    desk.open(f"/admin/applications/{made.client_id}/preview")

    assert desk.sees("no person stands behind this token")
    assert not desk.has("question")


def test_application_for_devices_is_previewed_with_a_person(desk, db, jane):
    """RFC 8628: a person stands behind its tokens, though no browser comes back to it."""
    made = factories.client("device", client_name="Big Screen")

    desk.open(f"/admin/applications/{made.client_id}/preview").press("show", user=jane.email)

    assert desk.status == 200
    assert desk.has("question")


def test_unknown_address_is_said_at_its_field(desk, page):
    desk.open(page).press("show", user="nobody@people.example")

    assert desk.status == 422
    assert desk.sees("No user has this address.")


def test_refusal_is_explained(desk, page):
    desk.open(page).press("show", claims="{")

    assert desk.has("refused")
    assert desk.sees("claims_malformed")


def test_page_holds_no_token(desk, page):
    """Issue 5: the preview must sign nothing that is valid."""
    desk.open(page)

    assert not TOKEN.search(desk.answer.text)
    assert "swx_" not in desk.answer.text


def test_nobody_else_sees_it(app, page, jane):
    browser_of(app, jane).open(page)
    stranger = browser_of(app, jane)
    stranger.open(page)

    assert stranger.status == 403


def test_owner_sees_no_other_person(app, page, jane, db):
    """Security.md AD01: who owns an application may not look people up by it."""
    owner = factories.user("owner@people.example")
    owners.add(clients.get(page.split("/")[3]), owner, by=factories.admin().id)
    db.session.commit()
    browser = browser_of(app, owner).open(page)
    assert browser.sees(owner.subject)

    browser.press("show", user=jane.email)

    assert browser.status == 422
    assert browser.sees("You may look at your own account alone.")
    assert not browser.sees(jane.name)
