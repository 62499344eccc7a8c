"""What the checks of a pasted token found, in plain words."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.oidc.inspection import Finding, Inspection
from app.web.admin.claim_sentences import LONGEST_VALUE, one_line

#: What a check says when it passed, and when it did not.
_CHECKS: dict[str, tuple[LazyString | None, LazyString]] = {
    "too_long": (None, _("It is longer than any token of this provider.")),
    "no_token": (None, _("It is no token: not three parts with dots between, and no prefix.")),
    "unreadable": (None, _("It looks like a token, but its parts cannot be read.")),
    "encrypted": (
        None,
        _("It is encrypted for somebody else. Only who has the key can look inside."),
    ),
    "secret": (
        None,
        _("It is another secret of this provider, and no token. Change it: it has been shown."),
    ),
    "known": (
        _("This provider has issued it."),
        _("This provider does not know it: never issued, or over for so long that it is deleted."),
    ),
    "issuer": (
        _("It says that this provider issued it."),
        _("Somebody else issued it, so nothing of it is checked here."),
    ),
    "key_unknown": (None, _("It names no key of this provider: whoever made it, it was not us.")),
    "algorithm": (
        _("The algorithm is the one of the key."),
        _("The algorithm is not the one of the key: somebody has changed the header."),
    ),
    "signature": (
        _("The signature is right."),
        _("The signature is not right: it was changed, or made by somebody else."),
    ),
    "key": (
        _("The key is published."),
        _("The key is gone: whoever fetches the keys now refuses what it signed."),
    ),
    "expires": (_("Its time is not over."), _("Its time is over.")),
    "issued": (
        _("It was issued in the past."),
        _("It was issued in the future: the clocks differ."),
    ),
    "revoked": (_("It was not revoked by itself."), _("It was revoked.")),
    "rotated": (
        _("It was not used yet."),
        _("It was used: another one has taken its place. Using it again would end both."),
    ),
    "redeemed": (_("It was not used yet."), _("It was used. A code works once.")),
    "client": (
        _("The application is on."),
        _("The application is turned off, or there is none of this name any more."),
    ),
    "user": (_("The account is on."), _("The account is turned off.")),
    "user_turned_off": (None, _("The account is turned off.")),
    "session": (_("The session lives."), _("The session has ended.")),
    "session_ended": (None, _("The session it lived by has ended.")),
    "family": (_("The authorization it came from lives."), _("The authorization is over.")),
    "family_known": (
        _("The authorization it came from is known."),
        _("The authorization it came from is deleted."),
    ),
    "family_revoked": (
        None,
        _("The authorization was revoked: access was removed, or something was used twice."),
    ),
    "consent_ended": (None, _("What the person allowed has come to its end.")),
    "account_secured": (
        None,
        _("The account was secured since: a new password, second step, or sign-out everywhere."),
    ),
}
#: Why an audience would refuse it.
_REFUSALS: dict[str, LazyString] = {
    "not_alive": _("It is not alive at this provider: see the checks above."),
    "for_nobody": _("It goes to nobody but this provider. An API must never see it."),
    "audience": _("It is for somebody else: this audience is not among those it names."),
    "audience_spelled": _(
        "Its audience is spelled differently: every character has to be the same."
    ),
    "userinfo_scope": _("Userinfo wants the scope openid, and somebody signed in."),
    "no_access_token": _("It is no access token. An API must not take it (RFC 9068)."),
    "must_introspect": _(
        "It says nothing by itself: the API has to ask this provider, as an application that may "
        "look at tokens."
    ),
    "may_not_introspect": _("The application may not look at tokens of others."),
}


def lines(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the checks of a token in words, each with what it was found in."""
    return [
        {
            "ok": found.ok,
            "sentence": str(_CHECKS[found.code][0 if found.ok else 1]),
            "detail": one_line(found.detail, LONGEST_VALUE),
        }
        for found in findings
    ]


def refusals(findings: list[Finding]) -> list[dict[str, str]]:
    """Return why an audience would refuse a token."""
    return [
        {
            "sentence": str(_REFUSALS[found.code]),
            "detail": one_line(found.detail, LONGEST_VALUE),
        }
        for found in findings
    ]


def verdict(seen: Inspection) -> str:
    """Return `alive`, `dead`, or `foreign` for what cannot be judged here."""
    if seen.is_ours:
        return "alive" if seen.is_alive else "dead"
    unread = {"issuer", "encrypted"}
    return "foreign" if any(f.code in unread and not f.ok for f in seen.findings) else "dead"
