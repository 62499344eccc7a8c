"""Scene: Jane, and one of everything the provider can have given out in her name."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from time import monotonic

from app.database import db
from app.models import User
from app.services.authorization import sessions
from app.services.people import resets
from app.services.upkeep.memory import LONGEST_SECONDS
from tests import devices, factories
from tests.administrators import reads_mail
from tests.browser import Browser, Cookie
from tests.events.doors import Doors
from tests.pages import Page
from tests.relying_party import DEVICE_CODE, RelyingParty
from tests.secrets_seen import remember

ONLINE = "openid email"
OFFLINE = "openid email offline_access"
PWD, MFA = ("pwd",), ("pwd", "otp", "mfa")
APPS = {
    "Photo Box": {"grant_types": ["authorization_code", "refresh_token", DEVICE_CODE]},
    "Print Shop": {"access_token_format": "opaque"},
}
#: For the last request before the one that is judged.
SECONDS_TO_ANSWER = 1


class Plain(Browser):
    """A browser that looks at pages without judging them: the gallery does."""

    def _show(self, answer):
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        self.page = Page(answer) if is_page else None
        return self


@dataclass
class Asked:
    """A relying party as it was when it sent one request, and what that request brought."""

    party: RelyingParty
    code: str = field(repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)


class Scene:
    """What one row of the table is about, on a live server."""

    def __init__(self, live, workers, remote, *, has_phone):
        self.live, self.workers, self.remote = live, workers, remote
        self.root = factories.admin("root@people.example")
        self.jane = factories.user("jane@people.example")
        self.jane_id, self.email, self.password = self.jane.id, self.jane.email, factories.PASSWORD
        self.phone, self.codes = factories.phone(self.jane) if has_phone else (None, [])
        self.apps = {
            name: factories.client(client_name=name, **members) for name, members in APPS.items()
        }
        self.api = self._party(factories.client("machine", introspects=True))
        for app in self.apps.values():
            factories.consent(self.jane, app, OFFLINE)
        self.here = self.browser_of(self.jane, MFA if has_phone else PWD)
        reads_mail(self.here, self.jane)
        self.there = self.browser_of(self.jane, PWD)
        #: Tells whether a worker knows what happened; set by what workers may know late.
        self.is_settled = lambda _worker: True
        self.doors = Doors(self)
        self.doors.before()
        self._give_out()

    def _give_out(self):
        """Let Jane have one of everything; the code comes last, because it lives for a minute."""
        self.jwt = self._redeemed(self.here, "Photo Box", ONLINE)
        self.opaque = self._redeemed(self.here, "Print Shop", ONLINE)
        self.offline = self._redeemed(self.here, "Photo Box", OFFLINE)
        self.elsewhere = self._redeemed(self.there, "Photo Box", ONLINE)
        self.waiting, self.waiting_in = self._wait()
        self.device = self._device(self.here)
        self.here.press("connect")
        self.asked_there = copy(self.there)
        self.device_there = self._device(self.asked_there)
        self.half = self._half() if self.codes else None
        self.trusting = self._trusting() if self.codes else None
        self.sign_up = self._sign_up()
        self.reset_token = self._reset_token()
        self.doors.after()
        self.code = self._asked(self.here, "Photo Box", ONLINE)

    def jane_now(self):
        """Return Jane as she is by now, None when she is no more."""
        return db.session.get(User, self.jane_id, populate_existing=True)

    def session_of(self, browser):
        """Return the number of the session in a browser."""
        return sessions.find(browser.jar["sealwax"].value).session_id

    def stranger(self):
        """Return a browser nobody has used yet."""
        return Plain(self.workers[0], self.live.url)

    def browser_of(self, person, amr=PWD):
        """Return a browser in which a person has signed in, by these methods."""
        _, token = sessions.open(person, amr=amr)
        db.session.commit()
        browser = self.stranger()
        browser.jar["sealwax"] = Cookie(remember(token))
        return browser

    def _party(self, registered):
        own = {"client_id": registered.client_id, "client_secret": registered.secret}
        return RelyingParty(self.workers[0], self.live.url, **own)

    def _asked(self, browser, name, scope):
        """Send a browser to the provider on behalf of an application; the code comes at once."""
        party = self._party(self.apps[name])
        party.authorize(browser, scope=scope)
        return Asked(party, party.callback(browser).code)

    def _redeemed(self, browser, name, scope):
        asked = self._asked(browser, name, scope)
        answer = asked.party.redeem(asked.code)
        assert answer.status == 200, answer.text
        asked.tokens = answer.json
        return asked

    def _wait(self):
        """Leave a request open on the consent page, in a second tab of the other browser."""
        party, browser = self._party(self.apps["Photo Box"]), copy(self.there)
        party.authorize(browser, scope=ONLINE, prompt="consent")
        assert browser.has("allow")
        return Asked(party, ""), browser

    def _device(self, browser):
        """Let a device show its code, and type it; leave the page that asks open."""
        party = self._party(self.apps["Photo Box"])
        codes = party.ask_for_codes(scope=ONLINE).json
        devices.enter(browser, codes)
        assert browser.has("connect")
        return Asked(party, codes["device_code"])

    def _half(self):
        """Pass the first step in one browser."""
        browser = self.stranger().sign_in(self.email, self.password)
        assert browser.at == "/login/second-step"
        return browser

    def _trusting(self):
        """Pass both in another, which is trusted from then on; sign out again."""
        browser = self.stranger().sign_in(self.email, self.password)
        browser.press("continue", code=remember(self.phone.code), trust="y")
        return browser.open("/login/sign-out").sign_out()

    def _sign_up(self):
        """Let somebody else be in the middle of making an account."""
        browser = self.stranger().sign_up("joe@people.example", factories.PASSWORD)
        assert browser.at == "/login/check-email"
        return browser

    def _reset_token(self):
        """Ask for a link, as its page does; return what makes it work."""
        held = []

        def link(token):
            held.append(remember(token))
            return f"{self.live.url}/login/reset?token={token}"

        resets.begin(self.email, link=link)
        db.session.commit()
        return held[0]

    def settle(self):
        """Wait until every worker knows of a change to an application.

        Workers remember applications for two seconds (README, hot paths), never longer.
        """
        end = monotonic() + LONGEST_SECONDS + SECONDS_TO_ANSWER
        while not all(self.is_settled(worker) for worker in self.workers):
            assert monotonic() < end, "a worker remembers the application too long"


def via(party, worker):
    """Return a relying party that talks to one worker."""
    there = copy(party)
    there.transport = worker
    return there
