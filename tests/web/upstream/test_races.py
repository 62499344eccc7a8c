"""One answer brought by eight at once: one session, one account, one link."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.models import Session, UpstreamIdentity, User
from tests import factories
from tests.administrators import browser_of
from tests.browser import Browser
from tests.stages import ISSUER
from tests.transports import FlaskTransport

WIDTH = 8


@pytest.fixture
def together(app):
    """Return a function that does one thing in eight tabs of one browser at once."""

    def run(browser, act):
        tabs = []
        for _ in range(WIDTH):
            tab = Browser(FlaskTransport(app), ISSUER)
            tab.jar, tab.page = dict(browser.jar), copy.copy(browser.page)
            tabs.append(tab)
        start = Barrier(WIDTH)

        def go(tab):
            start.wait()
            act(tab)
            return tab

        with ThreadPoolExecutor(WIDTH) as pool:
            return list(pool.map(go, tabs))

    return run


def test_one_answer_opens_one_session(browser, jane, linked, there, together, db):
    """reliability.md R7: one success."""
    linked(jane)
    back = there(browser.open("/login/sign-in"))

    tabs = together(browser, lambda tab: tab.open(back))

    assert sorted(tab.status for tab in tabs) == [200] + [400] * (WIDTH - 1)
    assert len(db.session.scalars(select(Session)).all()) == 1


def test_one_page_makes_one_account(browser, come, provider, together, db, count):
    provider.trusts_email = True
    db.session.commit()
    come(browser)

    together(browser, lambda tab: tab.press("register"))

    assert [count(table) for table in (User, UpstreamIdentity, Session)] == [1, 1, 1]


def test_one_page_links_once(app, jane, other, provider, together, count):
    browser = browser_of(app, jane)
    browser.open("/account/upstreams").press(f"link-{provider.slug}")
    browser.open(other.authorize(browser.left_for))

    together(browser, lambda tab: tab.press("link"))

    assert count(UpstreamIdentity) == 1


def test_two_removals_at_once_leave_a_way_in(app, linked, together, count):
    person = factories.user("jane@people.example", password=None)
    rows = [linked(person), linked(person, "jane-too")]
    browser = browser_of(app, person)
    browser.open("/account/upstreams")
    buttons = iter([f"remove-{row.id}" for row in rows] * (WIDTH // 2))

    together(browser, lambda tab: tab.press(next(buttons)))

    assert count(UpstreamIdentity) == 1
