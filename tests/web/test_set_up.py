"""First-run set-up: one link, used once, makes the first administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, User
from app.services.people import set_up
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import visitor
from tests.secrets_seen import remember

PASSWORD = "purple llamas hum at noon"


@pytest.fixture
def browser(app):
    """Return the browser of somebody nobody knows yet."""
    return visitor(app)


def fill(browser, **changed):
    """Send the form as a careful person does."""
    typed = {"email": "ada@people.example", "name": "Ada", "password": PASSWORD, **changed}
    return browser.press("set-up", **typed)


def administrators(db):
    """Return how many administrators there are."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.is_admin))


def test_link_makes_the_first_administrator_and_signs_them_in(browser, set_up_link, db):
    fill(browser.open(set_up_link))

    assert browser.at == "/admin/applications"
    assert browser.sees("No applications yet")
    made = db.session.scalars(select(User)).one()
    assert (made.email, made.name, made.is_admin) == ("ada@people.example", "Ada", True)
    assert made.email_verified
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert {Event.SET_UP, Event.USER_CREATED, Event.SIGNED_IN} <= set(events)


def test_bare_address_leads_to_the_set_up_while_nobody_could_sign_in(browser, set_up_link):
    """A fresh provider has no account to sign in with."""
    assert browser.open("/").at == "/setup"

    fill(browser.open(set_up_link))
    assert browser.open("/").at == "/account/"


def test_looking_at_the_link_does_not_use_it_up(browser, set_up_link):
    for _ in range(3):
        browser.open(set_up_link)

    fill(browser)

    assert browser.at == "/admin/applications"


def test_set_up_is_gone_once_there_is_an_administrator(app, browser, set_up_link, db):
    factories.admin()

    browser.open(set_up_link)

    assert browser.status == 404
    assert administrators(db) == 1


def test_form_that_waited_makes_no_second_administrator(app, browser, set_up_link, db):
    late = visitor(app).open(set_up_link)
    fill(browser.open(set_up_link))

    fill(late, email="mallory@people.example")

    assert late.status == 404
    assert administrators(db) == 1


def test_dead_link_says_so_and_lets_another_code_be_typed(browser, set_up_link, clock):
    clock.move(set_up.LIFETIME + timedelta(seconds=1))

    browser.open(set_up_link)

    assert browser.status == 403
    assert browser.sees("This set-up link doesn't work any more.")
    assert browser.element("token").get("value").startswith("swx_su_")


def test_made_up_code_makes_nobody(browser, set_up_link, db):
    browser.open("/setup")

    fill(browser, token=remember("swx_su_made-up-by-somebody"))

    assert browser.status == 422
    assert browser.element("token").get("aria-invalid") == "true"
    assert administrators(db) == 0


def test_code_can_be_typed_without_the_link(browser, set_up_link):
    browser.open("/setup")

    fill(browser, token=set_up_link.partition("token=")[2])

    assert browser.at == "/admin/applications"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "ada@people.example"}, "password"),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A\0da"}, "name"),
    ],
)
def test_what_was_typed_stays_and_the_link_too_when_something_is_wrong(
    browser, set_up_link, db, changed, field
):
    fill(browser.open(set_up_link), **changed)

    assert browser.status == 422
    assert browser.element(field).get("aria-invalid") == "true"
    assert administrators(db) == 0
    fill(browser)
    assert browser.at == "/admin/applications"


def test_password_is_never_sent_back(browser, set_up_link):
    fill(browser.open(set_up_link), email="")

    assert PASSWORD not in browser.answer.text


def test_form_of_another_site_makes_nobody(browser, set_up_link, db):
    token = set_up_link.partition("token=")[2]
    typed = {"token": token, "email": "mallory@people.example", "password": PASSWORD}

    browser.post("/setup", typed, from_site="https://elsewhere.example")

    assert browser.status == 400
    assert administrators(db) == 0
