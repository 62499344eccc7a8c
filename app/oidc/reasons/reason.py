"""What a reason to refuse is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to refuse.

    `code` is ours and stable; `error` is the registered error code; `description` is plain ASCII
    without quotes or backslashes (RFC 6749 §5.2); `fix` tells the client's developer what to do.
    """

    code: str
    error: str
    description: str
    fix: str
    status: int = 400
