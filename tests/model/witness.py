"""Witness: sees every request of a browser, and what it proves or may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from app.clock import now
from app.database import db
from app.models import Interaction
from app.security import secrets
from app.services.authorization import levels
from app.services.authorization.levels import RECENT

if TYPE_CHECKING:
    from tests.model.world import World

SESSION_COOKIE = "__Host-sealwax"
RESET_COOKIE = "__Host-sealwax-reset"


@dataclass
class Seen:
    """One request: what was sent, by whom, and which changes it may bring about."""

    path: str
    sent: dict[str, str]
    query: dict[str, str]
    person: Any
    accounts: dict[int, tuple[Any, ...]]
    #: Account and column that may change, with what the model has to know afterwards.
    permitted: dict[tuple[int, str], Any] = field(default_factory=dict)
    #: Second steps that the code is right for: person, and the step or the recovery code.
    codes: list[tuple[int, Any]] = field(default_factory=list)


class Witness:
    """Passes requests on to the application."""

    def __init__(self, world: World, browser: int) -> None:
        self.world = world
        self.browser = browser

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
        seen = Seen(parts.path, sent, _last(parts.query), person, self.world.accounts())
        if method == "POST" and (note := NOTES.get(parts.path)):
            getattr(self, note)(seen, cookies)
        return seen

    # --- what a request proves ------------------------------------------------------------------

    def _password(self, seen, _cookies):
        for person in self.world.by_id.values():
            if (seen.sent.get("username"), seen.sent.get("password")) == (
                person.email,
                person.password,
            ):
                self.world.prove("password", self.browser, person.id)

    def _code(self, seen, _cookies):
        for person in self.world.by_id.values():
            step = person.step_of(seen.sent.get("code", ""))
            if step is not None:
                self.world.prove("code", self.browser, person.id)
                seen.codes.append((person.id, step))

    def _recovery_code(self, seen, _cookies):
        for person in self.world.by_id.values():
            if seen.sent.get("code") in person.codes:
                self.world.prove("code", self.browser, person.id)
                seen.codes.append((person.id, seen.sent["code"]))

    def _enrolment(self, seen, _cookies):
        """Setting a phone up takes what the password opened; who it was shows afterwards."""
        for person in self.world.by_id.values():
            seen.permitted[person.id, "second step"] = self._has_just_proved_it(person.id)

    def _has_just_proved_it(self, person):
        """A browser left open must not give the account a phone of who finds it (SE10)."""
        ends = [each.number for each in self.world.kills if each.person == person
                and self.browser in each.browsers]  # fmt: skip
        return any(
            proof.kind == "password"
            and (proof.browser, proof.person) == (self.browser, person)
            and proof.number > max(ends, default=0)
            and proof.at + RECENT > now()
            for proof in self.world.proofs
        )

    def _answer(self, seen, _cookies):
        if seen.sent.get("answer") == "allow" and seen.person is not None:
            of = self._application(seen.query.get("interaction", ""))
            self.world.prove("allow", self.browser, seen.person.user_id, of)

    def _application(self, handle):
        with self.world.app.app_context():
            row = db.session.get(Interaction, secrets.digest(handle))
            return self.world.app_of[row.client_pk] if row else ""

    def _choice(self, seen, _cookies):
        if seen.person is not None and seen.sent.get("account") == "current":
            self.world.prove("choice", self.browser, seen.person.user_id)

    # --- what a request may change --------------------------------------------------------------

    def _new_password(self, seen, _cookies):
        person = self.world.by_id.get(seen.person.user_id) if seen.person else None
        if person and seen.sent.get("current_password") == person.password:
            seen.permitted[person.id, "password"] = seen.sent["password"]

    def _reset(self, seen, cookies):
        owner = self.world.mailed.get(cookies.get(RESET_COOKIE, ""))
        if owner is not None:
            seen.permitted[owner, "password"] = seen.sent.get("password", "")

    def _off(self, seen, _cookies):
        person = seen.person
        if person and person.acr == levels.MFA and person.auth_time + RECENT > now():
            seen.permitted[person.user_id, "second step"] = True

    # --- what became of it ----------------------------------------------------------------------

    def _look_again(self, seen, answer):
        token = _new_token(answer)
        found = self.world.signed_in(token) if token else None
        went_on = answer.status == 303 and "/login/sign-in" not in answer.headers["location"]
        if went_on or found is not None:
            self._use_codes(seen, found)
        if seen.person and (token == "" or (found and found.user_id != seen.person.user_id)):
            self.world.kill(seen.person.user_id, {self.browser}, ends_trust=False)
        after = self.world.accounts()
        for person, before in seen.accounts.items():
            self._compare(seen, person, before, after[person])
        if found is not None and "/login/enrol" in seen.path:
            self.world.prove("code", self.browser, found.user_id)

    def _use_codes(self, seen, found):
        for person, code in seen.codes:
            owner = self.world.by_id[person]
            if isinstance(code, int):
                owner.spent.add(code)
            else:
                owner.codes.remove(code)
            if seen.sent.get("trust") and found is not None and found.user_id == person:
                self.world.prove("trust", self.browser, person)

    def _compare(self, seen, person, before, after):
        if before == after:
            return
        changed = [
            name for name, old, new in zip(COLUMNS, before, after, strict=True) if old != new
        ]
        for name in changed:
            if not seen.permitted.get((person, name)):
                self.world.faults.append(
                    f"{name} of {person} changed without its secret: {seen.path}"
                )
        owner = self.world.by_id[person]
        is_own = seen.person is not None and seen.person.user_id == person
        survives = is_own or ("second step" in changed and bool(after[1]))
        if "password" in changed:
            owner.password = seen.permitted.get((person, "password")) or owner.password
            survives = is_own and seen.path == "/account/security"
        if "second step" in changed and not after[1]:
            owner.phone, owner.codes = None, []
        self.world.kill(person, {0, 1} - ({self.browser} if survives else set()))
        if "second step" in changed and after[1]:
            self.world.prove("code", self.browser, person)


COLUMNS = ("password", "second step", "turned off", "address")
NOTES = {
    "/login/sign-in": "_password",
    "/login/second-step": "_code",
    "/login/recovery-code": "_recovery_code",
    "/login/enrol": "_enrolment",
    "/account/second-step": "_enrolment",
    "/login/consent": "_answer",
    "/login/select-account": "_choice",
    "/account/security": "_new_password",
    "/login/reset": "_reset",
    "/account/second-step/off": "_off",
}


def _last(encoded):
    return {name: values[-1] for name, values in parse_qs(encoded, keep_blank_values=True).items()}


def _new_token(answer):
    """Return the session's token that an answer sets, empty when it deletes it, else None."""
    for line in answer.cookies:
        (name, morsel), *_ = SimpleCookie(line).items()
        if name == SESSION_COOKIE:
            return morsel.value
    return None
