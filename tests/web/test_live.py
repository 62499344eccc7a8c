"""The live switch of the audit log: new rows come by themselves, for ten minutes (ux.md 2.21)."""

from __future__ import annotations

import pytest

from tests import factories
from tests.administrators import browser_of
from tests.chromium import visiting
from tests.gallery.served import with_chromium

pytestmark = pytest.mark.one_engine
NEW_ROW = (
    """<tr><td></td><td class="sentence"><a href="/admin/audit/900">Something new</a></td></tr>"""
)


@pytest.fixture
def browser(app, db):
    """Return the browser of an administrator."""
    assert db.engine, "a context of the application is open"
    return browser_of(app, factories.admin())


def test_switch_keeps_what_is_looked_for(browser):
    browser.open("/admin/audit?event=session.started&by=").press("live")

    assert "event=session.started" in browser.shown.url
    assert browser.element("live").get("aria-checked") == "true"
    assert not browser.press("live").has("live-state")
    assert "event=session.started" in browser.shown.url


def test_page_without_scripts_loads_itself_until_ten_minutes_are_over(browser):
    """ux.md goal 7: everything works without JavaScript."""
    page = browser.open("/admin/audit?address=192.0.2.7&live=120").shown.root
    again = next(meta for meta in page.find_all("meta") if meta.get("http-equiv") == "refresh")
    assert again.inside("noscript") is not None
    assert again.get("content") == "5; url=/admin/audit?address=192.0.2.7&live=119"

    browser.open("/admin/audit?live=0")

    assert browser.sees("Ten minutes are over")
    assert not [one for one in browser.shown.root.find_all("meta") if one.get("http-equiv")]


@pytest.mark.parametrize("live", ["-1", "x", "9" * 40, "", "1e9"])
def test_made_up_number_of_looks_is_bounded(browser, live):
    assert browser.open(f"/admin/audit?live={live}").status == 200


@with_chromium
def test_new_rows_come_on_top_and_the_focus_stays(origin):
    page_is_live = f"{origin}/__ui__/admin/audit/live"
    with visiting(origin, reduced_motion="reduce") as page:
        page.clock.install()
        page.goto(page_is_live)
        rows = page.locator("#found tbody tr")
        count = rows.count()
        rows.nth(1).locator(".sentence a").focus()
        whole = page.content().replace("<tbody>", f"<tbody>{NEW_ROW}")
        page.route(page_is_live, lambda route: route.fulfill(body=whole, content_type="text/html"))

        page.clock.fast_forward(5_000)
        page.get_by_text("Something new").wait_for()

        assert rows.count() == count + 1
        assert rows.first.inner_text().strip() == "Something new"
        assert rows.nth(2).locator(".sentence a").evaluate("it => it === document.activeElement")


@with_chromium
def test_page_that_is_left_open_stops_after_ten_minutes(origin):
    """It must not keep its reader signed in (security.md SE03)."""
    asked = []
    with visiting(origin, reduced_motion="reduce") as page:
        page.clock.install()
        page.goto(f"{origin}/__ui__/admin/audit/live")
        page.on("request", lambda request: asked.append(request.url))
        page.clock.fast_forward(601_000)
        page.get_by_text("Ten minutes are over").wait_for()
        before = len(asked)
        page.clock.fast_forward(60_000)

        assert page.get_attribute("#live", "aria-checked") == "false"
        assert len(asked) == before
