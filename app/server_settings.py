"""Settings of the service and its server: who it is, where it listens, how it sends mail."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from app.named_files import FromEnvironment
from app.setting_types import Names, Secrets


class ServerSettings(FromEnvironment):
    """The first part of the settings; `app.settings` goes on with what people and tokens do."""

    issuer: str = Field(
        description="The issuer: the public address of this provider, without a trailing slash. "
        "Every URL, token and mail is built from it, never from a request."
    )
    database_url: str = Field(
        "sqlite:///sealwax.db",
        description="SQLAlchemy URL: `sqlite:///file.db` (a relative path starts in `instance/`) "
        "or `postgresql+psycopg://user@host/name`.",
    )
    secret_key: Secrets = Field(
        description="Signs form tokens and mailed codes, and hides what tries are counted by. "
        "Secrets of 32+ characters, separated by commas: the first is used. Another first voids "
        "open forms and codes on their way, and forgets the counts; passkeys asked for under the "
        "others are taken."
    )
    encryption_key: Secrets = Field(
        description="Encrypts what the database must not show: private keys, secrets that sign, "
        "keys of authenticator apps, secrets at other providers; mails, files and forms that wait. "
        "Signs the audit log. Several separated by commas: the first encrypts, all decrypt. Losing "
        "it means losing those."
    )
    service_name: str = Field("Sealwax", description="The name people see on pages and in mails.")
    support_contact: str = Field("", description="Mail address or URL shown where help is offered.")
    privacy_url: str = Field("", description="Privacy page linked in the footer.")
    terms_url: str = Field("", description="Terms page linked in the footer.")
    terms_version: str = Field(
        "",
        max_length=60,
        pattern=r"^[\w.-]*$",
        description="A word for the terms as they are now, such as `2026-11`: people agree to them "
        "by a tick or a button, which is recorded; after another word they are asked anew.",
    )

    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on.")
    tls_certificate: str = Field(
        "", description="PEM file of the server's certificate; empty: a proxy in front does TLS."
    )
    tls_key: str = Field("", description="PEM file of the certificate's key.")
    workers: int = Field(2, ge=1, le=64, description="Worker processes.")
    threads: int = Field(
        0,
        ge=0,
        le=64,
        description="Threads that run the requests of programs in each worker. 0 chooses: 2 with "
        "SQLite, whose writers wait for one another, 4 with PostgreSQL.",
    )
    pin_workers: bool = Field(
        default=True,
        description="Where there are as many workers as processors (Linux), each stays on one of "
        "its own: up to a sixth more refreshes a second, a tenth fewer answers of discovery. "
        "Switch it off where another busy program does the same.",
    )
    run_jobs: bool = Field(
        default=True,
        description="`flask serve` also sends mail and cleans up. Switch it off where "
        "`flask job run --forever` does that as a service of its own.",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=8, description="Reverse proxies in front whose X-Forwarded-For is believed."
    )
    allowed_hosts: Names = Field(
        (), description="Host names answered besides the issuer's own, such as an internal one."
    )
    access_log: bool = Field(default=True, description="Write one line for each request.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe level that is logged."
    )

    mail_url: SecretStr = Field(
        SecretStr(""),
        description="`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Empty: mail is "
        "written to the mail folder, which a loopback issuer shows at `/dev/mail`.",
    )
    mail_from: str = Field("Sealwax <no-reply@localhost>", description="Sender of every mail.")
    mail_folder: str = Field("instance/mail", description="Where mail goes without a mail server.")
