"""How pages and mails would look: the real ones, with what stands in the form, and shut in."""

from __future__ import annotations

from html import unescape

import pytest

from app.services.upkeep import branding
from tests import factories
from tests.administrators import browser_of
from tests.pages import Page

GREEN = "#0b6b53"
TYPED = {"accent": GREEN, "service_name": "Harbour ID", "support_contact": "help@harbour.example"}


@pytest.fixture
def admin(db):
    """Return an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser, on the page that shows how the sign-in looks."""
    return browser_of(app, admin).open("/admin/settings?look=sign-in")


def frames(browser):
    """Return the addresses of the looks on the page."""
    return [frame.get("src") for frame in browser.shown.root.find_all("iframe")]


def fetch(browser, path):
    """Return what the browser gets for a frame."""
    headers = browser.cookie_header()
    return browser.transport.send("GET", f"{browser.origin}{path}", headers=headers)


def test_nobody_waits_for_what_they_have_not_asked_for(browser):
    """ux.md 3: three whole pages weigh more than this one is to weigh."""
    assert frames(browser.open("/admin/settings")) == []

    assert len(frames(browser.press("look-consent"))) == 3


def test_page_is_shown_light_dark_and_turned(browser):
    """ux.md 2.22: in light, dark and from right to left."""
    looks = [Page(fetch(browser, path)).root.find_all("html")[0] for path in frames(browser)]

    assert [html.get("data-theme") for html in looks] == ["light", "dark", "light"]
    assert [html.get("dir") for html in looks] == ["ltr", "ltr", "rtl"]
    assert "frame-src 'self'" in browser.answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", ["sign-in", "consent", "mail"])
def test_what_is_typed_is_shown_before_it_is_saved(browser, page):
    """ux.md 2.22: preview of sign-in, consent and mail."""
    browser.press(f"look-{page}", **TYPED)

    assert browser.sees("Nothing is saved yet")
    assert browser.element("service_name").get("value") == "Harbour ID"
    for path in frames(browser):
        text = fetch(browser, path).text
        assert "Harbour ID" in text
        assert "help@harbour.example" in text
        assert ("/brand/0b6b53-" in text) is (page != "mail")
    assert branding.current() == branding.of_environment()


def test_mail_is_shown_as_text_too(browser):
    browser.press("look-mail", service_name="Harbour <ID>")

    letter = browser.element("letter").text
    assert letter.startswith("Open this link to choose a new password.")
    assert "Harbour <ID>" in letter
    assert "<p>" not in letter
    assert "Harbour <ID>" in unescape(fetch(browser, frames(browser)[0]).text)


@pytest.mark.parametrize("page", ["sign-in", "consent", "mail"])
def test_nothing_in_a_look_can_be_pressed_or_run(browser, page):
    """A link from anywhere may carry a stranger's name and links: it must lead nobody anywhere."""
    answer = fetch(browser, f"/admin/settings/look/{page}/light?privacy_url=https://evil.example/")

    (body,) = Page(answer).root.find_all("body")
    policy = answer.headers["content-security-policy"]
    assert body.has("inert")
    assert not Page(answer).root.find_all("script")
    assert "script-src" not in policy
    for rule in ("default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"):
        assert rule in policy
    assert ("unsafe" in policy) is (page == "mail")


@pytest.mark.parametrize("page", ["sign-in", "consent", "mail"])
def test_look_shows_nobody_real(browser, admin, page):
    """ux.md 2.22; data protection: the reader's own name stands in no picture of a page."""
    text = fetch(browser, f"/admin/settings/look/{page}/light").text

    assert admin.email not in text
    assert "csrf_token" not in text


@pytest.mark.parametrize(
    "path",
    [
        "consent/sideways",
        "overview/light",
        "sign-in/light?accent=%23f2c063",
        "sign-in/light?privacy_url=javascript:alert(1)",
    ],
)
def test_what_the_form_would_refuse_is_not_shown(browser, path):
    assert fetch(browser, f"/admin/settings/look/{path}").status == 404


def test_who_may_only_read_chooses_by_links(app, db):
    """security.md AD01: an auditor sees how it looks, and has nothing to press."""
    auditor = browser_of(app, factories.user(is_auditor=True)).open("/admin/settings")

    auditor.follow("Consent page")

    assert all("/look/consent/" in path for path in frames(auditor))
    assert {fetch(auditor, path).status for path in frames(auditor)} == {200}
    assert db.engine


def test_nobody_else_sees_a_look(app, db, jane):
    """security.md AD01."""
    assert db.engine
    visitor = browser_of(app, jane)

    assert fetch(visitor, "/admin/settings/look/sign-in/light").status == 403
