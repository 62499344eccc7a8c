"""Passkeys with a real browser and its virtual authenticator: made, signed in with, asked for."""

import pytest
from playwright.sync_api import expect

from app.services.people import mailbox_proofs
from tests import chromium, factories
from tests.chromium import visiting
from tests.journeys.visitor import PASSWORD, Visitor
from tests.secrets_seen import remember

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
    pytest.mark.one_engine,
]
JANE = "jane@people.example"
#: A laptop with a fingerprint reader, whose owner is there and is recognised.
LAPTOP = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Laptop:
    """The authenticator of a page, steered over the DevTools protocol."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": LAPTOP})
        self.id = added["authenticatorId"]

    def recognise(self, *, who):
        """Let the fingerprint reader know whoever touches it, or nobody."""
        self._set("UserVerified", isUserVerified=who)

    def touch(self, *, at_once):
        """Let its owner touch it whenever it asks, or not at all."""
        self._set("AutomaticPresenceSimulation", enabled=at_once)

    def _set(self, what, **value):
        self.session.send(f"WebAuthn.set{what}", {"authenticatorId": self.id, **value})

    @property
    def passkeys(self):
        """Return the passkeys it keeps."""
        answer = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return answer["credentials"]


@pytest.fixture
def jane(db):
    """Make Jane, who has a password."""
    assert db.engine, "a context of the application is open"
    return factories.user(JANE, name="Jane Doe", password=PASSWORD)


@pytest.fixture
def page(live):
    """Open a page that nothing may go wrong on: no message of the console, no stranger asked."""
    with visiting(live.url) as opened:
        yield opened


@pytest.fixture
def laptop(page):
    """Give the browser of the page an authenticator."""
    return Laptop(page)


@pytest.fixture
def visitor(page, live, jane, db):
    """Return Jane after she has signed in with her password, and shown to read her mail."""
    found = Visitor(page, live.url)
    found.open("/login/sign-in")
    found.sign_in(jane.email)
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    mailbox_proofs.note(jane, remember(cookies["sealwax-browser"]))
    db.session.commit()
    return found


def make_passkey(visitor):
    """Make a passkey in Security."""
    visitor.open("/account/security")
    visitor.press("passkeys")
    visitor.press("create-passkey")
    expect(visitor.page.locator("main")).to_contain_text("The passkey is ready.")


def sign_out(visitor):
    visitor.open("/login/sign-out")
    visitor.press("sign-out")


def test_person_makes_a_passkey_and_signs_in_by_button(laptop, visitor, page):
    make_passkey(visitor)
    assert [one["isResidentCredential"] for one in laptop.passkeys] == [True]
    sign_out(visitor)

    laptop.touch(at_once=False)
    visitor.open("/login/sign-in")
    page.locator("#use-passkey").wait_for()
    laptop.touch(at_once=True)
    visitor.press("use-passkey")

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")


def test_autofill_signs_in_without_a_press(laptop, visitor, page):
    make_passkey(visitor)
    sign_out(visitor)

    visitor.open("/login/sign-in")

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")


def test_passkey_is_the_second_step(laptop, visitor, page, jane):
    make_passkey(visitor)
    visitor.press("ask-passkey")
    expect(page.locator("#codes li")).to_have_count(10)
    sign_out(visitor)

    laptop.touch(at_once=False)
    visitor.open("/login/sign-in")
    visitor.sign_in(jane.email)
    expect(page.locator("h1")).to_have_text("Use your passkey")
    laptop.touch(at_once=True)
    visitor.press("use-passkey")

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")


def test_same_laptop_makes_no_second_one(laptop, visitor, page):
    """ux.md 2.6: said on the page, nothing is sent."""
    make_passkey(visitor)

    page.locator("#create-passkey").click()

    expect(page.locator("form[data-passkey] [role=status]")).to_have_text(
        "This device already has a passkey for your account."
    )


def test_who_is_not_recognised_reads_how_to_go_on(laptop, visitor, page):
    """ux.md 2.6: cancelled, or no finger that it knows."""
    visitor.open("/account/passkeys")
    laptop.recognise(who=False)
    page.locator("#create-passkey").click()
    said = page.locator("form[data-passkey] [role=status]")
    expect(said).to_have_text("No passkey was made. Try again?")

    laptop.recognise(who=True)
    visitor.press("create-passkey")

    expect(page.locator("main")).to_contain_text("The passkey is ready.")


def test_cancelled_sign_in_is_quiet(laptop, visitor, page):
    """ux.md 2.1: no red, and the password still does."""
    make_passkey(visitor)
    sign_out(visitor)
    laptop.recognise(who=False)
    laptop.touch(at_once=False)
    visitor.open("/login/sign-in")
    laptop.touch(at_once=True)
    page.locator("#use-passkey").click()

    visitor.sign_in(JANE)

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")


def test_stranger_signs_up_without_a_password(laptop, page, live, db):
    """ux.md 2.2: create a passkey instead."""
    assert db.engine, "a context of the application is open"
    visitor = Visitor(page, live.url)
    visitor.open("/login/sign-up")
    page.fill("#email", "new@people.example")
    visitor.press("register-passkey")
    page.fill("#code", visitor.code_for("new@people.example"))
    visitor.press("confirm")
    expect(page.locator("h1")).to_have_text("Create your passkey")
    visitor.press("create-passkey")

    expect(page.locator("h1")).to_contain_text("Hello")
    assert len(laptop.passkeys) == 1
