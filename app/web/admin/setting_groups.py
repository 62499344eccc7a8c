"""The settings of the environment in groups, by what they decide (ux.md 2.22)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

#: The anchor of a group, what it is called, and its settings; each setting is in one of them.
GROUPS: tuple[tuple[str, LazyString, tuple[str, ...]], ...] = (
    (
        "of-the-service",
        _("The service"),
        (
            "issuer",
            "service_name",
            "support_contact",
            "privacy_url",
            "terms_url",
            "terms_version",
        ),
    ),
    (
        "of-sign-in",
        _("Sign-in"),
        ("sign_in", "confirm_at_sign_in", "interaction_lifetime", "scopes_start"),
    ),
    ("of-passwords", _("Passwords"), ("password_length", "leaked_passwords_file")),
    ("of-second-step", _("Second step"), ("second_step",)),
    (
        "of-sign-up",
        _("Sign-up"),
        ("sign_up", "sign_up_domains", "sign_up_names", "sign_up_asks", "invitation_lifetime"),
    ),
    (
        "of-sessions",
        _("Sessions"),
        (
            "session_idle",
            "session_lifetime",
            "strong_session_idle",
            "strong_session_lifetime",
            "keep_signed_in",
            "kept_session_idle",
            "kept_session_lifetime",
            "sessions_per_user",
            "admin_idle",
            "admin_lifetime",
            "session_iframe",
        ),
    ),
    (
        "of-tokens",
        _("Tokens and keys"),
        (
            "code_lifetime",
            "access_token_lifetime",
            "id_token_lifetime",
            "refresh_idle",
            "refresh_lifetime",
            "refresh_retry",
            "key_rotation",
            "key_publication",
            "legacy_response_types",
        ),
    ),
    (
        "of-registration",
        _("Registration of applications"),
        ("registration", "registration_unused"),
    ),
    ("of-privacy", _("What is kept"), ("attempts_kept", "deletion_grace")),
    ("of-mail", _("Mail"), ("mail_url", "mail_from", "mail_folder")),
    (
        "of-requests",
        _("Requests of ours"),
        ("fetch_private_hosts", "fetch_ca_file"),
    ),
    (
        "of-the-server",
        _("The server"),
        (
            "host",
            "port",
            "tls_certificate",
            "tls_key",
            "trusted_proxies",
            "allowed_hosts",
            "workers",
            "threads",
            "pin_workers",
            "run_jobs",
            "access_log",
            "log_level",
            "database_url",
            "secret_key",
            "encryption_key",
        ),
    ),
)


def grouped(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups with their settings: `id`, `title`, `rows`; rows as they are given."""
    known = {row["name"]: row for row in rows}
    return [
        {"id": anchor, "title": title, "rows": [known[name] for name in names]}
        for anchor, title, names in GROUPS
    ]
