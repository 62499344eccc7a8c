"""The test bench in plain words: its steps, parameters, checks, and what addresses answered."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models import Client
from app.oidc import bench
from app.oidc.bench import Exchange
from app.oidc.reasons import REASONS
from app.services.clients.address_checks import Checked
from app.web.admin import claim_sentences, token_sentences
from app.web.admin.claim_sentences import LONGEST_VALUE, one_line

STEPS: dict[str, LazyString] = {
    "authorize": _("The application sends the browser here"),
    "redeem": _("The application exchanges the code for tokens"),
    "own": _("The application asks for a token of its own"),
    "id_token": _("The application checks the ID token"),
    "userinfo": _("The application asks about the person"),
    "refresh": _("The application refreshes its tokens"),
    "introspect": _("The application asks whether the token lives"),
    "revoke": _("The application gives the token back"),
}
PARAMETERS: dict[str, LazyString] = {
    "response_type": _("What it wants back: a code."),
    "client_id": _("Which application asks."),
    "redirect_uri": _("Where the answer goes. It has to be registered, to the last character."),
    "scope": _("What it asks for."),
    "state": _("Comes back as it is, so that the application knows its own request again."),
    "nonce": _("Comes back in the ID token, for the same reason."),
    "code_challenge": _("The hash of a secret: only who has the secret can redeem the code."),
    "code_challenge_method": _("How it is hashed."),
    "code_verifier": _("The secret behind the hash."),
    "grant_type": _("What is exchanged for tokens."),
    "code": _("Works once, for a minute."),
    "iss": _("Who answers: this provider (RFC 9207)."),
    "access_token": _("Opens userinfo and APIs."),
    "refresh_token": _("Is exchanged for new tokens when these are over; each works once."),
    "id_token": _("Who has signed in, signed."),
    "token": _("The token in question."),
    "expires_in": _("How many seconds the access token lives."),
    "token_type": _("How it is sent: in the header, after the word Bearer."),
    "error": _("The registered code of the refusal."),
    "error_description": _("What was wrong."),
    "active": _("Whether it lives."),
    "kid": _("The keys that are published now."),
}
_COMPARED: dict[str, tuple[LazyString, LazyString]] = {
    "same_aud": (_("It is for this application."), _("It is for somebody else.")),
    "same_nonce": (_("The nonce is the one that was sent."), _("The nonce is another one.")),
    "same_at_hash": (
        _("It belongs to the access token that came with it."),
        _("It belongs to another access token."),
    ),
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
    reason = REASONS.get(done.refusal)
    return {
        "title": str(STEPS[done.step]),
        "method": done.method,
        "address": bench.address(done.path),
        "sent": _explained(done.sent),
        "status": done.status,
        "received": _explained(done.received),
        "milliseconds": done.milliseconds,
        "outcome": "ok" if done.worked else "refused",
        "page": done.page,
        "checks": done.checks,
        "findings": [_finding(found) for found in done.findings],
        "tokens": [
            {
                "kind": kind,
                "claims": claim_sentences.explained(claims, kind, client=client, user_id=user_id),
            }
            for kind, claims in done.tokens
        ],
        "refusal": {
            "code": done.refusal,
            "description": reason.description if reason else "",
            "fix": reason.fix if reason else "",
        }
        if done.refusal
        else None,
    }


def _explained(members: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "value": one_line(value, LONGEST_VALUE),
            "sentence": str(PARAMETERS.get(name, "")),
        }
        for name, value in members
    ]


def _finding(found: Any) -> dict[str, Any]:
    if found.code in _COMPARED:
        return {"ok": found.ok, "sentence": str(_COMPARED[found.code][0 if found.ok else 1])}
    return token_sentences.lines([found])[0]


def address(checked: Checked) -> dict[str, Any]:
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
