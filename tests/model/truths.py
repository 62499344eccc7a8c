"""Truths: what must hold after everything that was seen, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.clock import now
from app.services.authorization import levels
from app.services.people import half_sign_ins, trusted_browsers
from tests.model.world import Request, World

TRUSTED_FOR = timedelta(days=trusted_browsers.DAYS)


def check_session(world: World, browser: int, found) -> None:
    """A session exists only after every step its person owed, in that browser."""
    person = world.by_id[found.user_id]
    assert not person.is_disabled, f"{person.email} is turned off and signed in"
    check_facts(world, browser, found.user_id, _facts(found))


def _facts(found):
    return found.acr, tuple(found.amr), found.auth_time


def check_facts(world: World, browser: int, person: int, facts) -> None:
    """What a session or an ID token says of its person was shown in that browser.

    security.md MF01, MF12, MF13, LG04, SE04: password, second step or trust, level, time.
    """
    acr, amr, auth_time = facts
    ended = _last_kill(world, browser, person)
    proofs = [p for p in world.proofs if (p.browser, p.person) == (browser, person)]
    opened = [
        p.number
        for p in proofs
        if p.kind == "password" and p.at <= auth_time <= p.at + half_sign_ins.LIFETIME
    ]
    where = f"browser {browser}, {world.by_id[person].email}, {amr}"
    assert opened, f"{where}: no password at {auth_time}"
    assert max(opened) > ended, f"{where}: alive after what ended it"
    has_code = "otp" in amr
    assert (acr == levels.MFA) == has_code == ("mfa" in amr), f"{where}: {acr}"
    codes = [p for p in proofs if p.kind == "code" and p.number > ended and p.at >= auth_time]
    if has_code:
        assert codes, f"{where}: no code was typed"
    elif world.by_id[person].phone is not None:
        assert _was_trusted(world, browser, person, max(opened)), f"{where}: owes a second step"


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
        assert claims["acr"] == levels.MFA, "the application demands a second step"
    _check_prompts(world, request, person)
    limit = request.asked.get("max_age")
    if limit is not None:
        is_young = (now() - auth_time).total_seconds() <= int(limit)
        assert is_young or _since(world, request, person, "password"), "older than max_age"


def _check_prompts(world, request, person):
    prompts = request.asked.get("prompt", "").split()
    allowed = [
        p for p in world.proofs if (p.kind, p.person, p.of) == ("allow", person, request.app)
    ]
    assert allowed, "nobody has allowed the application"
    if "login" in prompts:
        assert _since(world, request, person, "password"), "prompt=login without a password"
    if "consent" in prompts:
        assert _since(world, request, person, "allow"), "prompt=consent without an answer"
    if "select_account" in prompts:
        chosen = any(_since(world, request, person, kind) for kind in ("choice", "password"))
        assert chosen, "prompt=select_account without a choice"


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
