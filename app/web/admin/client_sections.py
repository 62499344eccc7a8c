"""The sections of an application's form: each field stands in one of them."""

from __future__ import annotations

from flask_babel import gettext as _

from app.web.admin.client_fields import Section
from app.web.admin.client_form import CUSTOM, TOKENS, ClientForm

#: A section without fields of its own: the template shows the way to the preview there.
CONSENT = "consent"


def sections(form: ClientForm) -> list[Section]:
    """Return the sections of the form: id, title, introduction, the fields that it has."""
    return [
        (number, title, intro, [name for name in fields if name in form])
        for number, title, intro, fields in (*_first(), *_then())
    ]


def _first() -> list[Section]:
    return [
        (
            "basics",
            _("Basics"),
            _("What people see."),
            ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts"],
        ),
        (
            "addresses",
            _("Sign-in addresses"),
            "",
            [
                "redirect_uris",
                "post_logout_redirect_uris",
                "initiate_login_uri",
                "application_type",
            ],
        ),
        ("permissions", _("Permissions"), "", ["scope", CUSTOM, "trusted", "require_second_step"]),
        (
            CONSENT,
            _("Consent preview"),
            _("What people are asked before the application learns anything about them."),
            [],
        ),
        ("tokens", _("Tokens"), "", list(TOKENS)),
    ]


def _then() -> list[Section]:
    return [
        (
            "keys",
            _("Keys and authentication"),
            _("How it proves itself, and how people get there."),
            [
                "token_endpoint_auth_method",
                "token_endpoint_auth_signing_alg",
                "jwks_uri",
                "jwks",
                "grant_types",
                "pkce_required",
                "introspects",
            ],
        ),
        (
            "logout",
            _("Signing out"),
            _("How it learns that somebody has signed out here."),
            ["backchannel_logout_uri", "frontchannel_logout_uri"],
        ),
        (
            "advanced",
            _("Advanced"),
            _("Signed requests, privacy and encryption. Most applications leave this as it is."),
            [
                "security_profile",
                "request_uris",
                "request_object_signing_alg",
                "subject_type",
                "sector_identifier_uri",
                "id_token_encrypted_response_alg",
                "id_token_encrypted_response_enc",
                "userinfo_signed_response_alg",
                "userinfo_encrypted_response_alg",
                "userinfo_encrypted_response_enc",
            ],
        ),
    ]
