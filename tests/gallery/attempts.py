"""Attempts that several pages list."""

from __future__ import annotations

from tests.gallery.people import ago

ATTEMPTS = [
    {
        "reference": "K7Q2-9FXM",
        "at": ago(minutes=4),
        "outcome": "refused",
        "sentence": "The redirect address isn't registered.",
        "refused": "",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "",
    },
    {
        "reference": "M3TD-VV81",
        "at": ago(hours=3),
        "outcome": "ok",
        "sentence": "Signed in.",
        "refused": "The address and the password did not match.",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "jane@example.org",
    },
    {
        "reference": "PX55-0ABC",
        "at": ago(days=12),
        "outcome": "left",
        "sentence": "The person was asked to sign in.",
        "refused": "",
        "client_id": "unknown-client",
        "client_name": "",
        "person": "",
    },
]
