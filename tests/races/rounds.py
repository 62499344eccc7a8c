"""Rounds: one code or one refresh token wanted by several at once, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests import devices, secrets_seen
from tests.bench.seeds import Seeds, credentials
from tests.races.volleys import Outcome, Volley
from tests.relying_party import DEVICE_CODE

WIDTH = 8
#: After so many rounds the connections are dealt to the workers anew.
DEAL = 25
INVALID_GRANT = (400, "invalid_grant")


@dataclass
class Tally:
    """What all rounds of one race came to."""

    rounds: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome], fault: str) -> None:
        """Count one round; a fault is kept with its number."""
        self.rounds += 1
        self.outcomes.update(f"{each.status} {each.error}".strip() for each in outcomes)
        if fault:
            self.faults.append(f"round {self.rounds}: {fault}")

    def __str__(self) -> str:
        """Return a line of figures."""
        told = ", ".join(f"{number} times {what}" for what, number in self.outcomes.most_common())
        return f"{self.rounds} rounds, {len(self.faults)} faulty ({told})"


def race_codes(seeds: Seeds, *, rounds: int, width: int = WIDTH) -> Tally:
    """Redeem each code so many times at once: exactly one gets tokens, the others are refused."""
    tally = Tally()
    with _volley(seeds, width) as volley:
        for turn in _turns(volley, rounds):
            browser = seeds.browsers[turn % len(seeds.browsers)]
            seeds.web.authorize(browser)
            code = seeds.web.callback(browser).code
            assert seeds.web.sent is not None, "a request was just sent"
            outcomes = volley.fire(
                {
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": seeds.web.redirect_uri,
                    "code_verifier": seeds.web.sent.verifier,
                }
            )
            tally.add(outcomes, code_fault(outcomes))
    return tally


def race_devices(seeds: Seeds, *, rounds: int, width: int = WIDTH) -> Tally:
    """Redeem each device code so many times at once, once its person has said yes (RFC 8628)."""
    tally, tv = Tally(), seeds.tv
    with Volley(tv.endpoint("token"), width=width, headers={}) as volley:
        for turn in _turns(volley, rounds):
            codes = tv.ask_for_codes(scope="openid").json
            devices.connect(seeds.browsers[turn % len(seeds.browsers)], codes)
            outcomes = volley.fire(
                {
                    "grant_type": DEVICE_CODE,
                    "device_code": codes["device_code"],
                    "client_id": tv.client_id,
                }
            )
            tally.add(outcomes, code_fault(outcomes))
    return tally


def race_polls(seeds: Seeds, *, rounds: int, width: int = WIDTH) -> Tally:
    """Poll so many times at once while nobody has answered: one is in time, in whatever worker."""
    tally, tv = Tally(), seeds.tv
    with Volley(tv.endpoint("token"), width=width, headers={}) as volley:
        for _ in _turns(volley, rounds):
            device_code = tv.ask_for_codes(scope="openid").json["device_code"]
            form = {"grant_type": DEVICE_CODE, "device_code": device_code}
            outcomes = volley.fire({**form, "client_id": tv.client_id})
            tally.add(outcomes, polls_fault(outcomes))
    return tally


def polls_fault(outcomes: list[Outcome]) -> str:
    """Return what is wrong with a round of polls, or nothing."""
    told = Counter((outcome.status, outcome.error) for outcome in outcomes)
    wanted = {(400, devices.PENDING): 1, (400, devices.SLOWER): len(outcomes) - 1}
    return "" if told == Counter(wanted) else f"told {dict(told)}"


def code_fault(outcomes: list[Outcome]) -> str:
    """Return what is wrong with a round of a code, or nothing."""
    winners = [outcome for outcome in outcomes if outcome.status == 200]
    losers = [outcome for outcome in outcomes if outcome.status != 200]
    if len(winners) != 1:
        return f"{len(winners)} sets of tokens for one code"
    return _refused_badly(losers)


def race_refresh(seeds: Seeds, *, rounds: int, width: int = WIDTH) -> Tally:
    """Rotate each refresh token so many times at once: one successor, the same for everybody.

    A round rotates the successor of the round before, so every token told must really work.
    """
    tally = Tally()
    held = seeds.refresh_tokens(1)[0]
    with _volley(seeds, width) as volley:
        for _ in _turns(volley, rounds):
            outcomes = volley.fire({"grant_type": "refresh_token", "refresh_token": held})
            fault = refresh_fault(outcomes)
            tally.add(outcomes, fault)
            held = seeds.refresh_tokens(1)[0] if fault else _successor(outcomes)
    return tally


def refresh_fault(outcomes: list[Outcome]) -> str:
    """Return what is wrong with a round of a refresh token, or nothing."""
    winners = [outcome.document for outcome in outcomes if outcome.status == 200]
    if not winners:
        return "nobody got a successor"
    for name in ("refresh_token", "access_token"):
        if (found := len({answer.get(name) for answer in winners})) != 1:
            return f"{found} different values of {name}: the family forked"
    return _refused_badly(outcome for outcome in outcomes if outcome.status != 200)


def _successor(outcomes: list[Outcome]) -> str:
    token = next(each.document["refresh_token"] for each in outcomes if each.status == 200)
    return secrets_seen.remember(str(token))


def _refused_badly(losers: Iterable[Outcome]) -> str:
    wrong = [loser for loser in losers if (loser.status, loser.error) != INVALID_GRANT]
    return "".join(f"a loser was told {loser.status} {loser.error!r} " for loser in wrong).strip()


def _volley(seeds: Seeds, width: int) -> Volley:
    headers = {"Authorization": credentials(seeds.web)}
    return Volley(seeds.web.endpoint("token"), width=width, headers=headers)


def _turns(volley: Volley, rounds: int) -> Iterator[int]:
    for turn in range(rounds):
        if turn and turn % DEAL == 0:
            volley.shuffle()
        yield turn
