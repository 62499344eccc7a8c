"""Endings and beginnings: turns in one browser, invitations, deletions with their grace."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.database import db
from app.errors import TooMany
from app.jobs import deletions as job
from app.models import User
from app.services.people import invitations
from app.services.people.accounts import AddressTaken
from tests.model.choices import BROWSERS, PEOPLE, VERSION
from tests.model.world import PASSWORDS
from tests.secrets_seen import remember
from tests.stages import ISSUER

CHOOSER = "/login/select-account"
GUEST = "guest@people.example"


class Turns:
    """Several people take turns in one browser."""

    @rule(browser=BROWSERS, person=PEOPLE, trust=st.booleans())
    def make_room(self, browser, person, trust):
        """Somebody signs in beside whoever is signed in."""
        self.open(browser, "/login/sign-in?another=yes")
        self.go_on(browser, person, trust)

    @rule(browser=BROWSERS, which=st.integers(0, 2))
    def switch(self, browser, which):
        """Somebody chooses one of the accounts of the browser, without a password."""
        self._choose(self.world.tabs[browser].open(CHOOSER), "account", which)

    @rule(browser=BROWSERS, which=st.integers(0, 2))
    def take_off(self, browser, which):
        """Somebody removes one of them from the browser."""
        self._choose(self.world.tabs[browser].open(f"{CHOOSER}?remove=yes"), "remove", which)

    def _choose(self, tab, name, which):
        buttons = tab.page.root.find_all("button") if tab.page and tab.at == CHOOSER else ()
        found = [
            one for one in buttons if one.get("name") == name and one.get("value") != "another"
        ]
        if len(found) > which:
            tab.press(found[which].get("id"))

    @rule(browser=BROWSERS)
    def sign_out_all(self, browser):
        """Everybody signs out of a browser."""
        tab = self.world.tabs[browser].open("/login/sign-out")
        if tab.page and tab.has("sign-out-all"):
            tab.press("sign-out-all")


class Invitations:
    """A guest is invited; the invitation is used, used again, or replaced."""

    @rule(email=st.sampled_from((GUEST, GUEST, "jane@people.example")))
    def invite(self, email):
        """An administrator invites somebody; who has an account cannot be invited."""
        held = []
        with self.world.app.app_context():
            root = db.session.get(User, self.world.root_id)
            try:
                invitations.send(
                    email,
                    name=None,
                    is_admin=False,
                    by=root,
                    link=lambda token: held.append(remember(token)) or f"{ISSUER}/{token}",
                )
            except (AddressTaken, TooMany):
                return
            db.session.commit()
        self.world.invited = {held[0]: email}
        self.world.links_in.append(f"{ISSUER}/login/invitation?token={held[0]}")

    @rule(browser=BROWSERS, back=st.sampled_from((1, 1, 2)), word=st.sampled_from(PASSWORDS))
    def accept(self, browser, back, word):
        """Somebody opens a link from an invitation, and makes the account."""
        if len(self.world.links_in) < back:
            return
        tab = self.world.tabs[browser].open(self.world.links_in[-back])
        if tab.page and tab.has("register"):
            tab.press("register", password=remember(word), agree=VERSION)
            self.world.reached["invited"] += 1


class Deletions:
    """Accounts are to be deleted, kept after all, and deleted."""

    @rule(browser=BROWSERS)
    def ask_for_deletion(self, browser):
        """Somebody has the account deleted of whoever is signed in."""
        tab = self.world.tabs[browser].open("/account/delete")
        if tab.page and tab.has("delete"):
            email = self.world.signed_in(tab.token).email
            tab.press("delete", email=email)
            self.world.reached["to be deleted"] += 1

    @rule(browser=BROWSERS, person=PEOPLE, trust=st.booleans())
    def come_to_keep(self, browser, person, trust):
        """A person whose account is to be deleted signs in, which asks whether to keep it."""
        if self.who(person).is_leaving:
            self.sign_in(browser, person, trust)
            self.world.reached["kept"] += not self.who(person).is_leaving

    @rule(days=st.sampled_from((13, 15)))
    def let_days_pass(self, days):
        """The job deletes what is due."""
        if not any(person.is_leaving for person in self.world.by_id.values()):
            return
        self.clock.move(days=days)
        with self.world.app.app_context():
            job.erase()
        left = self.world.accounts()
        for person in self.world.by_id.values():
            if person.id not in left and not person.is_gone:
                person.is_gone = True
                self.world.kill(person.id)
                self.world.reached["deleted"] += 1
