"""Addresses as proxies write them."""

from __future__ import annotations

import pytest

from app.security import uris


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:51812", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("", ""),
    ],
)
def test_port_is_not_part_of_an_address(written: str, address: str) -> None:
    """security.md LG09: otherwise everybody behind such a proxy shares one count."""
    assert uris.without_port(written) == address
