"""Add the people of files that were too long to be added while somebody waited."""

from __future__ import annotations

from app.database import commit
from app.services.people import imports
from app.settings import settings

#: The page that takes the link; jobs know no routes.
PAGE = "/login/reset"
#: What is added while somebody waits for the page, and in one round: mails and notices of
#: sign-outs wait for their turn behind it.
BITS_AT_ONCE = 5


def add() -> None:
    """Go on with each import a little; several processes may do this at once."""
    for handle in imports.unfinished():
        add_some(handle)


def add_some(handle: str) -> None:
    """Add as much as somebody can wait for: most files are short, and done then."""
    for _ in range(BITS_AT_ONCE):
        more = imports.add_bit(handle, link=address_of)
        commit()
        if not more:
            return


def address_of(token: str) -> str:
    """Return the address of the link with a token."""
    return f"{settings.issuer}{PAGE}?token={token}"
