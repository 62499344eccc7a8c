"""Four people at the real pages, every form they may send, and what anybody may do afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product
from typing import NamedTuple

from sqlalchemy import select

from app.database import db
from app.models import Client, ClientOwner, Group, Invitation, Membership, User
from app.services.clients import owners
from app.services.clients.client_schema import POLICY
from app.services.people import groups, import_files, imports, invitations, roles
from app.services.people.roles import COLUMNS, Permission
from app.web import access
from app.web.admin import client_form, client_sections
from tests import factories
from tests.administrators import browser_of
from tests.raw_requests import send, token_of

BOSS = "boss@people.example"
#: Fields of a page that belong to one browser, or to one moment.
NOT_TYPED = {"version", "act", "csrf_token"}
MAY_NOT_GROW = ("roles", "owned", "invited", "scopes")
#: What is typed and ticked wherever a form has such a field, or a clumsy view takes it.
GREEDY = [
    *((column, "y") for column in COLUMNS.values()),
    ("is_owner", "y"),
    ("trusted", "y"),
    ("introspects", "y"),
    ("custom_scope", "admin"),
    ("scope", "openid"),
    ("scope", "groups"),
    ("scope", "required groups"),
    ("required_scopes", "groups"),
    ("client_name", "Mine"),
    ("redirect_uris", "https://mine.example/cb"),
    ("token_endpoint_auth_method", "client_secret_basic"),
    ("application_type", "web"),
    ("grant_types", "authorization_code"),
    ("name", "Mine"),
    ("reason", "because"),
    ("code", "123456"),
    ("password", "correct horse battery staple"),
    ("roles", "administrator"),
]
ACTS = {
    "admin.user_act": ("turn-off", "turn-on", "sign-out", "send-reset"),
    "admin.invitation_act": ("revoke", "resend"),
    "admin.user_import_act": ("add", "forget"),
    "admin.key_act": ("rotate",),
    "admin.upstream_act": ("turn-off",),
}
#: A file of people, checked already: whoever may import tries to reach further with it.
FILE = f"email,groups\nhelper@people.example,Chess\nfriend@people.example,Board\n{BOSS},Chess\n"
#: What people do to their own account, as far as a form could hold more than it should.
OWN = {"account.emails", "account.picture", "account.profile", "setup.set_up"}
#: Somebody with a role as the owner is: once is enough.
UNTOUCHED = {"auditor@people.example"}


class Rights(NamedTuple):
    """What anybody may do, as far as two worlds differ in it."""

    #: Who has which role, which application; who would be an administrator.
    roles: frozenset[tuple[str, str]]
    owned: frozenset[tuple[str, str]]
    invited: frozenset[str]
    #: What applications may: their owners have it with them.
    scopes: frozenset[tuple[str, str]]
    policy: frozenset[tuple[str, str, str]]
    #: How accounts are locked.
    locks: frozenset[tuple[str, bool, bool, bool]]
    groups: frozenset[tuple[str, str, bool]]

    def exceed(self, start):
        """Tell whether somebody may more than at the start, or one with a role is less safe."""
        more = any(getattr(self, name) - getattr(start, name) for name in MAY_NOT_GROW)
        holders = {email for email, _ in self.roles}
        return more or self.policy != start.policy or self.of(holders) != start.of(holders)

    def of(self, emails):
        """Return how the accounts of these are locked, and which groups they are in."""
        return {row for row in (*self.locks, *self.groups) if row[0] in emails}


def _name(user):
    """Return what tells a user from others: those who were made for tests are all alike."""
    return "somebody for tests" if user.is_test else user.email


def _all(model):
    return db.session.scalars(select(model)).all()


class Desk:
    """Four people at their browsers, and one who has no part in it: an administrator."""

    #: Statuses of an act that has changed nothing.
    REFUSED = frozenset({400, 403, 404, 409, 410, 422, 429})

    def __init__(self, app, engine):
        """Make everybody, and what they could lay hands on."""
        self.app, self.file = app, engine.url.database
        boss = factories.admin(BOSS)
        factories.phone(boss)
        self.people = {
            "user": factories.user("user@people.example"),
            "owner": factories.user("owner@people.example"),
            "manager": factories.user("manager@people.example", is_user_manager=True),
            "auditor": factories.user("auditor@people.example", is_auditor=True),
        }
        own, foreign = factories.client().client, factories.client().client
        owners.add(own, self.people["owner"])
        owners.add(own, self.people["auditor"])
        owners.add(foreign, boss)
        board = groups.create("Board", description="", requires_second_step=True, by=boss.id)
        groups.add_member(board, boss, by=boss.id)
        chess = groups.create("Chess", description="", requires_second_step=False, by=boss.id)
        invitations.send("new@people.example", name=None, is_admin=True, by=boss, link=str)
        (invited,) = invitations.listed()
        people = import_files.read(FILE.encode())
        self.parts = {
            "client_id": (own.client_id, foreign.client_id),
            "group_id": (board.id, chess.id),
            "number": (invited.row.id,),
            "handle": (imports.keep(people, by=self.people["manager"]).id,),
            "user_id": tuple(
                one.id for one in (boss, *self.people.values()) if one.email not in UNTOUCHED
            ),
        }
        self.emails = ("new@people.example", "user@people.example", "manager@people.example")
        self.browsers = {who: browser_of(app, person) for who, person in self.people.items()}
        self.tokens = {who: token_of(browser) for who, browser in self.browsers.items()}

    def acts(self, who):
        """Yield every form that somebody may send: the address, and what is filled in."""
        holder = self.people[who]
        adapter = self.app.url_map.bind("id.example", url_scheme="https")
        for rule in self.app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()):
                continue
            need = access.of(self.app, rule.endpoint).needed("POST")
            if isinstance(need, Permission):
                if not roles.permits(holder, need) and not roles.permits_to_own(holder, need):
                    continue  # refused before any view, see the route walk; until a right rises
            elif who != "user" or rule.endpoint not in OWN:
                continue
            names = sorted(rule.arguments)
            for values in product(*(self.parts.get(name, (1,)) for name in names)):
                path = adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))
                yield from self._filled(rule.endpoint, path)

    def _filled(self, endpoint, path):
        if endpoint == "admin.client":
            yield from self._edits(path)
            return
        for act in ACTS.get(endpoint, ("",)):
            names = endpoint.startswith(("admin.invite", "admin.add_"))
            whole = [*self.emails] if names else [self._address_in(path)]
            for email in whole:
                yield path, [*GREEDY, ("email", email), ("act", act)]

    def _address_in(self, path):
        """Return the address of the user that a path names: whoever deletes one types it."""
        named = path.removeprefix("/admin/users/").partition("/")[0]
        wanted = select(User.email).where(User.id == (int(named) if named.isdigit() else 0))
        return self.scalar(wanted) or "x@people.example"

    def _edits(self, path):
        """Yield each section of an application as its page has it, with ever more than it has."""
        page = self.browsers["owner"].open(f"/admin/applications/{self.parts['client_id'][0]}")
        asked = ("scope", "groups")
        for section in client_sections.SECTIONS:
            sent = page.fill(f"save-{section.section}").fields
            filled = [one for one in sent if one[0] not in NOT_TYPED]
            for more in ((), (asked,), GREEDY, [one for one in GREEDY if one != asked]):
                left_out = {name for name, _ in more}
                kept = [one for one in filled if one[0] == "scope" or one[0] not in left_out]
                yield f"{path}?section={section.section}", [*kept, *more, ("act", "")]

    def act(self, who, path, form):
        """Send a form."""
        fields = [*form, ("version", self.version(path))]
        sent = send(self.browsers[who], "POST", path, token=self.tokens[who], form=fields)
        assert sent.status < 500, (who, path)
        return sent.status

    def version(self, path):
        """Return what the section of an application's page would send along for its owner."""
        page, _, name = path.partition("?section=")
        section = next((one for one in client_sections.SECTIONS if one.section == name), None)
        client = self.scalar(select(Client).where(Client.client_id == page.split("/")[-1]))
        if section is None or client is None:
            return ""
        return client_form.version_of(section.stored(client, sets_policy=False))

    def scalar(self, wanted):
        """Ask the database anew."""
        db.session.rollback()
        return db.session.scalar(wanted)

    def rights(self):
        """Return what anybody may do now, and what protects those who may do much."""
        db.session.rollback()
        db.session.expire_all()
        members = select(User.email, Group.name, Group.requires_second_step).join_from(
            Membership, User, User.id == Membership.user_id
        )
        inside = members.join(Group, Group.id == Membership.group_id)
        owned = select(User.email, Client.client_id).join_from(
            ClientOwner, User, User.id == ClientOwner.user_id
        )
        return Rights(
            roles=frozenset(
                (user.email, role.value) for user in _all(User) for role in roles.of(user)
            ),
            owned=frozenset(
                map(
                    tuple,
                    db.session.execute(owned.join(Client, Client.id == ClientOwner.client_pk)),
                )
            ),
            invited=frozenset(row.email for row in _all(Invitation) if row.is_admin),
            scopes=frozenset((row.client_id, one) for row in _all(Client) for one in row.scopes),
            policy=frozenset(
                (row.client_id, name, str(row.setting(name)))
                for row in _all(Client)
                for name in POLICY
            ),
            locks=frozenset(
                (_name(user), user.has_second_step, user.is_disabled, user.is_leaving)
                for user in _all(User)
            ),
            groups=frozenset(map(tuple, db.session.execute(inside))),
        )

    def save(self):
        """Return the whole database."""
        kept = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.file)) as connection:
            connection.backup(kept)
        return kept

    def restore(self, saved):
        """Put the whole database back."""
        db.session.rollback()
        with closing(sqlite3.connect(self.file)) as connection:
            saved.backup(connection)
        self.app.extensions["sealwax.memory"].clear()
