"""An authorization request in plain words: what each parameter is for, and what may be wrong."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.oidc.inspection import Finding
from app.web.admin.claim_sentences import LONGEST_VALUE, one_line

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
    "prompt": _("What the person must see: none at all, the sign-in, the consent, the accounts."),
    "max_age": _("For how many seconds a sign-in counts; an older one is asked for again."),
    "acr_values": _("How surely the person should be known, the best first."),
    "login_hint": _("Whom the application thinks it is: an address to fill in."),
    "claims": _("Single claims, asked for by name."),
    "ui_locales": _("Which languages the pages should speak, the best first."),
    "response_mode": _("How the answer comes back: in the address, or in a form."),
    "id_token_hint": _("An older ID token: says who is meant."),
    "claims_locales": _("In which languages claims are wanted."),
    "display": _("What kind of page is wanted; this provider has one for all."),
    "request": _("The request once more, signed (RFC 9101)."),
    "request_uri": _("Where the signed request is kept (RFC 9101)."),
}
#: What a habit is worth: the words where it is right, and where it is not.
_LINT: dict[str, tuple[LazyString | None, LazyString]] = {
    "wrong_place": (None, _("It does not go to the authorization endpoint of this provider.")),
    "client_named": (
        _("The client ID is the one of this application."),
        _("The client ID is not the one of this application."),
    ),
    "redirect_registered": (
        _("The redirect address is registered."),
        _("The redirect address is not registered. Every character has to be the same."),
    ),
    "state_missing": (
        None,
        _("state is missing: somebody could have this browser finish a sign-in of theirs (CSRF)."),
    ),
    "state_random": (
        _("state looks random."),
        _("state looks constant. Make a new random one for every request."),
    ),
    "nonce_missing": (
        None,
        _("nonce is missing: an ID token that was stolen elsewhere could be put in."),
    ),
    "nonce_random": (
        _("nonce looks random."),
        _("nonce looks constant. Make a new random one for every request."),
    ),
    "state_is_nonce": (
        None,
        _("state and nonce are the same: who sees one knows the other. Make two."),
    ),
    "challenge": (
        None,
        _("code_challenge is missing: a stolen code could be redeemed. Use PKCE (RFC 7636)."),
    ),
    "challenge_needed": (
        None,
        _("code_challenge is missing: without a secret the application cannot do without PKCE."),
    ),
    "challenge_hashed": (
        _("The code is bound to a hashed secret (PKCE)."),
        _("code_challenge_method has to be S256: a plain challenge is the secret itself."),
    ),
    "asks_for_code": (
        _("It asks for a code."),
        _("It asks for more than a code: tokens in addresses end up in histories and logs."),
    ),
    "asks_who": (
        _("It asks who signs in (openid)."),
        _("The scope openid is missing: there will be no ID token."),
    ),
    "scope_registered": (None, _("The application may not ask for these scopes.")),
    "prompts_always": (
        None,
        _("prompt is sent with it: if that is in every request, everybody is asked every time."),
    ),
    "claims_readable": (None, _("claims is no JSON object.")),
    "repeated": (None, _("Sent more than once, which is refused.")),
    "secret_told": (
        None,
        _("A secret stands in the address: it stays in histories and logs. Change it."),
    ),
    "strange": (None, _("Nobody here knows these parameters. A typing mistake?")),
}


def explained(members: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Return a line for each parameter: `name`, `value`, and in `sentence` what it is for."""
    return [
        {
            "name": one_line(name, LONGEST_VALUE),
            "value": one_line(value, LONGEST_VALUE),
            "sentence": str(PARAMETERS.get(name, "")),
        }
        for name, value in members
    ]


def lint_lines(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return what was found in a request in words, each with what it was found in."""
    return [
        {
            "ok": found.ok,
            "sentence": str(_LINT[found.code][0 if found.ok else 1]),
            "detail": "" if found.ok else one_line(found.detail, LONGEST_VALUE),
        }
        for found in findings
    ]
