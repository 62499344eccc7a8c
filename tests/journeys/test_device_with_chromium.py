"""A television and a phone: it shows a code and polls, while its person types it elsewhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import chromium, factories
from tests.chromium import visiting
from tests.devices import PENDING, told
from tests.journeys.visitor import PASSWORD, Visitor
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import HttpxTransport

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
JANE = "jane@people.example"


@pytest.fixture(params=[True, False], ids=["with_javascript", "without_javascript"])
def phone(request, live):
    """Return somebody with a small screen, in a browser that runs scripts or does not."""
    small = {"java_script_enabled": request.param, "viewport": {"width": 320, "height": 640}}
    with visiting(live.url, **small) as page:
        yield Visitor(page, live.url)


@pytest.fixture
def tv(live, db):
    """Return a television of Jane's, who has an account."""
    assert db.engine, "a context of the application is open"
    factories.user(JANE, name="Jane Doe", password=PASSWORD)
    made = factories.client("device", client_name="Big Screen")
    transport = HttpxTransport()
    yield RelyingParty(transport, live.url, client_id=made.client_id)
    transport.close()


def test_person_types_the_code_and_the_television_goes_on(phone, tv):
    """RFC 8628 §3, ux.md 2.9: type, sign in, look, connect."""
    codes = tv.ask_for_codes().json
    assert told(tv, codes) == PENDING

    phone.open("/login/device")
    phone.page.fill("#user_code", remember(codes["user_code"].lower().replace("-", " ")))
    phone.press("continue")
    phone.sign_in(JANE)
    expect(phone.page.locator("h1")).to_have_text("Connect Big Screen to your account?")
    expect(phone.page.locator("main")).to_contain_text("Never enter a code someone sent you.")
    expect(phone.page.locator("#asked")).to_contain_text("127.0.0.1")
    phone.page.uncheck("#scope-profile")
    phone.press("connect")

    expect(phone.page.locator("h1")).to_have_text("Device connected")
    tokens = tv.poll(codes["device_code"]).json
    assert set(tokens["scope"].split()) == {"openid", "email"}
    assert tv.userinfo(tokens["access_token"]).json["email"] == JANE


def test_person_follows_the_picture_and_is_asked_first(phone, tv):
    """RFC 8628 §3.3.1: the code comes along, and is sent by nobody but them."""
    codes = tv.ask_for_codes().json
    phone.page.goto(codes["verification_uri_complete"])
    expect(phone.page.locator("#shown-code")).to_have_text(codes["user_code"])
    assert told(tv, codes) == PENDING

    phone.press("continue")
    phone.sign_in(JANE)
    phone.press("cancel")

    expect(phone.page.locator("h1")).to_have_text("Device not connected")
    assert told(tv, codes) == "access_denied"
