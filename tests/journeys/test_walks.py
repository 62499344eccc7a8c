"""How far it is: the actions and the seconds of three walks (issue 5, "How it is judged").

An action is a click, a field that is filled in, or the Enter that sends a form. The seconds are
those the pages take and those a person needs for the actions, by the keystroke-level model (Card,
Moran and Newell, 1980): to think of what comes next, to point and click, to type sign by sign.
"""

from __future__ import annotations

from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests import chromium, factories
from tests.chromium import visiting
from tests.factories import PASSWORD
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import HttpxTransport

pytestmark = [
    pytest.mark.browser,
    pytest.mark.one_engine,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
ROOT, JANE = "root@people.example", "jane@people.example"
CALLBACK = "https://photos.example/sign-in/callback"
PHONE = "Mozilla/5.0 (Android 16; Mobile; rv:149.0) Gecko/149.0 Firefox/149.0"
#: Seconds, of the model: what comes next, hand and pointer, a click, a key of an average typist.
THINK, POINT, CLICK, KEY = 1.35, 0.4 + 1.1, 0.2, 0.28


class Walker:
    """Somebody whose steps are counted, from the page they stand on."""

    def __init__(self, page: Page, provider: str) -> None:
        self.page, self.provider = page, provider
        self.actions, self.by_hand, self.began = 0, 0.0, monotonic()

    def sign_in(self, email):
        """Go to the first page of the administration, or of the account; this is not counted."""
        self.page.fill("#username", email)
        self.page.fill("#password", remember(PASSWORD))
        self.page.click("#sign-in")
        self.page.wait_for_load_state()
        self.actions, self.by_hand, self.began = 0, 0.0, monotonic()

    def click(self, where):
        """Point at something and click."""
        self._did(POINT + CLICK)
        where.first.click()
        self.page.wait_for_load_state()

    def fill(self, name, text):
        """Point at a field and type."""
        self._did(POINT + CLICK + KEY * len(text))
        self.page.fill(f"#{name}", text)

    def press_enter(self):
        """Send the form."""
        self._did(KEY)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _did(self, seconds):
        self.actions += 1
        self.by_hand += THINK + seconds

    @property
    def seconds(self):
        """Return how long all of it takes."""
        return monotonic() - self.began + self.by_hand

    def link(self, name):
        """Return what is called so, and seen."""
        return self.page.get_by_role("link", name=name, exact=True)


@pytest.fixture
def walker(live, db):
    """Return somebody in front of a browser."""
    assert db.engine, "a context of the application is open"
    with visiting(live.url) as page:
        yield Walker(page, live.url)


def test_first_application_takes_six_actions_and_a_minute(walker):
    """ux.md goal 14: from the first page to the credentials."""
    factories.admin(ROOT)
    walker.page.goto(f"{walker.provider}/admin/")
    walker.sign_in(ROOT)

    walker.click(walker.link("Register the first one"))
    walker.click(walker.page.get_by_label("Web app"))
    walker.fill("name", "Photo Box")
    walker.fill("redirect_uris", CALLBACK)
    walker.click(walker.page.locator("#register"))

    expect(walker.page.locator("#client-secret")).to_be_visible()
    remember(walker.page.inner_text("#client-secret"))
    assert walker.actions <= 6
    assert walker.seconds <= 60


def test_cause_of_a_failed_sign_in_is_two_actions_from_its_reference(walker):
    """ux.md goal 15: 20 seconds with the reference; four actions without."""
    factories.admin(ROOT)
    reference = refused(walker.provider)
    walker.page.goto(f"{walker.provider}/admin/")
    walker.sign_in(ROOT)

    walker.fill("reference", reference)
    walker.press_enter()

    tells_the_cause(walker)
    assert walker.actions <= 2
    assert walker.seconds <= 20


def test_cause_of_a_failed_sign_in_is_four_actions_away_without_a_reference(walker):
    """ux.md goal 15."""
    factories.admin(ROOT)
    refused(walker.provider)
    walker.page.goto(f"{walker.provider}/admin/")
    walker.sign_in(ROOT)

    walker.click(walker.link("Sign-in attempts"))
    walker.click(walker.page.locator(".sentence a"))

    tells_the_cause(walker)
    assert walker.actions <= 4


def refused(provider):
    """Send a browser with an address that is not registered; return the reference it is shown."""
    made = factories.client(client_name="Photo Box", redirect_uris=[CALLBACK])
    transport = HttpxTransport()
    box = RelyingParty(transport, provider, client_id=made.client_id, redirect_uri=f"{CALLBACK}/")
    with visiting(provider) as page:
        page.goto(box.authorization_url())
        reference = page.inner_text("#reference")
    transport.close()
    return reference


def tells_the_cause(walker):
    """Look for the reason, and for the way to the setting."""
    main = walker.page.locator("main")
    for words in ("redirect_uri_mismatch", "Go to the setting"):
        expect(main).to_contain_text(words)


def test_session_of_a_lost_device_ends_with_three_actions(walker):
    """ux.md goal 16: from the first page of the account."""
    factories.session(factories.user(JANE), agent=PHONE, address="192.0.2.7")
    walker.page.goto(f"{walker.provider}/account/")
    walker.sign_in(JANE)

    walker.click(walker.link("Security"))
    lost = walker.page.get_by_role("listitem").filter(has_text="Android")
    walker.click(lost.get_by_role("button", name="Sign out there"))

    expect(walker.page.locator(".notice")).to_contain_text("You are signed out there.")
    expect(lost).to_have_count(0)
    assert walker.actions <= 3
