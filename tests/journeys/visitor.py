"""Visitor: a person with a real Chromium, who finds their way by what stands on the pages."""

import re
from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.secrets_seen import remember

PASSWORD = "four green boats sail home"
LONGEST_WAIT_SECONDS = 20
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


class Visitor:
    """Acts on the pages of one provider; `page` shows where they are."""

    def __init__(self, page: Page, provider: str) -> None:
        self.page = page
        self.provider = provider

    def open(self, path):
        """Go to a page of the provider."""
        self.page.goto(f"{self.provider}{path}")

    def path(self):
        """Return the path of the page shown."""
        return urlsplit(self.page.url).path

    def press(self, name):
        """Press a button, or follow a link, by its id; wait for what comes."""
        self.page.locator(f"#{name}").click()
        self.page.wait_for_load_state()

    def set_up(self, link, email):
        """Become the first administrator through the one-time link."""
        self.page.goto(link)
        self.page.fill("#email", email)
        self.page.fill("#password", remember(PASSWORD))
        self.press("set-up")

    def register_application(self, name, redirect_uri):
        """Fill in the form for a web application; return its client id and secret."""
        self.open("/admin/applications/new")
        self.page.check("input[name=kind][value=web]")
        self.page.fill("#name", name)
        self.page.fill("#redirect_uris", redirect_uri)
        self.press("register")
        client_id = self.page.inner_text("#client-id")
        return client_id, remember(self.page.inner_text("#client-secret"))

    def sign_up(self, email, name):
        """Ask for an account, read the mail and type its code."""
        self.page.get_by_role("link", name="Create an account").click()
        self.page.fill("#email", email)
        self.page.fill("#name", name)
        self.page.fill("#password", remember(PASSWORD))
        self.press("register")
        expect(self.page.locator("h1")).to_have_text("Check your email")
        self.page.fill("#code", remember(self.code_for(email)))
        self.press("confirm")

    def code_for(self, email):
        """Look into the mailbox, in another tab, until the code is there."""
        tab = self.page.context.new_page()
        letter = tab.get_by_role("link").filter(has_text=email).filter(has_text=CODE)
        end = monotonic() + LONGEST_WAIT_SECONDS
        tab.goto(f"{self.provider}/dev/mail")
        while not letter.count():
            assert monotonic() < end, f"no mail for {email}: {tab.inner_text('main')}"
            tab.reload()
        found = CODE.search(letter.first.inner_text())
        tab.close()
        assert found, "the mail holds no code"
        return found[0]

    def sign_in(self, email):
        """Fill in the sign-in form."""
        self.page.fill("#username", email)
        self.page.fill("#password", remember(PASSWORD))
        self.press("sign-in")

    def claims(self, block):
        """Read the claims that the example relying party shows in a block."""
        cells = self.page.locator(f"#{block} [data-claim]").all()
        return {cell.get_attribute("data-claim"): cell.inner_text() for cell in cells}
