"""What the person still has to do before an authorization request can be answered.

A table of checks, in order; the first that is not satisfied names the page to show, or the error
for a client that wants no page (`prompt=none`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.clock import now
from app.models import Interaction
from app.oidc import authorization_request
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization import consents, levels
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes, subjects
from app.services.people import details, passkeys, second_steps, sign_up_policy, terms
from app.settings import settings

#: Why the consent page is shown to somebody who has answered it before.
NEEDED = "scope_needed"


@dataclass(frozen=True, slots=True)
class State:
    """An authorization request, who is signed in, and what was answered so far."""

    request: ProtocolRequest
    person: SignedIn | None
    interaction: Interaction | None
    prompts: frozenset[str]
    hint: str | None

    @property
    def answers(self) -> Interaction | None:
        """Return what was answered, None when it was shown to, or answered by, somebody else."""
        if self.interaction is None or self.person is None:
            return None
        return self.interaction if self.interaction.session_id == self.person.session_id else None

    @property
    def signed_in_for_this(self) -> bool:
        """Tell whether the person proved who they are on behalf of this very request."""
        return self.answers is not None and self.answers.signed_in_at is not None

    @property
    def account_chosen(self) -> bool:
        """Tell whether the person chose this account for this very request."""
        return self.answers is not None and self.answers.account_chosen

    @property
    def needed(self) -> frozenset[str]:
        """Return what is asked for and cannot be left out of it."""
        asked = self.request.permissions.split()
        return frozenset(self.request.client.required_scopes.intersection(asked))

    @property
    def consent_given(self) -> bool:
        """Tell whether the person has answered the consent page for this very request.

        An answer that lacks what is needed is none: it is needed only since then.
        """
        allowed = self.answers.allowed_scope if self.answers is not None else None
        return allowed is not None and self.needed.issubset(allowed.split())


@dataclass(frozen=True, slots=True)
class Step:
    """A page the person has to see: a view of the login wing, and the reason."""

    page: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Check:
    is_open: Callable[[State], bool]
    step: Step


def _account_wanted(state: State) -> bool:
    """Tell whether the application wants an account made first (Prompt Create 1.0 §4.1).

    Whoever signs in for this request instead, or goes on as who they are, need not make one.
    """
    answered = state.signed_in_for_this or state.account_chosen
    return "create" in state.prompts and not answered


def _account_makeable(state: State) -> bool:
    return _account_wanted(state) and sign_up_policy.are_taken()


def _nobody(state: State) -> bool:
    return state.person is None


def _switched(state: State) -> bool:
    """Tell whether somebody else has signed in since it was shown, in another tab."""
    if state.interaction is None or state.interaction.session_id is None:
        return False
    return state.answers is None


def _login_demanded(state: State) -> bool:
    return "login" in state.prompts and not state.signed_in_for_this


def _too_old(state: State) -> bool:
    limit = authorization_request.max_age(state.request)
    if limit is None or state.person is None or state.signed_in_for_this:
        return False
    return (now() - state.person.auth_time).total_seconds() > limit


def _another_user(state: State) -> bool:
    if state.hint is None or state.person is None:
        return False
    return subjects.of(state.request.client, state.person) != state.hint


def _level_missing(state: State) -> bool:
    """Tell whether the application wants a level that the person can reach and has not (RFC 9470).

    `acr_values` is a wish (OIDC Core §3.1.2.1): without a second step, or a passkey, nobody is
    made to have one for it. What is essential is worth setting one up for.
    """
    wanted, is_essential = authorization_request.wanted_levels(state.request)
    offered = [value for value in wanted if value in levels.ACR_VALUES]
    person = state.person
    if person is None or not offered or levels.is_any_reached(person.acr, offered):
        return False
    if is_essential or (person.has_second_step and levels.is_any_reached(levels.MFA, offered)):
        return True
    return passkeys.has_any(person.user_id)


def _step_owed(state: State) -> bool:
    """Tell whether the policy wants a second step of somebody who signed in before it did."""
    return state.person is not None and second_steps.is_owed_by(state.person)


def _terms_owed(state: State) -> bool:
    return state.person is not None and terms.are_owed_by(state.person)


def _details_owed(state: State) -> bool:
    return state.person is not None and details.are_owed_by(state.person)


def _set_up_unsafe(state: State) -> bool:
    """Tell whether a second step is to be set up by who may not be the one who signed in.

    A stolen cookie, or an open browser, must not be enough to keep its owner out (ASVS 6.4.4).
    """
    person = state.person
    if person is None or person.has_second_step or levels.is_recent(person.auth_time):
        return False
    return _step_owed(state) or _level_missing(state)


def _account_open(state: State) -> bool:
    return "select_account" in state.prompts and not state.account_chosen


def _consent_open(state: State) -> bool:
    client = state.request.client
    if state.person is None or state.consent_given:
        return False
    if "consent" in state.prompts or _is_for_device(state) or _identity_unproved(state):
        return True
    if client.setting("trusted"):
        return False
    settled = consents.settled(state.person, client)
    return not settled.issuperset(state.request.permissions.split())


def _left_out(state: State) -> frozenset[str]:
    """Return what the person has left out before, and the application cannot do without."""
    return state.needed & state.person.declined if state.person else frozenset()


def _needed_left_out(state: State) -> bool:
    return bool(_left_out(state)) and _consent_open(state)


def _identity_unproved(state: State) -> bool:
    """Tell whether any program on the device could have asked: then a person decides, each time.

    RFC 8252 §8.6, RFC 6749 §10.2: without a secret, only an https address shows who asks; neither
    an earlier consent nor trust can be relied on. A web app under development, beside a provider
    on the same machine, is spared: there is nobody else.
    """
    client = state.request.client
    if client.is_public and settings.is_local and not client.is_native:
        return False
    redirect_uri = state.request.payload.get("redirect_uri")
    return client.is_public and not redirect_uri.startswith("https:")


def _is_for_device(state: State) -> bool:
    """Tell whether a code was typed for a device: then a person decides, each time.

    RFC 8628 §5.4: somebody who is far away may have made them type it. What they allowed before,
    and how far we trust the client, says nothing about who holds this device.
    """
    return state.request.device is not None


CHECKS = (
    _Check(_account_makeable, Step("sign_up", "account_wanted")),
    _Check(_account_wanted, Step("sign_in", "sign_up_closed")),
    _Check(_nobody, Step("sign_in", "no_session")),
    _Check(_switched, Step("select_account", "account_not_chosen")),
    _Check(_login_demanded, Step("sign_in", "login_demanded")),
    _Check(_too_old, Step("sign_in", "session_too_old")),
    _Check(_account_open, Step("select_account", "account_not_chosen")),
    _Check(_another_user, Step("sign_in", "another_user")),
    _Check(_set_up_unsafe, Step("sign_in", "set_up_demanded")),
    _Check(_step_owed, Step("second_step", "second_step_owed")),
    _Check(_level_missing, Step("second_step", "acr_not_reached")),
    _Check(_terms_owed, Step("terms", "terms_not_agreed")),
    _Check(_details_owed, Step("details", "details_missing")),
    _Check(_needed_left_out, Step("consent", NEEDED)),
    _Check(_consent_open, Step("consent", "consent_missing")),
)


def next_step(
    request: ProtocolRequest, person: SignedIn | None, interaction: Interaction | None = None
) -> Step | None:
    """Return the page the person has to see next, None when the request can be answered.

    Raises:
        Refusal: the client wants no page (`prompt=none`), or the person has cancelled.
    """
    redirect_uri = request.payload.get("redirect_uri")
    if interaction is not None and interaction.denied_at is not None:
        raise Refusal("consent_refused", "consent", redirect_uri=redirect_uri)
    asked = authorization_request.prompts(request)
    state = State(
        request, person, interaction, asked, authorization_request.hinted_subject(request)
    )
    step = next((check.step for check in CHECKS if check.is_open(state)), None)
    if step is None:
        return None
    if "none" in asked:
        expected = scopes.join(_left_out(state)) if step.reason == NEEDED else ""
        raise Refusal(step.reason, "interaction", expected=expected, redirect_uri=redirect_uri)
    return step


def asks_consent(request: ProtocolRequest, person: SignedIn) -> bool:
    """Tell whether a person would see the consent page for this request."""
    prompts = authorization_request.prompts(request)
    return _consent_open(State(request, person, None, prompts, None))


def wants_fresh_sign_in(
    request: ProtocolRequest, person: SignedIn, interaction: Interaction | None
) -> bool:
    """Tell whether a person would have to prove once more who they are, for this request."""
    asked = authorization_request.prompts(request)
    state = State(request, person, interaction, asked, None)
    return _login_demanded(state) or _too_old(state)
