"""The language of a page: the person's choice stays, and so does the request that waits."""

from __future__ import annotations

import pytest


def spoken(browser):
    """Return the language of the page shown."""
    return browser.shown.root.find_all("html")[0].get("lang")


def test_choice_is_kept_and_leads_back_with_the_request(rp, browser, jane):
    rp.authorize(browser)
    before = browser.shown.url

    browser.follow("Deutsch")

    assert browser.shown.url == before
    assert spoken(browser) == "de"
    assert spoken(browser.open("/login/sign-up")) == "de"


def test_choice_on_a_page_of_ones_own_leads_back_there(signed_in):
    signed_in.open("/account/").follow("Français")

    assert (signed_in.at, spoken(signed_in)) == ("/account/", "fr")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", ""])
def test_way_back_is_a_page_of_ours(browser, db, target):
    answer = browser.transport.send(
        "GET", f"{browser.origin}/login/language?language=de&next={target}"
    )

    assert answer.headers["location"] == "/login/sign-in"


def test_unknown_language_changes_nothing(browser, db):
    browser.open("/login/language?language=xx&next=/login/sign-in")

    assert spoken(browser) == "en"
