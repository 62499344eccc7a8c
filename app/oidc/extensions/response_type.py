"""Response types: what an authorization response carries (OAuth 2.0 Multiple Response Types).

All but `code` send tokens through the browser, which RFC 9700 §2.1.2 advises against; they exist
for clients that cannot change, behind SEALWAX_LEGACY_RESPONSE_TYPES.
"""

from __future__ import annotations

from app.settings import Settings

CODE = "code"
LEGACY = ("id_token", "id_token token", "code id_token", "code token", "code id_token token")


def supported(settings: Settings) -> tuple[str, ...]:
    """Return the response types of this deployment, as discovery lists them."""
    return (CODE, *LEGACY) if settings.legacy_response_types else (CODE,)


def canonical(sent: str) -> str:
    """Return the words in our order: theirs has no meaning (Multiple Response Types §3)."""
    return " ".join(sorted(sent.split()))


def default_mode(response_type: str) -> str:
    """Return how it travels unless asked otherwise; tokens never in the query (§5)."""
    return "fragment" if response_type in LEGACY else "query"
