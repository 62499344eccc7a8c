"""Attempts that several pages list."""

from __future__ import annotations

from tests.gallery.people import ago

ATTEMPTS = [
    {
        "reference": "K7Q2-9FXM",
        "at": ago(minutes=4),
        "endpoint": "authorize",
        "outcome": "refused",
        "sentence": "The redirect address isn't registered.",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "",
    },
    {
        "reference": "M3TD-VV81",
        "at": ago(hours=3),
        "endpoint": "token",
        "outcome": "ok",
        "sentence": "Signed in.",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "jane@example.org",
    },
    {
        "reference": "PX55-0ABC",
        "at": ago(days=12),
        "endpoint": "authorize",
        "outcome": "waiting",
        "sentence": "Waiting for the person to sign in.",
        "client_id": "unknown-client",
        "client_name": "",
        "person": "",
    },
]
