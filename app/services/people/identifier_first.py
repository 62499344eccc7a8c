"""Identifier first: the sign-in asks who somebody is before how they prove it (ux.md 2.1).

Both answers come from the settings and the providers alone, never from an account: the next page
is the same whether or not there is one (security.md LG01).
"""

from __future__ import annotations

from app.services.people import upstream_domains, upstreams
from app.services.people.upstreams import Offer
from app.settings import settings


def is_on() -> bool:
    """Tell whether the address is asked for alone: by the setting, or since a domain is mapped."""
    return settings.sign_in == "identifier-first" or any(
        offer.domains for offer in upstreams.offers()
    )


def provider_of(email: str) -> Offer | None:
    """Return the provider to which the domain of an address is mapped, None for any other."""
    domain = upstream_domains.of_address(email)
    return next((offer for offer in upstreams.offers() if domain in offer.domains), None)
