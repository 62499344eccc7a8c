"""What a reason to refuse is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Who can mend it: the application's developer, an administrator here, or who signs in.
Mender = Literal["app", "admin", "person"]
#: Places that are no member of a registration.
ACCOUNT, SECRETS, SWITCH, UPSTREAM = "account", "secrets", "switch", "upstream"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to refuse.

    `code` is ours and stable; `error` is the registered error code; `description` is plain ASCII
    without quotes or backslashes (RFC 6749 §5.2); `fix` tells who can mend it what to do.
    """

    code: str
    error: str
    description: str
    fix: str
    status: int = 400
    mender: Mender = "app"
    #: What to change: a member of the registration, a `SEALWAX_` setting, or a place named above.
    setting: str = ""
    #: The reason that answers speak of in its place, when this one is nobody's business outside.
    told: str = ""

    @property
    def advice(self) -> str:
        """Return what is wrong and how to mend it, for the developer who reads an answer."""
        return f"{self.description} {self.fix}"
