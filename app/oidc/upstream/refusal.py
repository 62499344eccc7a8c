"""What stops a sign-in with another provider."""

from __future__ import annotations

from app.oidc.reasons import Refusal


class UpstreamRefusal(Refusal):
    """The provider, or what came from it, cannot be believed; said on a page of ours."""


class Declined(Exception):
    """The person has cancelled at the other provider: nothing is wrong."""
