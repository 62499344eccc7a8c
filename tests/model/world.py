"""World: two people and a guest, two browsers, three applications, and a witness of every request.

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
from app.models import Passkey, Password, UpstreamIdentity, UpstreamProvider, User, UserEmail
from app.security import passwords as hashing
from app.security import totp
from app.services.authorization import sessions
from app.services.people import terms, upstreams
from app.services.people.pending_identities import Told
from app.services.people.upstream_wishes import Wanted
from tests import factories
from tests.authenticator import Authenticator
from tests.browser import Browser, Filled
from tests.model.choices import VERSION
from tests.model.witness import Witness
from tests.pages import Page
from tests.phone import Phone
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.stages import ISSUER
from tests.transports import FlaskTransport
from tests.upstream_host import CLIENT_ID, SECRET, UpstreamHost

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
    #: What holds their passkeys.
    devices: list[Authenticator] = field(default_factory=list, repr=False)
    is_leaving: bool = False
    #: The account is no more.
    is_gone: bool = False

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


@dataclass(frozen=True)
class Row:
    """What of an account nobody may change without its owner's proof."""

    password: str
    second_step: bool
    turned_off: datetime | None
    primary: str
    leaving: datetime | None
    #: Addresses that count, the names of passkeys, and who the owner is elsewhere.
    addresses: frozenset[str]
    passkeys: frozenset[str]
    identities: frozenset[str]


class World:
    """Everything that is there, and everything that was seen."""

    def __init__(self, app, upstream: UpstreamHost) -> None:
        self.app, self.upstream = app, upstream
        self.engine = app.extensions["sealwax.reading"]
        self.transport = FlaskTransport(app)
        self.count = 0
        self.proofs: list[Proof] = []
        self.kills: list[Kill] = []
        self.requests: dict[str, Request] = {}
        self.faults: list[str] = []
        #: Whose account a mailed token or code is for: for a new password, one more address, the
        #: way back; and the addresses that were invited.
        self.mailed: dict[str, int] = {}
        self.codes_mailed: dict[str, int] = {}
        #: Codes that prove a mailbox: the browser that has asked for it, and whose it is.
        self.codes_proving: dict[str, tuple[int, int]] = {}
        self.ways_back: dict[str, int] = {}
        self.invited: dict[str, str] = {}
        #: Links in mailboxes: ways back, invitations.
        self.links_back, self.links_in = list[str](), list[str]()
        #: In which browser a passkey has answered; who has come back from elsewhere with a code.
        self.signed: dict[str, int] = {}
        self.came: dict[str, str] = {}
        #: How often what the model is about has come to pass.
        self.reached: Counter[str] = Counter()
        with app.app_context():
            self.people = {"jane": _person("jane", is_ready=True), "joe": _person("joe")}
            self.root_id = factories.admin("root@people.example", password=None).id
            self.apps = {
                "plain": factories.client(client_name="Plain"),
                "step": factories.client(client_name="Step", require_second_step=True),
                "essential": factories.client(client_name="Essential"),
            }
            self.app_of = {made.client.id: name for name, made in self.apps.items()}
            self.clients = {name: (made.client_id, made.secret) for name, made in self.apps.items()}
            named = {"name": "Example", "client_id": CLIENT_ID, "secret": SECRET}
            upstreams.create("generic", Wanted(issuer=upstream.issuer, **named), by=None)
            db.session.commit()
        self.by_id = {person.id: person for person in self.people.values()}
        self.tabs = [Tab(self, 0), Tab(self, 1)]
        self._get_ready("jane")

    def _get_ready(self, name: str) -> None:
        """Note that somebody has agreed to the terms, and left nothing out, before it begins."""
        for kind in ("terms", "details"):
            self.prove(kind, 0, self.people[name].id)

    def party(self, name: str) -> RelyingParty:
        """Return the relying party that plays an application, for one request."""
        client_id, secret = self.clients[name]
        return RelyingParty(self.transport, ISSUER, client_id=client_id, client_secret=secret)

    def provider(self) -> UpstreamProvider:
        """Return the other provider; within a context of the application."""
        return upstreams.get("example")

    def told(self, name: str) -> Told:
        """Return what the other provider tells of somebody."""
        return Told(self.upstream.issuer, f"{name} there")

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

    def meet(self, number: int, row: Row, password: str) -> None:
        """Know somebody from now on who has just made an account with this password."""
        with self.app.app_context():
            subject = db.session.get_one(User, number).subject
            db.session.rollback()
        name = row.primary.partition("@")[0]
        self.people[name] = Person(number, row.primary, subject, password)
        self.by_id[number] = self.people[name]

    def signed_in(self, token: str):
        """Return who is signed in with a cookie, as the provider sees it."""
        if not token:
            return None
        with self.app.app_context():
            found = sessions.find(token)
            db.session.rollback()
            return found

    def accounts(self) -> dict[int, Row]:
        """Return what of each account nobody may change without its owner's proof."""
        wanted = (
            select(User, Password.hash)
            .outerjoin(Password, Password.user_id == User.id)
            .where(User.is_admin.is_(False))
            .with_only_columns(
                User.id,
                Password.hash,
                User.has_second_step,
                User.disabled_at,
                User.email,
                User.deletion_due_at,
            )
        )
        many = (
            select(UserEmail.user_id, UserEmail.email).where(UserEmail.removed_at.is_(None)),
            select(Passkey.user_id, Passkey.credential_id),
            select(UpstreamIdentity.user_id, UpstreamIdentity.subject),
        )
        with self.engine.connect() as connection:
            rows = connection.execute(wanted).all()
            sets = [_by_user(connection.execute(one).all()) for one in many]
        return {
            row[0]: Row(*row[1:], *(found.get(row[0], frozenset()) for found in sets))
            for row in rows
        }


def _by_user(pairs) -> dict[int, frozenset[Any]]:
    found: dict[int, set[Any]] = {}
    for user_id, value in pairs:
        found.setdefault(user_id, set()).add(value)
    return {user_id: frozenset(values) for user_id, values in found.items()}


def _person(name: str, *, is_ready: bool = False) -> Person:
    """Make somebody; who is ready has agreed to the terms, and left nothing out."""
    email = f"{name}@people.example"
    made = factories.user(email, password=None, nickname=name if is_ready else None)
    if is_ready:
        terms.agree(made.id, VERSION)
    factories.address(made, f"{name}@home.example")
    password = remember(PASSWORDS[0])
    db.session.add(Password(user_id=made.id, hash=hashing.hash_password(password)))
    db.session.commit()
    return Person(made.id, email, made.subject, password)
