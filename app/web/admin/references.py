"""References of sign-ins, as people type them."""

from __future__ import annotations


def written(typed: str) -> str:
    """Return a reference as we write them, however it was typed."""
    letters = "".join(sign for sign in typed.upper() if sign.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else typed.upper()
