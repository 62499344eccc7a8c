"""Truths: what must hold after everything that was seen, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.clock import now
from app.services.authorization import levels
from app.services.people import half_sign_ins, trusted_browsers
from tests.model.world import Request, World

#: The proof that a session began with, by its method; without one of these it was a passkey.
FIRST_STEPS = {"pwd": "password", "fed": "identity"}
#: What somebody who is asked to sign in anew may do.
PROOFS = ("password", "passkey", "identity")
TRUSTED_FOR = timedelta(days=trusted_browsers.DAYS)


def check_session(world: World, browser: int, found) -> None:
    """A session exists only after every step its person owed, in that browser."""
    person = world.by_id[found.user_id]
    assert not person.is_disabled, f"{person.email} is turned off and signed in"
    assert not person.is_leaving, f"{person.email} is leaving and signed in"
    check_facts(world, browser, found.user_id, _facts(found))


def _facts(found):
    return found.acr, tuple(found.amr), found.auth_time


def check_facts(world: World, browser: int, person: int, facts) -> None:
    """What a session or an ID token says of its person was shown in that browser.

    security.md MF01, MF12, MF13, LG04, SE04: password, second step or trust, level, time.
    """
    _, amr, auth_time = facts
    ended = _last_kill(world, browser, person)
    proofs = [p for p in world.proofs if (p.browser, p.person) == (browser, person)]
    kind = next((name for method, name in FIRST_STEPS.items() if method in amr), "passkey")
    opened = [
        p.number
        for p in proofs
        if p.kind == kind and p.at <= auth_time <= p.at + half_sign_ins.LIFETIME
    ]
    where = f"browser {browser}, {world.by_id[person].email}, {amr}"
    assert opened, f"{where}: no {kind} at {auth_time}"
    assert max(opened) > ended, f"{where}: alive after what ended it"
    later = {p.kind for p in proofs if p.number > ended and p.at >= auth_time}
    if _has_second_step(facts, later, where) or world.by_id[person].phone is None:
        return
    assert _was_trusted(world, browser, person, max(opened)), f"{where}: owes a second step"


def _has_second_step(facts, later, where):
    """Tell whether two steps were passed; the level is that of the methods, and each was used."""
    acr, amr, _ = facts
    has_key, has_code = bool(levels.KEYS & set(amr)), "otp" in amr
    wanted = levels.PHR if has_key else levels.MFA if has_code else levels.PASSWORD
    # An ID token names a level as its application knows it: its own, or one below that.
    is_told = levels.reaches(wanted, acr) and (acr == levels.PASSWORD) == (
        wanted == levels.PASSWORD
    )
    assert is_told, f"{where}: {acr}"
    assert (has_key or has_code) == ("mfa" in amr), f"{where}: {acr}"
    assert not has_code or "code" in later, f"{where}: no code was typed"
    assert not has_key or "passkey" in later, f"{where}: no passkey was used"
    return has_key or has_code


def _last_kill(world, browser, person):
    return max(
        (k.number for k in world.kills if k.person == person and browser in k.browsers), default=0
    )


def _was_trusted(world, browser, person, opened):
    """Tell whether the browser was trusted when the session was opened."""
    last = [
        p
        for p in world.proofs
        if (p.kind, p.browser, p.person) == ("trust", browser, person) and p.number < opened
    ]
    if not last:
        return False
    ends = [k.number for k in world.kills if k.person == person and k.ends_trust]
    is_over = any(last[-1].number < number < opened for number in ends)
    return not is_over and _is_young(world, last[-1], opened)


def check_answer(world: World, request: Request, browser: int, found, claims) -> None:
    """An ID token is about who is signed in here, and its request was obeyed."""
    assert request.browser == browser, "a request of one browser was answered in the other"
    assert not request.is_answered, "a request was answered twice"
    assert found is not None, "a code for nobody"
    assert claims["sub"] == found.subject, "the token is about somebody else"
    auth_time = datetime.fromtimestamp(claims["auth_time"], UTC)
    person = found.user_id
    check_facts(world, browser, person, (claims["acr"], tuple(claims["amr"]), auth_time))
    if request.app in {"step", "essential"}:
        assert levels.reaches(claims["acr"], levels.MFA), "the application demands a second step"
    said = {p.kind for p in world.proofs if p.person == person}
    assert "terms" in said, "nobody has agreed to the terms"
    assert "details" in said, "what cannot be left out was left out"
    _check_prompts(world, request, person)
    limit = request.asked.get("max_age")
    if limit is not None:
        is_young = (now() - auth_time).total_seconds() <= int(limit)
        assert is_young or _has_signed_in(world, request, person), "older than max_age"


def _check_prompts(world, request, person):
    prompts = request.asked.get("prompt", "").split()
    allowed = [
        p for p in world.proofs if (p.kind, p.person, p.of) == ("allow", person, request.app)
    ]
    assert allowed, "nobody has allowed the application"
    if "login" in prompts:
        assert _has_signed_in(world, request, person), "prompt=login without a proof"
    if "consent" in prompts:
        assert _since(world, request, person, "allow"), "prompt=consent without an answer"
    if "select_account" in prompts:
        chosen = any(_since(world, request, person, kind) for kind in ("choice", *PROOFS))
        assert chosen, "prompt=select_account without a choice"


def _has_signed_in(world, request, person):
    return any(_since(world, request, person, kind) for kind in PROOFS)


def _since(world, request, person, kind):
    """Tell whether the person has shown this in the request's browser since it came."""
    return any(
        (p.kind, p.browser, p.person) == (kind, request.browser, person)
        and p.number > request.number
        for p in world.proofs
    )


def _is_young(world, trust, opened):
    (moment,) = (p.at for p in world.proofs if p.number == opened)
    return trust.at + TRUSTED_FOR > moment
