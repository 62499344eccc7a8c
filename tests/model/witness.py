"""Witness: sees every request of a browser, what it proves, and what became of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from app.database import db
from app.models import BrowserAccount, Interaction
from app.security import secrets
from tests.model.choices import VERSION
from tests.model.permits import Permits

if TYPE_CHECKING:
    from tests.model.world import Row, World

SESSION_COOKIE = "__Host-sealwax"
RESET_COOKIE = "__Host-sealwax-reset"
CALLBACK = "/callback"


@dataclass
class Seen:
    """One request: what was sent, by whom, and which changes it may bring about."""

    path: str
    sent: dict[str, str]
    query: dict[str, str]
    cookies: dict[str, str]
    person: Any
    accounts: dict[int, Row]
    #: Account and member that may change, with what the model has to know afterwards.
    permitted: dict[tuple[int, str], Any] = field(default_factory=dict)
    #: Second steps that the code is right for: person, and the step or the recovery code.
    codes: list[tuple[int, Any]] = field(default_factory=list)
    #: Who is signed out of this browser by it, beside whoever was current.
    leaves: set[int] = field(default_factory=set)


class Witness:
    """Passes requests on to the application."""

    def __init__(self, world: World, browser: int) -> None:
        self.world = world
        self.browser = browser
        self.permits = Permits(world, browser)

    def send(self, method, url, *, headers=None, form=None, content=b""):
        """Send a request, as a transport does."""
        seen = self._look(method, url, headers or {}, content)
        answer = self.world.transport.send(method, url, headers=headers, form=form, content=content)
        self._look_again(seen, answer)
        return answer

    def _look(self, method, url, headers, content):
        parts = urlsplit(url)
        cookies = {
            name: each.value for name, each in SimpleCookie(headers.get("Cookie", "")).items()
        }
        person = self.world.signed_in(cookies.get(SESSION_COOKIE, ""))
        sent = _last(content.decode()) if method == "POST" else {}
        path, query = re.sub(r"/\d+", "/#", parts.path), _last(parts.query)
        seen = Seen(path, sent, query, cookies, person, self.world.accounts())
        if method == "POST":
            if note := NOTES.get(path):
                getattr(self, note)(seen)
            self.permits.look(seen)
        elif path.endswith(CALLBACK):
            self._identity(seen)
        return seen

    # --- what a request proves ------------------------------------------------------------------

    def _prove(self, kind, person, of=""):
        self.world.prove(kind, self.browser, person, of)

    def _password(self, seen):
        for number, row in seen.accounts.items():
            person = self.world.by_id.get(number)
            is_theirs = seen.sent.get("username") in row.addresses
            if person and is_theirs and seen.sent.get("password") == person.password:
                self._prove("password", number)

    def _passkey(self, seen):
        """An answer proves something once, in the browser that was asked."""
        credential = seen.sent.get("credential", "")
        if self.world.signed.get(credential) != self.browser:
            return
        del self.world.signed[credential]
        name = json.loads(credential)["id"]
        for number, row in seen.accounts.items():
            if name in row.passkeys:
                self._prove("passkey", number)

    def _identity(self, seen):
        """Whoever comes back from elsewhere is known to be who they are there."""
        name = self.world.came.pop(seen.query.get("code", ""), "")
        if name:
            owner = next((n for n, row in seen.accounts.items() if name in row.identities), 0)
            self._prove("identity", owner, name)

    def _code(self, seen):
        for person in self.world.by_id.values():
            step = person.step_of(seen.sent.get("code", ""))
            if step is not None:
                self._prove("code", person.id)
                seen.codes.append((person.id, step))

    def _mailbox_code(self, seen):
        """A code counts in the browser that has asked for it."""
        browser, owner = self.world.codes_proving.get(seen.sent.get("code", ""), (None, 0))
        if browser == self.browser:
            self._prove("mailbox", owner)

    def _recovery_code(self, seen):
        for person in self.world.by_id.values():
            if seen.sent.get("code") in person.codes:
                self._prove("code", person.id)
                seen.codes.append((person.id, seen.sent["code"]))

    def _answer(self, seen):
        if seen.sent.get("answer") == "allow" and seen.person is not None:
            self._prove("allow", seen.person.user_id, self._application(seen.query))

    def _agree(self, seen):
        is_new = seen.sent.get("answer") == "agree" and seen.sent.get("version") == VERSION
        if is_new and seen.person is not None:
            self._prove("terms", seen.person.user_id)

    def _tell(self, seen):
        if seen.sent.get("nickname") and seen.person is not None:
            self._prove("details", seen.person.user_id)

    def _application(self, query):
        with self.world.app.app_context():
            row = db.session.get(Interaction, secrets.digest(query.get("interaction", "")))
            return self.world.app_of[row.client_pk] if row else ""

    def _choice(self, seen):
        if seen.person is not None and seen.sent.get("account") == "current":
            self._prove("choice", seen.person.user_id)
        removed = seen.sent.get("remove", "")
        if removed.isdigit():
            with self.world.app.app_context():
                row = db.session.get(BrowserAccount, int(removed))
                seen.leaves = {row.user_id} if row else set()

    def _sign_out(self, seen):
        if seen.sent.get("answer") == "everybody":
            seen.leaves = set(self.world.by_id)

    # --- what became of it ----------------------------------------------------------------------

    def _look_again(self, seen, answer):
        token = _set_cookie(answer, SESSION_COOKIE)
        found = self.world.signed_in(token) if token else None
        went_on = answer.status == 303 and "/login/sign-in" not in answer.headers["location"]
        if went_on or found is not None:
            self._use_codes(seen, found)
        if token is not None and self.world.signed_in(seen.cookies.get(SESSION_COOKIE, "")):
            self.world.faults.append(f"the cookie from before works still: {seen.path}")
        if answer.status == 303:
            self._leave(seen, token)
        if seen.path == "/login/select-account" and found is not None:
            self._prove("choice", found.user_id)
            self.world.reached["switched"] += 1
        if seen.path == "/login/revert-email" and (reset := _set_cookie(answer, RESET_COOKIE)):
            self.world.mailed[reset] = self.world.ways_back[seen.cookies["__Host-sealwax-revert"]]
        after = self.world.accounts()
        self.permits.look_again(seen, after)
        if found is not None and "/login/enrol" in seen.path:
            self._prove("code", found.user_id)

    def _leave(self, seen, token):
        """Whoever signs out here is out; whoever makes room for somebody else is not."""
        gone = set(seen.leaves)
        if seen.person and token == "":
            gone.add(seen.person.user_id)
        for person in gone:
            self.world.kill(person, {self.browser}, ends_trust=False)

    def _use_codes(self, seen, found):
        for person, code in seen.codes:
            owner = self.world.by_id[person]
            if isinstance(code, int):
                owner.spent.add(code)
            elif code in owner.codes:
                owner.codes.remove(code)
            if seen.sent.get("trust") and found is not None and found.user_id == person:
                self._prove("trust", person)


NOTES = {
    "/login/sign-in": "_password",
    "/login/passkey": "_passkey",
    "/login/passkey-step": "_passkey",
    "/login/second-step": "_code",
    "/login/recovery-code": "_recovery_code",
    "/login/consent": "_answer",
    "/login/terms": "_agree",
    "/login/details": "_tell",
    "/login/prove-mailbox": "_mailbox_code",
    "/login/select-account": "_choice",
    "/login/sign-out": "_sign_out",
}


def _last(encoded):
    return {name: values[-1] for name, values in parse_qs(encoded, keep_blank_values=True).items()}


def _set_cookie(answer, wanted):
    """Return the value that an answer gives a cookie, empty when it deletes it, else None."""
    for line in answer.cookies:
        (name, morsel), *_ = SimpleCookie(line).items()
        if name == wanted:
            return morsel.value
    return None
