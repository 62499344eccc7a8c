"""Codes of an authenticator app, against the vectors of RFC 6238."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.security import totp
from tests.secrets_seen import remember

SEED = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 6, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds, code):
    """RFC 6238 Appendix B, SHA-1: the last six of its eight digits."""
    moment = datetime.fromtimestamp(seconds, UTC)

    assert totp.code_at(SEED, totp.step_at(moment)) == code


@pytest.mark.parametrize(
    ("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_one_step_of_drift_is_allowed(steps, fits):
    """RFC 6238 §5.2, security.md MF02: one step to each side, no more."""
    here = totp.step_at(NOON)

    found = totp.matching_step(SEED, totp.code_at(SEED, here + steps), NOON)

    assert found == (here + steps if fits else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\ud800"])
def test_what_is_no_code_fits_nothing(typed):
    assert totp.matching_step(SEED, typed, NOON) is None


def test_seed_has_160_bits_of_key_and_text():
    """RFC 4226 §4 R6."""
    one = totp.seed_of("key", "text")

    assert one == totp.seed_of("key", "text")
    assert one not in {totp.seed_of("key", "words"), totp.seed_of("lock", "text")}
    assert len(base64.b32decode(one)) * 8 == 160


def test_picture_says_what_apps_read():
    address = urlsplit(totp.uri(remember(SEED), account="jane@people.example", issuer="Example ID"))

    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/Example%20ID:jane%40people.example"
    assert parse_qs(address.query) == {"secret": [SEED], "issuer": ["Example ID"]}


def test_seconds_within_a_step_show_one_code():
    steps = {totp.step_at(NOON.replace(second=0) + timedelta(seconds=at)) for at in range(30)}

    assert len(steps) == 1
