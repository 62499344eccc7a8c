"""The checks of a trace in plain words: what each that passed has shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.web import doctor

#: Where the same check asks something else, the endpoint goes before it.
_PASSED: dict[str, LazyString] = {
    "throttle": _("There were not too many tries before."),
    "account": _("The account was found."),
    "client": _("The application has shown who it is."),
    "authorize client": _("The application is registered and turned on."),
    "redirect_uri": _("The redirect address is registered."),
    "token redirect_uri": _("The redirect address is the one that was asked for."),
    "response_type": _("What it wants back is allowed."),
    "scope": _("It asked for this:"),
    "pkce": _("The code is bound to a hashed secret (PKCE)."),
    "token pkce": _("The secret behind the hash is right (PKCE)."),
    "session": _("The person was signed in:"),
    "consent": _("The person has allowed this:"),
    "grant_type": _("What was exchanged for tokens is allowed."),
    "code": _("The code is known and fresh."),
    "device_code": _("The device is known and in time."),
    "refresh_token": _("The refresh token is known and in time."),
    "refresh_token_retried": _("The same refresh token came twice at once and got one answer."),
    "bearer": _("The access token is good."),
    "discovery": _("The other provider was reached."),
    "state": _("The answer belongs to this browser."),
    "iss": _("The right provider has answered."),
    "id_token": _("The ID token of the other provider is right."),
    "declined": _("The person cancelled at the other provider."),
    "id_token_hint": _("The ID token that came with it is ours."),
    "post_logout_redirect_uri": _("The address after sign-out is registered."),
    "registration": _("The application was registered:"),
    "request": _("The signed request is right."),
}
#: Facts that say more than the check does; the value itself is left out then.
_FACTS: dict[tuple[str, str], LazyString] = {
    ("account", "known"): _("There is an account with this address."),
    ("account", "unknown"): _("There is no account with this address."),
}


def told(endpoint: str, check: dict[str, Any]) -> dict[str, Any]:
    """Return a check with its `sentence`, with what the redirect doctor found, and `over_since`.

    `sentence` is empty for one that refused, and for one that has none.
    """
    fact = _FACTS.get((check["check"], check["sent"])) if check["ok"] else None
    over_since = check.get("over_since")
    return {
        **check,
        "sentence": str(fact) if fact else _sentence(endpoint, check),
        "sent": "" if fact else check["sent"],
        "causes": doctor.words(check.get("causes", ())),
        "compared": doctor.compared(check),
        "over_since": datetime.fromisoformat(over_since) if over_since else None,
    }


def _sentence(endpoint: str, check: dict[str, Any]) -> str:
    name = check["check"]
    found = _PASSED.get(f"{endpoint} {name}") or _PASSED.get(name)
    return str(found) if found and check["ok"] else ""
