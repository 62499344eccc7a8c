"""Keep me signed in on this device, with a real browser that is closed and opened again."""

import pytest
from playwright.sync_api import expect

from app.services.people import mailbox_proofs
from tests import chromium
from tests.chromium import visiting
from tests.journeys.test_passkeys_with_chromium import Laptop, make_passkey, sign_out
from tests.journeys.visitor import Visitor
from tests.secrets_seen import remember

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
    pytest.mark.one_engine,
]
GREETING = "Hello, Jane Doe"


@pytest.fixture
def keeping(serve):
    """Return a server that offers the box."""
    return serve(keep_signed_in=True)


def left_over(page):
    """Return the cookies that the browser still has after it was closed."""
    return [one for one in page.context.cookies() if one["expires"] > 0]


@pytest.mark.parametrize("runs_script", [True, False], ids=["with_javascript", "without"])
@pytest.mark.parametrize("ticked", [True, False], ids=["ticked", "unticked"])
def test_password_with_the_tick_outlives_the_browser(keeping, jane_doe, runs_script, ticked):
    with visiting(keeping.url, java_script_enabled=runs_script) as page:
        visitor = Visitor(page, keeping.url)
        visitor.open("/login/sign-in")
        assert not page.locator("#keep").is_checked()
        if ticked:
            page.get_by_label("Keep me signed in on this device").check()
        visitor.sign_in(jane_doe.email)
        expect(page.locator("h1")).to_have_text(GREETING)
        kept = left_over(page)

    with visiting(keeping.url, java_script_enabled=runs_script) as page:
        page.context.add_cookies(kept)
        Visitor(page, keeping.url).open("/account/")
        expect(page.locator("h1")).to_have_text(GREETING if ticked else "Sign in")


def test_passkey_takes_the_tick_along(keeping, jane_doe, db):
    """The box stands in the form of the password: form.js tells that of the passkey."""
    with visiting(keeping.url) as page:
        visitor, laptop = Visitor(page, keeping.url), Laptop(page)
        visitor.open("/login/sign-in")
        visitor.sign_in(jane_doe.email)
        cookies = {one["name"]: one["value"] for one in page.context.cookies()}
        mailbox_proofs.note(jane_doe, remember(cookies["sealwax-browser"]))
        db.session.commit()
        make_passkey(visitor)
        sign_out(visitor)
        laptop.touch(at_once=False)
        visitor.open("/login/sign-in")
        page.locator("#use-passkey").wait_for()
        page.check("#keep")
        laptop.touch(at_once=True)
        visitor.press("use-passkey")
        expect(page.locator("h1")).to_have_text(GREETING)

        assert "sealwax" in {one["name"] for one in left_over(page)}
