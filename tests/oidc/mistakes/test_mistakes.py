"""issue 5: of every mistake, the trace names the right cause, and the answer helps to mend it."""

from __future__ import annotations

import pytest

from app.oidc import client_mistakes, dead_tokens
from app.oidc.reasons import REASONS
from app.oidc.reasons.client_authentication import HIDDEN
from app.services.authorization import attempts
from tests import secrets_seen
from tests.oidc.mistakes import asking, proving, redeeming, redirecting
from tests.oidc.mistakes.bench import Bench

MISTAKES = [
    *redirecting.MISTAKES,
    *asking.MISTAKES,
    *proving.MISTAKES,
    *redeeming.MISTAKES,
]
#: What only the trace tells of a client that could not prove itself.
BEHIND_CREDENTIALS = {row.code for row in HIDDEN} | {"client_unknown", "client_turned_off"}
#: What only the trace tells of why a token is dead.
ENDED = {"session_ended", "user_turned_off", "client_turned_off"}


@pytest.fixture
def bench(make_scene, make_rp, db, clock):
    """Return where mistakes are made."""
    return Bench(make_scene, make_rp, db, clock)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_explained(bench, mistake):
    """product.md, Twelve things 1 and 2; security.md TE04, TE07."""
    seen = mistake.play(bench)

    visits = attempts.search(seen.reference)
    refused = visits[-1]
    assert (refused.outcome, refused.reason) == ("refused", mistake.reason)
    stopped = refused.checks[-1]
    if mistake.cause:
        assert stopped["causes"][0] == mistake.cause
    if mistake.joins:
        assert visits[0].endpoint == "authorize"
        assert visits[0].outcome == "ok"
    kept = {"the trace": " ".join(f"{visit.client_id} {visit.checks}" for visit in visits)}
    assert secrets_seen.search(kept) == []
    words = " ".join(seen.words.split())
    assert any(" ".join(fix.split()) in words for fix in _fixes(mistake.reason)), words
    assert mistake.says in words


def _fixes(reason):
    """Return what may be said to mend it: the reason's own words, or those of a plainer one."""
    plainer = [REASONS[reason].told]
    if reason in BEHIND_CREDENTIALS:
        plainer.append(client_mistakes.TOLD)
    if reason in ENDED:
        plainer.append(dead_tokens.TOLD)
    return [REASONS[code].fix for code in (reason, *plainer) if code]


def test_there_are_sixty_and_more():
    """Issue 5: sixty seeded misconfigurations, among them a wrong address in twelve ways."""
    assert len(MISTAKES) >= 60
    assert len({mistake.cause for mistake in redirecting.MISTAKES}) >= 12
