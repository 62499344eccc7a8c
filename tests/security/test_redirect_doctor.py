"""The redirect doctor: what differs, sign by sign, and why (product.md, Twelve things 2)."""

from __future__ import annotations

import time

import pytest

from app.security import uris
from app.security.redirect_doctor import BY_ITSELF, CAUSES, by_itself, diagnose
from tests.oidc.mistakes.redirecting import LOCAL, NEARLY, REGISTERED
from tests.oidc.test_redirect_uri import MUTATIONS

KNOWN = [REGISTERED, "https://rp.example/other?tenant=a", LOCAL]


def bracketed(marks):
    """Return a text with what differs in brackets."""
    return "".join(f"[{text}]" if differs else text for text, differs in marks)


@pytest.mark.parametrize("sent", [*NEARLY, *MUTATIONS, "x" * 5_000, "//" * 900, "%" * 500])
def test_every_address_has_a_cause_and_is_shown_whole(sent):
    found = diagnose(sent, KNOWN)

    assert found.causes
    assert set(found.causes) <= set(CAUSES)
    shown = "".join(text for text, _ in found.sent_marks)
    assert shown.strip("␣") == sent.strip()
    assert "".join(text for text, _ in found.nearest_marks) == found.nearest


@pytest.mark.parametrize(
    ("sent", "mine", "registered"),
    [
        ("https://rp.example/callback/", "https://rp.example/callback[/]", REGISTERED),
        ("http://rp.example/callback", "http://rp.example/callback", "http[s]://rp.example/callback"),
        ("https://RP.example/callback", "https://[RP].example/callback", "https://[rp].example/callback"),
        ("http://localhost:8000/callback", "http://[localhost]:8000/callback",
         "http://[127.0.0.1]:8000/callback"),
        ("https://rp.example/callback ", "https://rp.example/callback[␣]", REGISTERED),
    ],
)  # fmt: skip
def test_what_differs_is_marked(sent, mine, registered):
    found = diagnose(sent, KNOWN)

    assert bracketed(found.sent_marks) == mine
    assert bracketed(found.nearest_marks) == registered


def test_every_difference_is_named():
    """A person mends all of them at once, not one after the other."""
    found = diagnose("http://rp.example:8080/callback/", KNOWN)

    assert {"proxy_http", "port", "trailing_slash"} <= set(found.causes)


def test_nothing_registered_is_said():
    assert diagnose(REGISTERED, []).causes == ("none_registered",)


@pytest.mark.parametrize("sent", NEARLY)
def test_strangers_see_what_the_address_says_of_itself(sent):
    """ux.md 2.11: never what is registered."""
    assert set(by_itself(sent)) <= BY_ITSELF
    assert set(by_itself(sent)) <= set(diagnose(sent, KNOWN).causes)


def test_explaining_takes_no_longer_for_hostile_addresses():
    """A stranger makes us do this: 50 addresses of 2,000 signs in a few milliseconds."""
    registered = [f"https://rp.example/{'a' * 1_900}{number}" for number in range(50)]

    began = time.perf_counter()
    diagnose("https://rp.example/" + "a" * (uris.LONGEST_URI - 20), registered)

    assert time.perf_counter() - began < 0.5
