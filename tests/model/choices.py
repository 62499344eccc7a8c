"""Choices: what an act is drawn from."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from app.services.authorization.levels import MFA

#: The terms that everybody has to agree to; a nickname is needed as well.
VERSION = "2026-11"
BROWSERS = st.sampled_from((0, 1))
#: The guest is there once an invitation was accepted; until then it is Jane who acts.
PEOPLE = st.sampled_from(("jane", "jane", "joe", "joe", "guest"))
APPS = st.sampled_from(("plain", "step", "essential"))
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})
WISHES = st.sampled_from(
    (
        {},
        {},
        {"prompt": "login"},
        {"prompt": "none"},
        {"prompt": "consent"},
        {"prompt": "select_account"},
        {"prompt": "login consent"},
        {"max_age": "60"},
        {"max_age": "0"},
        {"acr_values": MFA},
    )
)
PATHS = st.sampled_from(
    (
        "/account/",
        "/account/security",
        "/account/second-step",
        "/account/second-step/off",
        "/login/sign-in",
        "/login/second-step",
        "/login/recovery-code",
        "/login/enrol",
        "/login/second-step?again=yes",
        "/login/sign-in?again=yes",
        "/login/sign-out",
        "/login/select-account",
        "/login/link",
        "/login/join",
        "/account/passkeys",
        "/account/emails",
        "/account/upstreams",
    )
)
