"""Coming: people come and do what is asked for; after every act, what must be true is."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.database import db
from app.models import User
from app.services.authorization.levels import MFA
from app.services.people import trusted_browsers
from tests import factories, secrets_seen
from tests.model import truths
from tests.model.world import Request, World
from tests.phone import recovery_codes, scan
from tests.secrets_seen import remember
from tests.stages import ISSUER

BROWSERS = st.sampled_from((0, 1))
PEOPLE = st.sampled_from(("jane", "joe"))
APPS = st.sampled_from(("plain", "step", "essential"))
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})
WISHES = st.sampled_from(
    (
        {},
        {},
        {"prompt": "login"},
        {"prompt": "none"},
        {"prompt": "consent"},
        {"prompt": "select_account"},
        {"prompt": "login consent"},
        {"max_age": "60"},
        {"max_age": "0"},
        {"acr_values": MFA},
    )
)
PATHS = st.sampled_from(
    (
        "/account/",
        "/account/security",
        "/account/second-step",
        "/account/second-step/off",
        "/login/sign-in",
        "/login/second-step",
        "/login/recovery-code",
        "/login/enrol",
        "/login/second-step?again=yes",
        "/login/sign-in?again=yes",
        "/login/sign-out",
    )
)
MOST_PAGES = 8
BROWSER_COOKIE = "__Host-sealwax-browser"


class Coming(RuleBasedStateMachine):
    """People come, from an application or by themselves, and do what is asked for."""

    def __init__(self, stage, clock, reached):
        super().__init__()
        secrets_seen.forget_all()
        self.stage, self.clock = stage, clock
        self.world = World(stage.app)
        self.world.reached = reached

    def teardown(self):
        """Leave nothing behind for the next example."""
        faults = self.stage.clean()
        assert not faults, faults

    @initialize(
        phones=st.sampled_from(((), ("jane",), ("jane", "joe"), ("jane", "joe"))),
        trusted=st.sampled_from((None, 0, 1)),
    )
    def begin(self, phones, trusted):
        """Some have a second step from the start, and one browser may be trusted with it."""
        for name in phones:
            owner = self.world.people[name]
            with self.world.app.app_context():
                row = db.session.get(User, owner.id)
                owner.phone, owner.codes = factories.phone(row)
                if trusted is not None:
                    self._trust(trusted, row)

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
            if tab.page is None or not self._obey(tab, self.world.people[person], trust=trust):
                return
            self._after(browser, tab)

    def _obey(self, tab, person, *, trust):
        """Do what the page shown is for; tell whether there was anything to do."""
        if tab.has("sign-in"):
            tab.press("sign-in", username=person.email, password=person.password)
            return tab.status != 422
        if tab.has("allow"):
            return bool(tab.allow())
        if tab.has("another"):
            return bool(self._press_value(tab, "account", self._own(tab, person)))
        if tab.has("turn-on") and tab.has("key"):
            return self._set_up(tab)
        if tab.at == "/login/second-step" and tab.has("continue"):
            return self._show_code(tab, person, trust=trust)
        return self._follow(tab)

    def _own(self, tab, person):
        """Return the account to choose: the person's own, or else the first one."""
        shown = [each for each in tab.page.root.find_all("button") if each.get("name") == "account"]
        own = [each for each in shown if person.email in each.text]
        return (own or shown)[0].get("value")

    def _follow(self, tab):
        for name in ("continue", "saved"):
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
            if person.phone is None and self.world.accounts()[person.id][1]
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
                self.world.reached["spared" if _is_spared(self, found) else "session"] += 1
                if tab.token not in tab.tokens:
                    tab.tokens.append(tab.token)

    def _after(self, browser, tab):
        """Judge what an application is told, once the browser has left for it."""
        address = tab.left_for
        tab.left_for = ""
        if not address:
            return
        tab.page = None
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


def _is_spared(machine, found):
    return machine.world.by_id[found.user_id].phone is not None and found.acr != MFA
