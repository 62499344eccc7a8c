"""What is pressed stays where it is when something opens beside it; narrow pages waste no rows."""

from __future__ import annotations

import pytest

from tests.chromium import visiting
from tests.gallery.served import with_chromium

#: What is pressed: the page, and the first of its buttons that opens something.
OPENERS = [
    ("admin/clients/some", ".menu > summary", 320),
    ("admin/clients/some", ".menu > summary", 390),
    ("account/emails/two", ".confirm > summary", 320),
    ("account/emails/two", ".confirm > summary", 1280),
    ("account/apps/some", ".confirm > summary", 1280),
]


@with_chromium
@pytest.mark.parametrize("query", ["", "?rtl"])
@pytest.mark.parametrize(("path", "button", "width"), OPENERS)
def test_button_stays_where_it_is_when_it_opens(origin, path, button, width, query):
    with visiting(origin, viewport={"width": width, "height": 800}) as page:
        page.goto(f"{origin}/__ui__/{path}{query}")
        opener = page.locator(button).first
        opener.scroll_into_view_if_needed()
        before = opener.bounding_box()

        opener.click()

        assert page.locator("details[open]").count()
        assert opener.bounding_box() == before


@with_chromium
def test_button_that_asks_cancels_too(origin):
    """ux.md 1.2: without script."""
    with visiting(origin, java_script_enabled=False) as page:
        page.goto(f"{origin}/__ui__/account/emails/two")
        opener = page.locator(".confirm > summary").first
        opener.click()
        page.locator(".confirm[open] button").wait_for()

        page.locator(".confirm[open] > summary", has_text="Cancel").click()

        page.locator(".confirm[open]").wait_for(state="detached")


@with_chromium
def test_tabs_of_the_account_take_one_row_on_a_phone(origin):
    with visiting(origin, viewport={"width": 320, "height": 800}) as page:
        page.goto(f"{origin}/__ui__/account/home/plain")
        boxes = [tab.bounding_box() for tab in page.locator(".tabs a").all()]

    assert len({box["y"] for box in boxes}) == 1
    assert min(box["height"] for box in boxes) >= 44
