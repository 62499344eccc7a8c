"""The address first, the password on the next page, with a real browser, script or none."""

import pytest
from playwright.sync_api import expect

from app.services.people import mailbox_proofs
from tests import chromium
from tests.chromium import visiting
from tests.journeys.test_passkeys_with_chromium import Laptop, make_passkey, sign_out
from tests.journeys.visitor import PASSWORD, Visitor
from tests.secrets_seen import remember

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
    pytest.mark.one_engine,
]
GREETING = "Hello, Jane Doe"
SECOND = "Enter your password"


@pytest.fixture
def asking(serve):
    """Return a server that asks for the address first."""
    return serve(sign_in="identifier-first")


def type_address(visitor, email):
    visitor.page.fill("#username", email)
    visitor.press("next")


def type_password(visitor, password=PASSWORD):
    visitor.page.fill("#password", remember(password))
    visitor.press("sign-in")


@pytest.mark.parametrize("runs_script", [True, False], ids=["with_javascript", "without"])
def test_person_types_the_address_and_then_the_password(asking, jane_doe, runs_script):
    with visiting(asking.url, java_script_enabled=runs_script) as page:
        visitor, heading = Visitor(page, asking.url), page.locator("h1")
        visitor.open("/login/sign-in")
        expect(page.locator("#username")).to_be_focused()
        expect(page.locator("#password")).to_have_count(0)
        type_address(visitor, "jane@wrong.example")
        expect(heading).to_have_text(SECOND)
        expect(page.locator("#password")).to_be_focused()
        expect(page.locator(".chip")).to_contain_text("jane@wrong.example")

        page.go_back()
        expect(heading).to_have_text("Sign in")
        type_address(visitor, jane_doe.email)
        type_password(visitor, "not it at all")
        expect(page.locator("main")).to_contain_text("don't match")
        expect(page.locator("#username")).to_have_value(jane_doe.email)
        visitor.press("change")
        expect(page.locator("#username")).to_have_value("")
        type_address(visitor, jane_doe.email)
        page.reload()
        expect(heading).to_have_text(SECOND)
        type_password(visitor)

        expect(heading).to_have_text(GREETING)


@pytest.mark.parametrize("runs_script", [True, False], ids=["with_javascript", "without"])
def test_person_changes_the_language_between_the_pages(asking, jane_doe, runs_script):
    with visiting(asking.url, java_script_enabled=runs_script) as page:
        visitor = Visitor(page, asking.url)
        visitor.open("/login/sign-in")
        type_address(visitor, jane_doe.email)

        page.locator("details.language summary").click()
        page.locator("details.language a[lang=ar]").click()
        page.wait_for_load_state()

        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("#username")).to_have_value(jane_doe.email)
        type_password(visitor)
        assert visitor.path() == "/account/"


def test_passkey_is_offered_by_autofill_on_the_first_page(asking, jane_doe, db):
    with visiting(asking.url) as page:
        visitor, laptop = Visitor(page, asking.url), Laptop(page)
        visitor.open("/login/sign-in")
        type_address(visitor, jane_doe.email)
        type_password(visitor)
        cookies = {one["name"]: one["value"] for one in page.context.cookies()}
        mailbox_proofs.note(jane_doe, remember(cookies["sealwax-browser"]))
        db.session.commit()
        make_passkey(visitor)
        assert laptop.passkeys
        sign_out(visitor)

        visitor.open("/login/sign-in")

        expect(page.locator("h1")).to_have_text(GREETING)
