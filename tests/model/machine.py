"""Machine: the acts of people, of administrators and of those who play tricks, in any order."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import strategies as st
from hypothesis.stateful import INITIALIZE_RULE_MARKER, RULE_MARKER, initialize, rule

from app.database import db
from app.models import User
from app.services.people import accounts, resets
from tests.browser import Cookie
from tests.model.choices import BROWSERS, PEOPLE
from tests.model.coming import Coming
from tests.model.endings import Deletions, Invitations, Turns
from tests.model.ways_in import Addresses, Elsewhere, Passkeys
from tests.model.world import PASSWORDS, SESSION_COOKIE
from tests.secrets_seen import remember
from tests.stages import ISSUER


class Typing:
    """Single answers, which may be right."""

    @rule(browser=BROWSERS, person=PEOPLE)
    def first_step(self, browser, person):
        """A person types the right password, and goes no further."""
        tab = self.world.tabs[browser].open("/login/sign-in")
        owner = self.who(person)
        if tab.page and tab.has("sign-in"):
            tab.press("sign-in", username=owner.email, password=owner.password)

    @rule(browser=BROWSERS, person=PEOPLE, word=st.sampled_from(PASSWORDS))
    def type_password(self, browser, person, word):
        """Somebody types a password, which may be the right one."""
        tab = self.world.tabs[browser]
        if tab.page is None or not tab.has("sign-in"):
            tab.open("/login/sign-in")
        if tab.page and tab.has("sign-in"):
            email = self.who(person).email
            self._after(browser, tab.press("sign-in", username=email, password=remember(word)))

    @rule(browser=BROWSERS, person=PEOPLE, which=st.sampled_from(("now", "now", "before", "paper")))
    def type_code(self, browser, person, which):
        """Somebody types a code that may be right, was right once, or is on paper."""
        tab, owner = self.world.tabs[browser], self.who(person)
        if owner.phone is None:
            return
        if tab.page is None or tab.at != "/login/second-step":
            self.first_step(browser, person)
        if which == "paper" and tab.has("other-way"):
            tab.open("/login/recovery-code?" + urlsplit(tab.page.url).query)
        if tab.page and tab.page.by_id("code") and tab.has("continue"):
            codes = {"now": owner.phone.code, "before": owner.phone.shown(-1)}
            codes["paper"] = (owner.codes or ["none is left"])[0]
            self._after(browser, tab.press("continue", code=remember(codes[which])))


class Leaving:
    """People go away."""

    @rule(browser=BROWSERS)
    def cancel(self, browser):
        """Somebody cancels."""
        tab = self.world.tabs[browser]
        if tab.page and tab.has("cancel"):
            self._after(browser, tab.deny())

    @rule(browser=BROWSERS)
    def sign_out(self, browser):
        """Somebody signs out."""
        tab = self.world.tabs[browser].open("/login/sign-out")
        if tab.page and tab.has("stay"):
            tab.press("sign-out")


class Changes:
    """Secrets change, and accounts are turned off and on."""

    @rule(browser=BROWSERS, old=st.sampled_from(PASSWORDS), new=st.sampled_from(PASSWORDS))
    def change_password(self, browser, old, new):
        """Somebody changes the password of whoever is signed in, if they know it."""
        tab = self.world.tabs[browser].open("/account/security")
        if tab.page and tab.has("change-password"):
            typed = {"current_password": remember(old), "password": remember(new)}
            tab.press("change-password", **typed)

    @rule(browser=BROWSERS)
    def turn_off(self, browser):
        """Somebody turns the second step off."""
        tab = self.world.tabs[browser].open("/account/second-step/off")
        if tab.page and tab.has("turn-off"):
            tab.press("turn-off")

    @rule(browser=BROWSERS, person=PEOPLE, new=st.sampled_from(PASSWORDS))
    def reset(self, browser, person, new):
        """The owner of a mailbox resets the password, in any browser."""
        owner, held = self.who(person), []
        with self.world.app.app_context():
            resets.begin(owner.email, link=lambda token: held.append(token) or f"{ISSUER}/{token}")
            db.session.commit()
        if not held:
            return
        self.world.mailed[remember(held[0])] = owner.id
        tab = self.world.tabs[browser].open(f"/login/reset?token={held[0]}")
        tab.press("save", password=remember(new))

    @rule(person=PEOPLE, act=st.sampled_from(("turn_off", "turn_on", "sign_out_everywhere")))
    def administer(self, person, act):
        """An administrator turns somebody off or on, or signs them out."""
        owner = self.who(person)
        if owner.is_gone:
            return
        with self.world.app.app_context():
            getattr(accounts, act)(db.session.get(User, owner.id))
            db.session.commit()
        owner.is_disabled = act == "turn_off" or (owner.is_disabled and act != "turn_on")
        if act != "turn_on":
            self.world.kill(owner.id)


class Time:
    """Time passes."""

    @rule(seconds=st.sampled_from((30, 61, 601, 16 * 60, 3600, 8 * 86400, 31 * 86400)))
    def wait(self, seconds):
        """Time passes."""
        self.clock.move(seconds=seconds)


class Tricks:
    """Old forms, forms and addresses of the other browser, copied cookies."""

    @rule(browser=BROWSERS, back=st.integers(1, 6))
    def send_again(self, browser, back):
        """Somebody goes back and sends an old form once more."""
        tab = self.world.tabs[browser]
        if len(tab.filled) >= back:
            self._after(browser, tab.send(tab.filled[-back]))

    @rule(browser=BROWSERS)
    def send_the_others(self, browser):
        """Somebody sends a form that the other browser was shown."""
        forms = self.world.tabs[1 - browser].filled
        if forms:
            self._after(browser, self.world.tabs[browser].send(forms[-1]))

    @rule(browser=BROWSERS)
    def open_the_others(self, browser):
        """Somebody opens the address that the other browser stands at."""
        other = self.world.tabs[1 - browser].page
        if other is not None:
            self._after(browser, self.world.tabs[browser].open(other.url))

    @rule(browser=BROWSERS, person=PEOPLE)
    def take_over(self, browser, person):
        """Somebody opens it and goes on there as themselves."""
        self.open_the_others(browser)
        self.go_on(browser, person, trust=False)

    @rule(browser=BROWSERS, back=st.integers(1, 4))
    def put_cookie_back(self, browser, back):
        """Somebody who has copied a cookie puts it back."""
        tab = self.world.tabs[browser]
        if len(tab.tokens) >= back:
            tab.jar[SESSION_COOKIE] = Cookie(tab.tokens[-back])


class Machine(
    Typing,
    Leaving,
    Changes,
    Time,
    Tricks,
    Passkeys,
    Addresses,
    Elsewhere,
    Turns,
    Invitations,
    Deletions,
    Coming,
):
    """All of it, in any order."""


def hunting(*names, **start):
    """Return a machine with these rules alone, and with this start: what it hunts is near there.

    The other rules are there as what they are without hypothesis: the rest calls some of them.
    """
    marked = {name: getattr(found, RULE_MARKER, None) for name, found in vars_of(Machine).items()}
    rules = {name: mark for name, mark in marked.items() if mark is not None}
    assert rules.keys() >= {*names}, names
    plain = {name: mark.function for name, mark in rules.items() if name not in names}
    if start:
        fixed = {name: st.just(value) for name, value in start.items()}
        plain["begin"] = initialize(**fixed)(getattr(Coming.begin, INITIALIZE_RULE_MARKER).function)
    return type("Hunt", (Machine,), plain)


def vars_of(machine):
    """Return what a class and those above it define."""
    return {name: getattr(machine, name) for name in dir(machine)}
