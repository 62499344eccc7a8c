"""The test bench in plain words: its steps, checks, tokens, and what addresses answered."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models import Attempt, Client
from app.oidc.bench_exchange import Exchange, Seen, address
from app.services.clients.address_checks import Checked
from app.web.admin import (
    bench_code,
    claim_sentences,
    request_sentences,
    sentences,
    token_sentences,
)
from app.web.admin.claim_sentences import LONGEST_NAME, LONGEST_VALUE, one_line, shown

LONGEST_RENEWED = 2_000
STEPS: dict[str, LazyString] = {
    "authorize": _("The application sends the browser here"),
    "callback": _("The application checks the answer"),
    "redeem": _("The application exchanges the code for tokens"),
    "device": _("The device asks for its codes"),
    "connect": _("The person types the code, and allows it"),
    "poll": _("The device exchanges its code for tokens"),
    "own": _("The application asks for a token of its own"),
    "id_token": _("The application checks the ID token"),
    "userinfo": _("The application asks about the person"),
    "refresh": _("The application refreshes its tokens"),
    "introspect": _("The application asks whether the token lives"),
    "revoke": _("The application gives the token back"),
}
_COMPARED: dict[str, tuple[LazyString, LazyString]] = {
    "same_state": (
        _("The state is the one that was sent: it is the answer to its own request."),
        _("The state is another one: somebody else's answer. Stop here."),
    ),
    "same_iss": (
        _("The answer comes from this provider (iss, RFC 9207)."),
        _("The answer comes from another provider than was asked. Stop here."),
    ),
    "code_is_fresh": (
        _("There is a code, and it is fresh."),
        _("There is no code that could be redeemed."),
    ),
    "same_aud": (_("It is for this application."), _("It is for somebody else.")),
    "same_nonce": (_("The nonce is the one that was sent."), _("The nonce is another one.")),
    "same_at_hash": (
        _("It belongs to the access token that came with it."),
        _("It belongs to another access token."),
    ),
}
#: What an ID token is compared with, worked out (OIDC Core §3.1.3.6, §3.1.3.7).
WORKINGS: dict[str, LazyString] = {
    "nonce_sent": _("The nonce in the request"),
    "nonce_back": _("The nonce in the ID token"),
    "hash_used": _("The hash that belongs to the algorithm of the ID token"),
    "hash_half": _("The left half of the hash of the access token"),
    "hash_text": _("The same, written as base64url"),
    "hash_back": _("The at_hash in the ID token"),
}
_ANSWERS: dict[str, LazyString] = {
    "keys": _("Its keys can be read."),
    "bad_keys": _("What is there cannot be used as keys."),
    "no_json": _("What is there is no JSON object."),
    "unreachable": _("It cannot be reached from here."),
    "answers": _("It answers."),
    "on_device": _("It is on the person's own device, which nobody reaches from here."),
}


def exchange(done: Exchange, *, client: Client, user_id: int | None) -> dict[str, Any]:
    """Return what the page shows of one exchange."""
    return {
        "title": str(STEPS[done.step]),
        "method": done.method,
        "address": address(done.path),
        "sent": request_sentences.explained(done.sent),
        "status": done.status,
        "received": request_sentences.explained(done.received),
        "milliseconds": done.milliseconds,
        "outcome": "ok" if done.worked else "refused",
        "pages": done.pages,
        "checks": done.checks,
        "lint": request_sentences.lint_lines([one for one in done.lint if not one.ok]),
        "findings": [_finding(found) for found in done.findings],
        "workings": [
            {"name": str(WORKINGS[name]), "value": one_line(value, LONGEST_VALUE)}
            for name, value in done.workings
        ],
        "tokens": [_token(seen, client, user_id) for seen in done.tokens if done.step != "refresh"],
        "renewed": [_renewed(seen) for seen in done.tokens if done.step == "refresh"],
        "ways": bench_code.ways(done, client),
        "refusal": _refusal(done, client, user_id) if done.refusal else None,
    }


def _refusal(done: Exchange, client: Client, user_id: int | None) -> dict[str, Any]:
    """Return what stopped it as the page of an attempt tells it: who can mend it, how and where."""
    attempt = Attempt(
        reference="",
        endpoint=done.step,
        outcome="refused",
        reason=done.refusal,
        client_id=client.client_id,
        user_id=user_id,
        checks=done.checks,
    )
    return sentences.visit(attempt, client_is_known=True, sees_users=user_id is not None)


def _renewed(seen: Seen) -> dict[str, str]:
    """Return a token that was explained before the refresh: what it says now, on one line."""
    return {"name": seen.kind, "value": one_line(json.dumps(seen.claims), LONGEST_RENEWED)}


def _token(seen: Seen, client: Client, user_id: int | None) -> dict[str, Any]:
    """Return the three parts of a token; of what is not signed, the claims alone."""
    members = list(seen.header.items())
    return {
        "kind": seen.kind,
        "header": [
            {"name": one_line(name, LONGEST_NAME), "value": shown(value)} for name, value in members
        ],
        "claims": claim_sentences.explained(seen.claims, seen.kind, client=client, user_id=user_id),
        "signature": {
            "bytes": seen.signed,
            "kid": seen.key.kid if seen.key else "",
            "alg": seen.key.alg if seen.key else "",
        },
    }


def _finding(found: Any) -> dict[str, Any]:
    if found.code in _COMPARED:
        sentence = str(_COMPARED[found.code][0 if found.ok else 1])
        return {"ok": found.ok, "sentence": sentence, "detail": found.detail}
    return token_sentences.lines([found])[0]


def asked_address(checked: Checked) -> dict[str, Any]:
    """Return what the page shows of an address that was asked."""
    return {
        "what": checked.what,
        "address": checked.address,
        "ok": checked.ok and checked.clock_is_right is not False,
        "sentence": str(_ANSWERS[checked.code]),
        "detail": one_line(checked.detail, LONGEST_VALUE),
        "seconds_ahead": checked.seconds_ahead,
        "clock_is_right": checked.clock_is_right,
    }
