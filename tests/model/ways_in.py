"""Ways in: passkeys, addresses with their way back, and who people are at another provider."""

from __future__ import annotations

import json
import re

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.authenticator import Authenticator
from tests.letters import Letters
from tests.model.choices import APPS, BROWSERS, PEOPLE, WISHES
from tests.secrets_seen import remember

WAY_BACK = re.compile(r"https://id\.example/login/revert-email\?token=(\S+)")
FIRST = st.sampled_from((0, 0, 1))


class Passkeys:
    """Passkeys are made, used and taken away."""

    @rule(browser=BROWSERS)
    def make_passkey(self, browser):
        """Somebody makes a passkey for whoever is signed in."""
        tab = self.world.tabs[browser].open("/account/passkeys")
        if tab.page is None or tab.at != "/account/passkeys":
            return
        owner = self.world.by_id[self.world.signed_in(tab.token).user_id]
        if tab.has("prove-first"):
            self.prove_mailbox(tab.follow("Create a passkey"), owner)
        if not tab.has("create-passkey"):
            return
        device = Authenticator(count=None)
        asked = json.loads(tab.page.form_of(tab.element("create-passkey")).get("data-options"))
        tab.press("create-passkey", credential=device.make(asked))
        if tab.at == "/account/passkeys" and tab.status == 200:
            owner.devices.append(device)

    @rule(browser=BROWSERS, person=PEOPLE, app=APPS, wish=WISHES)
    def come_with_passkey(self, browser, person, app, wish):
        """Somebody comes from an application and uses a passkey."""
        self.ask(browser, app, wish)
        tab = self.world.tabs[browser]
        if tab.page and tab.has("sign-in") and tab.has("use-passkey"):
            self.use_passkey(tab, self.who(person))
            self._after(browser, tab)
        self.go_on(browser, person, trust=False)

    @rule(browser=BROWSERS, which=FIRST)
    def remove_passkey(self, browser, which):
        """Somebody removes a passkey of whoever is signed in."""
        tab = self.world.tabs[browser].open("/account/passkeys")
        self._press_nth(tab, "change-", which, then="remove")

    def _press_nth(self, tab, prefix, which, *, then=""):
        """Press the nth button of a kind, or follow the nth link and press the one button there."""
        found = [
            each
            for each in (tab.page.root.find_all("a", "button") if tab.page else ())
            if each.get("id").startswith(prefix)
        ]
        if len(found) <= which:
            return
        if not then:
            tab.press(found[which].get("id"))
        elif tab.open(found[which].get("href")).page and tab.has(then):
            tab.press(then)


class Addresses:
    """Addresses come and go, and the primary one changes, with a way back."""

    @rule(browser=BROWSERS, person=PEOPLE)
    def add_address(self, browser, person):
        """Somebody adds an address of their own to whoever is signed in."""
        tab, own = self.world.tabs[browser].open("/account/emails"), f"{person}@more.example"
        if tab.page is None or not tab.has("add") or tab.at != "/account/emails":
            return
        number = self.world.signed_in(tab.token).user_id
        tab.press("add", email=own)
        if tab.page and tab.at.startswith("/account/emails/confirm/") and tab.status == 200:
            text = Letters(self.place.stage.settings).text(own)
            code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", text)
            if code:
                self.world.codes_mailed[code[0]] = number
                tab.confirm(code[0])

    @rule(browser=BROWSERS, person=PEOPLE)
    def guess_address_code(self, browser, person):
        """Somebody claims an address whose mail they cannot read, and guesses the code."""
        tab = self.world.tabs[browser].open("/account/emails")
        if tab.page and tab.at == "/account/emails" and tab.has("add"):
            tab.press("add", email=f"{person}@elsewhere.example")
            if tab.page and tab.has("confirm"):
                tab.confirm("BBBB-BBBB")

    @rule(browser=BROWSERS, which=FIRST)
    def change_address(self, browser, which):
        """Somebody makes another address of whoever is signed in the primary one."""
        tab = self.world.tabs[browser].open("/account/emails")
        if tab.page is None or tab.at != "/account/emails":
            return
        person = self.world.by_id[self.world.signed_in(tab.token).user_id]
        before = person.email
        self._press_nth(tab, "primary-", which)
        if person.email != before:
            self.world.reached["primary changed"] += 1
            self._remember_way_back(before, person)

    def _remember_way_back(self, email, person):
        """Keep the link, if there is one: who goes back by hand gets none."""
        found = WAY_BACK.search(Letters(self.place.stage.settings).text(email))
        if found is not None:
            self.world.ways_back[remember(found[1])] = person.id
            self.world.links_back.append(found[0])

    @rule(browser=BROWSERS, which=FIRST)
    def remove_address(self, browser, which):
        """Somebody takes an address off."""
        tab = self.world.tabs[browser].open("/account/emails")
        if tab.page is not None and tab.at == "/account/emails":
            self._press_nth(tab, "remove-", which)

    @rule(browser=BROWSERS, back=st.integers(1, 2))
    def go_back(self, browser, back):
        """The owner of an old address takes a change back, in any browser."""
        if len(self.world.links_back) < back:
            return
        tab = self.world.tabs[browser].open(self.world.links_back[-back])
        if tab.page and tab.has("put-back"):
            tab.press("put-back")
            self.world.reached["way back used"] += 1


class Elsewhere:
    """People come from another provider."""

    @rule(browser=BROWSERS, person=PEOPLE, trust=st.booleans())
    def come_from_elsewhere(self, browser, person, trust):
        """Somebody signs in with the other provider, and does what is asked for then."""
        tab = self.world.tabs[browser].open("/login/sign-in?another=yes")
        if tab.page and tab.has("upstream-example"):
            tab.press("upstream-example")
            self._come_back(tab, person)
            self.go_on(browser, person, trust)

    @rule(browser=BROWSERS, person=PEOPLE)
    def arrive(self, browser, person):
        """Somebody comes back from the other provider, and leaves it at that for now."""
        tab = self.world.tabs[browser].open("/login/sign-in?another=yes")
        if tab.page and tab.has("upstream-example"):
            tab.press("upstream-example")
            self._come_back(tab, person)

    @rule(browser=BROWSERS)
    def press_link(self, browser):
        """Somebody links what waits in the browser to whoever is signed in."""
        tab = self.world.tabs[browser].open("/login/link")
        if tab.page and tab.at == "/login/link" and tab.has("link"):
            tab.press("link")

    @rule(browser=BROWSERS, person=PEOPLE)
    def link(self, browser, person):
        """Somebody links who they are elsewhere to whoever is signed in."""
        tab = self.world.tabs[browser].open("/account/upstreams")
        if tab.page and tab.has("link-example"):
            tab.press("link-example")
            self._come_back(tab, person)
            if tab.page and tab.at == "/login/link" and tab.has("link"):
                tab.press("link")

    def _come_back(self, tab, person):
        """Be signed in there as oneself; whose address is told proves nothing (nOAuth)."""
        if not tab.left_for:
            return
        upstream = self.world.upstream
        told = {"email": "jane@people.example", "email_verified": True}
        upstream.person = {"sub": f"{person} there", **told}
        address, tab.left_for = upstream.authorize(tab.left_for), ""
        self.world.came[re.search(r"code=([^&]+)", address)[1]] = f"{person} there"
        tab.open(address)

    @rule(browser=BROWSERS)
    def unlink(self, browser):
        """Somebody removes a link of whoever is signed in."""
        tab = self.world.tabs[browser].open("/account/upstreams")
        if tab.page and tab.at == "/account/upstreams":
            self._press_nth(tab, "remove-", 0)
