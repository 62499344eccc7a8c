"""Texts that are written in one place and translated in another, where they are shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 (the name by which translators' tools find marked text)
    """Mark a text for translators."""
    return text
