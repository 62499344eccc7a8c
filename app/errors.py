"""Business errors: facts that a rule found, with text that is safe to show.

    ProviderError
    ├── NotFound        the thing asked for does not exist (or is not yours)
    ├── Conflict        somebody else has changed or taken it
    ├── Refused         a policy says no
    ├── InvalidInput    a field holds what it may not hold
    ├── TooMany         come back after `retry_after`
    └── Unavailable     we cannot do it now; nothing was changed

Names say the fact, leaves that only one service raises live beside it. `public` may be
shown to anybody; `detail` goes to the log and to attempts.
"""

from __future__ import annotations

from datetime import timedelta


class ProviderError(Exception):
    """A fact that stops the current act."""

    public = "This can't be done."

    def __init__(self, public: str | None = None, *, detail: str = "") -> None:
        self.public = public or self.public
        self.detail = detail
        super().__init__(detail or self.public)


class NotFound(ProviderError):
    """The thing asked for does not exist, or not for whoever asks."""

    public = "We can't find that."


class Conflict(ProviderError):
    """Somebody else has changed it or taken it meanwhile."""

    public = "This was changed in the meantime. Look at it again."


class Refused(ProviderError):
    """A policy says no."""

    public = "This isn't allowed."


class InvalidInput(ProviderError):
    """A field holds what it may not hold."""

    def __init__(self, field: str, public: str, *, detail: str = "") -> None:
        self.field = field
        super().__init__(public, detail=detail)


class TooMany(ProviderError):
    """Tried too often; `retry_after` says when the next try counts."""

    public = "Too many tries."

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__()


class Unavailable(ProviderError):
    """We cannot do it now and have changed nothing; the caller may try again."""

    public = "We can't do this right now. Try again in a moment."
