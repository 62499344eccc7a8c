"""Permits: what a request may change of an account, and what has to end when it does."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from app.clock import now
from app.services.authorization import levels
from app.services.authorization.levels import RECENT
from app.services.people import mailed_codes, pending_identities
from tests.model.choices import VERSION

if TYPE_CHECKING:
    from tests.model.world import World

RESET_COOKIE, REVERT_COOKIE = "__Host-sealwax-reset", "__Host-sealwax-revert"
#: What a thief who has learnt a password cannot show.
KEYS = frozenset({"passkey", "identity"})
INVITATION_COOKIE = "__Host-sealwax-invitation"


class Permits:
    """Knows, for one browser, which change is whose to make."""

    def __init__(self, world: World, browser: int) -> None:
        self.world = world
        self.browser = browser

    def look(self, seen) -> None:
        """Note what this form may change, before it is sent."""
        if rule := RULES.get(seen.path):
            getattr(self, rule)(seen)
        if member := SENSITIVE.get(seen.path):
            self._with_recent(seen, member)

    def _with_recent(self, seen, member):
        """It takes a person who has proved every step lately (SE10)."""
        if self._is_recent(seen):
            seen.permitted[seen.person.user_id, member] = True

    def _is_recent(self, seen):
        person = seen.person
        if person is None or person.auth_time + RECENT <= now():
            return False
        return person.acr != levels.PASSWORD or not seen.accounts[person.user_id].second_step

    def _enrolment(self, seen):
        """Setting a phone up takes what the first step opened; who it was shows afterwards."""
        for person in seen.accounts:
            is_more = self._has_just_proved_it(person, kinds=KEYS) or self._reads_mail(person)
            seen.permitted[person, "second_step"] = is_more and self._has_just_proved_it(person)

    def _new_passkey(self, seen):
        """A password alone adds no factor: somebody else may have learnt it (MF06)."""
        if self._is_recent(seen):
            person = seen.person
            is_more = "pwd" not in person.amr or person.acr != levels.PASSWORD
            seen.permitted[person.user_id, "passkeys"] = is_more or self._reads_mail(person.user_id)

    def _reads_mail(self, person):
        """Tell whether the owner's mailbox was proved in this browser a while ago."""
        return any(
            (proof.kind, proof.browser, proof.person) == ("mailbox", self.browser, person)
            and proof.at + mailed_codes.LIFETIME > now()
            for proof in self.world.proofs
        )

    def _has_just_proved_it(self, person, kinds=frozenset({"password", "passkey", "identity"})):
        """A browser left open must not give the account a phone of who finds it (SE10)."""
        ends = [each.number for each in self.world.kills if each.person == person
                and self.browser in each.browsers]  # fmt: skip
        return any(
            proof.kind in kinds
            and (proof.browser, proof.person) == (self.browser, person)
            and proof.number > max(ends, default=0)
            and proof.at + RECENT > now()
            for proof in self.world.proofs
        )

    def _new_password(self, seen):
        person = self.world.by_id.get(seen.person.user_id) if seen.person else None
        if person and seen.sent.get("current_password") == person.password:
            seen.permitted[person.id, "password"] = seen.sent["password"]

    def _reset(self, seen):
        owner = self.world.mailed.get(seen.cookies.get(RESET_COOKIE, ""))
        if owner is not None:
            seen.permitted[owner, "password"] = seen.sent.get("password", "")
            self.world.prove("mailbox", self.browser, owner)

    def _off(self, seen):
        person = seen.person
        if person and person.acr != levels.PASSWORD and person.auth_time + RECENT > now():
            seen.permitted[person.user_id, "second_step"] = True

    def _confirm(self, seen):
        """One more address takes the code that its mailbox got for this very account (RV07)."""
        owner = self.world.codes_mailed.get(seen.sent.get("code", ""))
        if seen.person and owner == seen.person.user_id:
            seen.permitted[owner, "addresses"] = True

    def _way_back(self, seen):
        """It takes off what is younger than a week before the change, the second step as well."""
        owner = self.world.ways_back.get(seen.cookies.get(REVERT_COOKIE, ""))
        members = ["primary", "addresses", "passkeys", "identities"]
        if owner in seen.accounts and seen.accounts[owner].second_step:
            members.append("second_step")
        for member in members:
            seen.permitted[owner, member] = True

    def _link(self, seen):
        """Linking takes both proofs in one browser; an address proves nothing (RV08)."""
        since = now() - pending_identities.LIFETIME
        here = [p for p in self.world.proofs if (p.kind, p.browser) == ("identity", self.browser)]
        proved = {proof.of for proof in here if proof.at > since}
        if self._is_recent(seen):
            seen.permitted[seen.person.user_id, "identities"] = proved

    def _keep(self, seen):
        """Keeping an account takes a sign-in after it was to be deleted."""
        for number in seen.accounts:
            seen.permitted[number, "leaving"] = self._has_just_proved_it(number)

    def look_again(self, seen, after) -> None:
        """Compare every account with what it was, and note what has to end."""
        for number in after.keys() - seen.accounts.keys():
            self._is_new(seen, number, after[number])
        for number, before in seen.accounts.items():
            if number in after and before != after[number]:
                self._compare(seen, number, before, after[number])

    def _is_new(self, seen, number, row):
        """An account that was not there before takes an invitation of this very address."""
        invited = self.world.invited.get(seen.cookies.get(INVITATION_COOKIE, ""))
        if invited != row.primary:
            self.world.faults.append(f"an account of {row.primary} out of nothing: {seen.path}")
        self.world.meet(number, row, seen.sent.get("password", ""))
        self.world.prove("password", self.browser, number)
        self.world.prove("mailbox", self.browser, number)
        if seen.sent.get("agree") == VERSION:
            self.world.prove("terms", self.browser, number)

    def _compare(self, seen, number, before, after):
        names = (each.name for each in fields(before))
        changed = [name for name in names if getattr(before, name) != getattr(after, name)]
        for name in changed:
            self._check(seen, number, name, getattr(before, name), getattr(after, name))
        owner = self.world.by_id[number]
        if "password" in changed:
            owner.password = seen.permitted.get((number, "password")) or owner.password
        if "second_step" in changed and not after.second_step:
            owner.phone, owner.codes = None, []
        owner.email, owner.is_leaving = after.primary, after.leaving is not None
        if seen.path in ENDS_ALL or _has_less(before, after) or {*changed} & ENDS_OTHERS:
            survives = seen.path not in ENDS_ALL and self._is_own(seen, number, changed, after)
            self.world.kill(number, {0, 1} - ({self.browser} if survives else set()))
        if "second_step" in changed and after.second_step:
            self.world.prove("code", self.browser, number)

    def _check(self, seen, number, name, before, after):
        permitted = seen.permitted.get((number, name))
        is_fine = bool(permitted)
        if name == "identities" and isinstance(permitted, set):
            is_fine = after - before <= permitted
        if name == "passkeys":
            self.world.reached["passkey made" if after > before else "passkey removed"] += 1
        if name == "identities":
            self.world.reached["linked" if after > before else "unlinked"] += 1
        if not is_fine:
            self.world.faults.append(f"{name} of {number} changed without its proof: {seen.path}")

    def _is_own(self, seen, number, changed, after):
        """Tell whether the session in which it was done lives on."""
        is_own = seen.person is not None and seen.person.user_id == number
        if "password" in changed:
            return is_own and seen.path == "/account/security"
        return is_own or ("second_step" in changed and after.second_step)


def _has_less(before, after):
    """Tell whether a way in was taken away: whoever was let in by it must go (A 7.4.3)."""
    return not (before.passkeys <= after.passkeys and before.identities <= after.identities)


#: Changes that end every other session, and pages that end all of them.
ENDS_OTHERS = {"password", "second_step", "turned_off"}
ENDS_ALL = {"/login/revert-email", "/account/delete", "/login/reset"}
#: What may be changed by whoever has proved every step lately.
SENSITIVE = {
    "/account/passkeys/#/remove": "passkeys",
    "/account/emails/primary": "primary",
    "/account/emails/remove": "addresses",
    "/account/upstreams/#/remove": "identities",
    "/account/delete": "leaving",
}
RULES = {
    "/login/enrol": "_enrolment",
    "/account/second-step": "_enrolment",
    "/account/passkeys": "_new_passkey",
    "/account/security": "_new_password",
    "/login/reset": "_reset",
    "/account/second-step/off": "_off",
    "/account/emails/confirm/#": "_confirm",
    "/login/revert-email": "_way_back",
    "/login/link": "_link",
    "/login/keep-account": "_keep",
}
