"""Coming: people come and do what is asked for; after every act, what must be true is."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from webauthn.helpers import base64url_to_bytes

from app.database import db
from app.models import User
from app.services.authorization import levels
from app.services.people import trusted_browsers, upstream_identities
from tests import factories, secrets_seen
from tests.letters import Letters
from tests.model import truths
from tests.model.choices import APPS, BROWSERS, ESSENTIAL, PATHS, PEOPLE, WISHES
from tests.model.world import Request, World
from tests.phone import recovery_codes, scan
from tests.secrets_seen import remember
from tests.stages import ISSUER
from tests.upstream_host import SECRET

#: Pages with one button to press, whoever comes there.
PRESSED = {"/login/keep-account": "keep", "/login/link": "link", "/login/terms": "agree"}
#: How a session was opened, by its method.
NAMES = {"pwd": "password", "fed": "identity", "hwk": "passkey", "otp": "code"}
MOST_PAGES = 10
BROWSER_COOKIE = "__Host-sealwax-browser"


class Coming(RuleBasedStateMachine):
    """People come, from an application or by themselves, and do what is asked for."""

    def __init__(self, place, clock, reached):
        super().__init__()
        secrets_seen.forget_all()
        remember(SECRET)
        self.place, self.clock = place, clock
        self.world = World(place.app, place.upstream)
        self.world.reached = reached

    def teardown(self):
        """Leave nothing behind for the next example."""
        faults = self.place.clean()
        assert not faults, faults

    def who(self, name):
        """Return somebody by name."""
        return self.world.people.get(name) or self.world.people["jane"]

    @initialize(
        phones=st.sampled_from(((), ("jane",), ("jane", "joe"), ("jane", "joe"))),
        trusted=st.sampled_from((None, 0, 1)),
        keys=st.sampled_from(((), ("jane",), ("jane", "joe"))),
        linked=st.sampled_from(((), ("joe",), ("jane", "joe"))),
    )
    def begin(self, phones=(), trusted=None, keys=(), linked=()):
        """Some have a second step from the start, and one browser may be trusted with it.

        Some have a passkey, and some are known elsewhere.
        """
        with self.world.app.app_context():
            for name, owner in self.world.people.items():
                row = db.session.get(User, owner.id)
                if name in phones:
                    owner.phone, owner.codes = factories.phone(row)
                    if trusted is not None:
                        self._trust(trusted, row)
                if name in keys:
                    owner.devices.append(factories.passkey(row, count=None))
                if name in linked:
                    upstream_identities.link(row, self.world.provider(), self.world.told(name))
                    db.session.commit()

    def _trust(self, browser, row):
        tab = self.world.tabs[browser].open("/login/sign-in")
        trusted_browsers.trust(row, tab.jar[BROWSER_COOKIE].value)
        db.session.commit()
        self.world.prove("trust", browser, row.id)

    @rule(browser=BROWSERS, person=PEOPLE, app=APPS, wish=WISHES, trust=st.booleans())
    def come(self, browser, person, app, wish, trust):
        """A person comes from an application and does whatever is asked for."""
        self.ask(browser, app, wish)
        self.go_on(browser, person, trust)

    @rule(browser=BROWSERS, person=PEOPLE, app=APPS, wish=WISHES)
    def come_again(self, browser, person, app, wish):
        """The same, more often than other things."""
        self.come(browser, person, app, wish, trust=False)

    @rule(browser=BROWSERS, person=PEOPLE, trust=st.booleans())
    def sign_in(self, browser, person, trust):
        """A person signs in to the account itself."""
        self.open(browser, "/login/sign-in")
        self.go_on(browser, person, trust)

    @rule(browser=BROWSERS, app=APPS, wish=WISHES)
    def ask(self, browser, app, wish):
        """An application sends a browser to the provider."""
        party = self.world.party(app)
        asked = dict(wish) | ({"claims": ESSENTIAL} if app == "essential" else {})
        parameters = party.request(**asked)
        number = self.world.tick()
        request = Request(number, browser, app, party, asked)
        self.world.requests[parameters["state"]] = request
        tab = self.world.tabs[browser]
        self._after(browser, tab.open(f"{ISSUER}/authorize?{_query(parameters)}"))

    @rule(browser=BROWSERS, path=PATHS)
    def open(self, browser, path):
        """Somebody types an address of ours."""
        self._after(browser, self.world.tabs[browser].open(path))

    @rule(browser=BROWSERS, person=PEOPLE, trust=st.booleans())
    def go_on(self, browser, person, trust):
        """A person does what one page after the other asks for, as far as it goes."""
        tab = self.world.tabs[browser]
        for _ in range(MOST_PAGES):
            if tab.page is None or not self._obey(tab, self.who(person), trust=trust):
                return
            self._after(browser, tab)

    def _obey(self, tab, person, *, trust):
        """Do what the page shown is for; tell whether there was anything to do."""
        if tab.has("sign-in"):
            tab.press("sign-in", username=person.email, password=person.password)
            return tab.status != 422
        if button := PRESSED.get(tab.at, "allow" if tab.has("allow") else ""):
            return tab.has(button) and bool(tab.press(button))
        if tab.at == "/login/details" and tab.has("save"):
            return bool(tab.press("save", nickname=person.email.partition("@")[0]))
        if tab.has("another"):
            return bool(self._press_value(tab, "account", self._own(tab, person)))
        return self._pass_second_step(tab, person, trust=trust)

    def _pass_second_step(self, tab, person, *, trust):
        if tab.at == "/login/prove-mailbox" and tab.has("send"):
            return self.prove_mailbox(tab, person)
        if tab.has("turn-on") and tab.has("key"):
            return self._set_up(tab)
        if tab.at == "/login/passkey-step" and tab.has("use-passkey"):
            return self.use_passkey(tab, person)
        if tab.at == "/login/second-step" and tab.has("continue"):
            return self._show_code(tab, person, trust=trust)
        return self._follow(tab)

    def prove_mailbox(self, tab, person):
        """Type the newest code in the mailbox of a person; tell whether it was one."""
        if not tab.has("confirm"):
            tab.press("send")
        letters = Letters(self.place.stage.settings)
        mails = letters.all(person.email)
        if not tab.has("confirm") or not mails or "is your code" not in mails[-1]["Subject"]:
            return False
        code = letters.code(person.email)
        self.world.codes_proving.setdefault(code, (tab.number, person.id))
        tab.press("confirm", code=code)
        return tab.status != 422

    def use_passkey(self, tab, person):
        """Answer with a passkey of the person, if the page takes one; else go another way."""
        button = tab.page.by_id("use-passkey")
        asked = json.loads(tab.page.form_of(button).get("data-options"))
        wanted = {base64url_to_bytes(each["id"]) for each in asked.get("allowCredentials", [])}
        fits = [one for one in person.devices if not wanted or one.credential_id in wanted]
        if not fits:
            return self._follow(tab)
        answer = fits[-1].sign(asked)
        self.world.signed[answer] = tab.number
        tab.press("use-passkey", credential=answer)
        return tab.status != 422

    def _own(self, tab, person):
        """Return the account to choose: the person's own, or else the first one."""
        shown = [each for each in tab.page.root.find_all("button") if each.get("name") == "account"]
        own = [each for each in shown if person.email in each.text]
        return (own or shown)[0].get("value")

    def _follow(self, tab):
        for name in ("continue", "saved", "sign-in-first", "use-second-step"):
            found = tab.page.by_id(name)
            if found is not None and found.tag == "a":
                return bool(tab.open(found.get("href")))
        return False

    def _set_up(self, tab):
        """Scan the picture with a phone, and type what it shows."""
        phone = scan(tab)
        tab.press("turn-on", code=remember(phone.code))
        codes = recovery_codes(tab) if tab.has("codes") else []
        if codes:
            self._give_phone(phone, codes)
        return bool(codes)

    def _give_phone(self, phone, codes):
        """Note whose phone it is by now."""
        (owner,) = (
            person
            for person in self.world.people.values()
            if person.phone is None
            and not person.is_gone
            and self.world.accounts()[person.id].second_step
        )
        owner.phone, owner.codes = phone, codes
        owner.spent = {owner.step_of(phone.code) or 0}
        self.world.reached["second step set up"] += 1

    def _show_code(self, tab, person, *, trust):
        if person.phone is None:
            return False
        if person.step_of(person.phone.code) is None:
            self.clock.move(seconds=30)
        ticks = {"trust": "y"} if trust and tab.has("trust") else {}
        tab.press("continue", code=remember(person.phone.code), **ticks)
        return tab.status != 422

    def _press_value(self, tab, name, value):
        """Press the button of this name and value."""
        (button,) = (
            each
            for each in tab.page.root.find_all("button")
            if (each.get("name"), each.get("value")) == (name, value)
        )
        form = tab.page.form_of(button)
        hidden = {each.get("name"): each.get("value") for each in form.find_all("input")}
        return tab.post(form.get("action") or tab.page.url, {**hidden, name: value})

    @invariant()
    def everything_is_true(self):
        """Look at both browsers and at what the witness found."""
        assert not self.world.faults, self.world.faults
        for tab in self.world.tabs:
            found = self.world.signed_in(tab.token)
            if found is not None:
                truths.check_session(self.world, tab.number, found)
                self._count(found)
                if tab.token not in tab.tokens:
                    tab.tokens.append(tab.token)

    def _count(self, found):
        """Note what kind of session was come to."""
        reached = self.world.reached
        reached["session"] += 1
        reached["spared"] += self.world.by_id[
            found.user_id
        ].phone is not None and found.acr not in (
            levels.MFA,
            levels.PHR,
        )
        for method, name in NAMES.items():
            reached[f"session by {name}"] += method in found.amr

    def _after(self, browser, tab):
        """Judge what an application is told, once the browser has left for it."""
        address = tab.left_for
        tab.left_for = ""
        if not address:
            return
        tab.page = None
        if address.startswith(self.world.upstream.host.url):
            return
        told = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
        request = self.world.requests[told["state"]]
        if "error" in told:
            self.world.reached[told["error"]] += 1
            return
        answer = request.party.redeem(remember(told["code"]))
        assert answer.status == 200, answer.text
        claims = request.party.verify_id_token(answer.json["id_token"])
        found = self.world.signed_in(tab.token)
        truths.check_answer(self.world, request, browser, found, claims)
        request.is_answered = True
        self.world.reached[f"token at {claims['acr'].rpartition(':')[2]}"] += 1


def _query(parameters):
    return urlencode(parameters, quote_via=quote)
