"""World: two people, two browsers, three applications, and a witness of every request.

The witness knows the secrets, so it can tell what a request proved, whatever the provider makes
of it. Proofs and events carry a number: time may stand still between two of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.clock import now
from app.database import db
from app.models import Password, User
from app.security import passwords as hashing
from app.security import totp
from app.services.authorization import sessions
from tests import factories
from tests.browser import Browser, Filled
from tests.model.witness import Witness
from tests.pages import Page
from tests.phone import Phone
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.stages import ISSUER
from tests.transports import FlaskTransport

PASSWORDS = ("correct horse battery staple", "four green boats sail home", "a lamp of quiet paper")
SESSION_COOKIE = "__Host-sealwax"
EVERYWHERE = frozenset({0, 1})


@dataclass
class Person:
    """A person, with the secrets that are right at the moment."""

    id: int
    email: str
    subject: str
    password: str = field(repr=False)
    phone: Phone | None = None
    codes: list[str] = field(default_factory=list, repr=False)
    is_disabled: bool = False
    #: The steps whose code has been used.
    spent: set[int] = field(default_factory=set)

    def step_of(self, code: str) -> int | None:
        """Return the step that a code is good for now; None when it is none, or was used."""
        if self.phone is None:
            return None
        step = totp.matching_step(self.phone.seed, "".join(code.split()), now())
        return None if step is None or step <= max(self.spent, default=0) else step


@dataclass(frozen=True)
class Proof:
    """Something that was shown or said in a browser; `of` is an application where one matters."""

    number: int
    kind: str
    browser: int
    person: int
    at: datetime
    of: str = ""


@dataclass(frozen=True)
class Kill:
    """The end of what a person had in these browsers; of trust everywhere when it is a kill."""

    number: int
    person: int
    browsers: frozenset[int]
    ends_trust: bool


@dataclass
class Request:
    """An authorization request: who sent which browser, asking for what."""

    number: int
    browser: int
    app: str
    party: RelyingParty
    asked: dict[str, Any]
    is_answered: bool = False


class Tab(Browser):
    """A browser that remembers its forms, and looks at pages without judging them."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(Witness(world, number), ISSUER)
        self.number = number
        self.filled: list[Filled] = []
        self.tokens: list[str] = []

    def fill(self, button, **values):
        """Fill in a form, and keep it: it may be sent again."""
        form = super().fill(button, **values)
        self.filled.append(form)
        return form

    def send(self, form: Filled):
        """Send a form that was filled in before."""
        if form.method == "post":
            return self._go("POST", form.url, form.fields)
        return self.open(form.url)

    def _show(self, answer):
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        self.page = Page(answer) if is_page else None
        return self

    @property
    def token(self) -> str:
        """Return the session's token, empty when there is none."""
        held = self.jar.get(SESSION_COOKIE)
        return held.value if held else ""


class World:
    """Everything that is there, and everything that was seen."""

    def __init__(self, app) -> None:
        self.app = app
        self.engine = app.extensions["sealwax.reading"]
        self.transport = FlaskTransport(app)
        self.count = 0
        self.proofs: list[Proof] = []
        self.kills: list[Kill] = []
        self.requests: dict[str, Request] = {}
        self.faults: list[str] = []
        #: Whose mailbox a reset link went to, by its token.
        self.mailed: dict[str, int] = {}
        #: How often what the model is about has come to pass.
        self.reached: Counter[str] = Counter()
        with app.app_context():
            self.people = {name: _person(f"{name}@people.example") for name in ("jane", "joe")}
            self.apps = {
                "plain": factories.client(client_name="Plain"),
                "step": factories.client(client_name="Step", require_second_step=True),
                "essential": factories.client(client_name="Essential"),
            }
            self.app_of = {made.client.id: name for name, made in self.apps.items()}
            self.clients = {name: (made.client_id, made.secret) for name, made in self.apps.items()}
        self.by_id = {person.id: person for person in self.people.values()}
        self.tabs = [Tab(self, 0), Tab(self, 1)]

    def party(self, name: str) -> RelyingParty:
        """Return the relying party that plays an application, for one request."""
        client_id, secret = self.clients[name]
        return RelyingParty(self.transport, ISSUER, client_id=client_id, client_secret=secret)

    def tick(self) -> int:
        """Return the number of what happens now."""
        self.count += 1
        return self.count

    def prove(self, kind: str, browser: int, person: int, of: str = "") -> None:
        """Note that something was shown."""
        self.proofs.append(Proof(self.tick(), kind, browser, person, now(), of))

    def kill(self, person: int, browsers=EVERYWHERE, *, ends_trust: bool = True) -> None:
        """Note that what a person had in these browsers must be worth nothing from now on."""
        self.kills.append(Kill(self.tick(), person, frozenset(browsers), ends_trust))

    def signed_in(self, token: str):
        """Return who is signed in with a cookie, as the provider sees it."""
        if not token:
            return None
        with self.app.app_context():
            found = sessions.find(token)
            db.session.rollback()
            return found

    def accounts(self) -> dict[int, tuple[Any, ...]]:
        """Return what of each account nobody may change without its secret."""
        wanted = select(
            User.id, Password.hash, User.has_second_step, User.disabled_at, User.email
        ).join(Password, Password.user_id == User.id)
        with self.engine.connect() as connection:
            return {row[0]: tuple(row[1:]) for row in connection.execute(wanted).all()}


def _person(email: str) -> Person:
    made = factories.user(email, password=None)
    password = remember(PASSWORDS[0])
    db.session.add(Password(user_id=made.id, hash=hashing.hash_password(password)))
    db.session.commit()
    return Person(made.id, email, made.subject, password)
