"""Who may make an account: everybody, people with addresses of some domains, or nobody."""

from __future__ import annotations

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from app.errors import InvalidInput
from app.services.people import accounts
from app.services.upkeep import branding
from app.settings import settings


def are_taken() -> bool:
    """Tell whether strangers may make accounts at all."""
    return settings.sign_up != "closed"


def check_domain(email: str) -> None:
    """Refuse addresses of other domains than the ones that may sign up, known or not.

    Domains are compared as accounts are: exactly, whatever the capitals and the script.

    Raises:
        InvalidInput: says which addresses may.
    """
    if settings.sign_up != "domains":
        return
    domain = accounts.key_of(email).rpartition("@")[2]
    if not any(_covers(wanted, domain) for wanted in settings.sign_up_domains):
        raise InvalidInput("email", _which_may())


def _covers(wanted: str, domain: str) -> bool:
    named = accounts.key_of(f"@{wanted.removeprefix('*.')}").removeprefix("@")
    # The dot is part of it: `evilexample.org` is no subdomain of `example.org`.
    return domain.endswith(f".{named}") if wanted.startswith("*.") else domain == named


def endings() -> str:
    """Return what addresses that may sign up end in, for people to read; empty when any may."""
    if settings.sign_up != "domains":
        return ""
    shown = [
        one.removeprefix("*") if one.startswith("*") else f"@{one}"
        for one in settings.sign_up_domains
    ]
    return format_list(shown, style="or", locale=get_locale())


def _which_may() -> str:
    words = str(_("Use an address that ends in %(domains)s.", domains=endings()))
    invited = str(_("Other accounts are by invitation."))
    contact = branding.current().support_contact
    asked = str(_("Ask %(contact)s.", contact=contact)) if contact else ""
    return " ".join(filter(None, (words, invited, asked)))
