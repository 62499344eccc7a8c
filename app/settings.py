"""Settings: everything a deployment decides, read from `SEALWAX_*` once, at start.

Secrets may come from a file named by `SEALWAX_<NAME>_FILE`. All faults are reported at once and
the process refuses to start. Only this module and the one for its files read the environment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from flask import current_app
from pydantic import Field, model_validator

from app import named_files, setting_types
from app.server_settings import ServerSettings
from app.setting_types import LOOPBACK_HOSTS, Names, PasswordLength

#: The longest that a session of one step may go without a sign-in (security.md SE03).
LONGEST_KEPT = timedelta(days=30)
#: The longest lifetime of access tokens that one client may be given (client_schema).
LONGEST_OF_ONE_CLIENT = timedelta(hours=1)


class Settings(ServerSettings):
    """What a deployment decides. Durations are ISO 8601 (`PT10M`, `P90D`) or seconds."""

    registration: Literal["closed", "token", "open"] = Field(
        "closed",
        description="May applications register themselves at `/register` (RFC 7591)? `token`: with "
        "an initial access token. `open`: anybody; such applications are shown as unverified.",
    )
    registration_unused: timedelta = Field(
        timedelta(days=30),
        description="A self-registered application that is not used for this long is deleted.",
    )
    legacy_response_types: bool = Field(
        default=False,
        description="Offer the implicit and hybrid flows to applications registered for them. "
        "RFC 9700 advises against them: tokens travel through the browser.",
    )

    session_iframe: bool = Field(
        default=False,
        description="Offer the session iframe (OIDC Session Management): applications may ask the "
        "browser whether somebody is still signed in. It needs a third-party cookie.",
    )
    fetch_private_hosts: Names = Field(
        (),
        description="Host names that requests of ours may reach although their addresses are "
        "private: a test rig, or applications in an internal network. They speak https; plain http "
        "works only for localhost.",
    )
    fetch_ca_file: str = Field(
        "", description="PEM file of certificate authorities that requests of ours trust as well."
    )

    sign_up: Literal["open", "closed", "domains"] = Field(
        "open",
        description="May strangers make accounts? `domains`: with an address of these domains.",
    )
    sign_up_domains: Names = Field(
        (), description="Such as `example.org, *.example.org`; the second is its subdomains alone."
    )
    sign_up_names: Literal["optional", "required"] = Field(
        "optional",
        description="What a new account asks for as a name. `optional`: the whole of it, which may "
        "stay empty; `required`: first and last name.",
    )
    sign_up_asks: Names = Field(
        (),
        description="Claims that a page after the sign-up asks for, such as `birthdate, "
        "phone_number*, country`; one with a star cannot be left out, and whoever has an account "
        "already is asked for it at the next sign-in.",
    )
    invitation_lifetime: timedelta = Field(
        timedelta(days=7), description="How long the link in an invitation works."
    )
    deletion_grace: timedelta = Field(
        timedelta(days=14), description="An account is deleted so long after it was asked for."
    )
    password_length: PasswordLength = Field(
        0,
        description="Shortest password accepted, 8 to 64. 0 chooses: 15, or 8 where everyone has a "
        "second step.",
    )
    leaked_passwords_file: str = Field(
        "",
        description="A filter of leaked passwords beside the one that comes along, made with "
        "`flask --app wsgi passwords build-filter`.",
    )
    second_step: Literal["", "optional", "admins", "everyone"] = Field(
        "",
        description="Who has to have a second step, such as the code of an authenticator app. "
        "Empty: `admins`; `optional` where the issuer is a loopback address.",
    )
    sign_in: Literal["combined", "identifier-first"] = Field(
        "combined",
        description="`combined`: address and password on one page. `identifier-first`: the address "
        "first, the password on the next page. That is also on where email domains are mapped to "
        "another provider.",
    )
    confirm_at_sign_in: Literal["", "on", "off"] = Field(
        "",
        description="Whoever signs in with a password, and whose address nobody has confirmed, "
        "types a mailed code first; `off` where no mail can be sent. Empty: `on`; `off` where the "
        "issuer is a loopback address.",
    )
    scopes_start: Literal["usual", "on", "off"] = Field(
        "usual",
        description="Consent page: which optional permissions start ticked. `usual`: all but "
        "address and phone number; `off`: none, as a strict reading of data protection law has "
        "it; `on`: all, for test rigs that only press Allow.",
    )

    interaction_lifetime: timedelta = Field(
        timedelta(minutes=60), description="How long a sign-in request waits for its person."
    )
    session_idle: timedelta = Field(
        timedelta(days=7), description="A session that one step opened ends when unused so long."
    )
    session_lifetime: timedelta = Field(
        timedelta(days=30), description="Such a session never lives longer."
    )
    strong_session_idle: timedelta = Field(
        timedelta(hours=1), description="The same where a passkey, or two steps, opened it."
    )
    strong_session_lifetime: timedelta = Field(
        timedelta(days=1), description="Such a session never lives longer."
    )
    keep_signed_in: bool = Field(
        default=False,
        description="Offer `Keep me signed in on this device` at the sign-in, unticked. Ticked, "
        "the session outlives the browser's closing, and lives by the next two settings.",
    )
    kept_session_idle: timedelta = Field(
        LONGEST_KEPT,
        gt=timedelta(0),
        le=LONGEST_KEPT,
        description="A kept session that one step opened ends when unused so long; 30 days at "
        "most.",
    )
    kept_session_lifetime: timedelta = Field(
        LONGEST_KEPT,
        gt=timedelta(0),
        le=LONGEST_KEPT,
        description="Such a session never lives longer. Where a passkey, or two steps, opened it, "
        "the shorter times of strong sessions stay.",
    )
    sessions_per_user: int = Field(
        100,
        ge=1,
        le=10_000,
        description="Sessions of one person at once; past it, the quarter unused longest ends.",
    )
    admin_idle: timedelta = Field(
        timedelta(minutes=15), description="The administration asks again when unused so long."
    )
    admin_lifetime: timedelta = Field(
        timedelta(hours=12), description="It asks again so long after a sign-in, too."
    )
    code_lifetime: timedelta = Field(
        timedelta(seconds=60), description="Lifetime of an authorization code."
    )
    access_token_lifetime: timedelta = Field(
        timedelta(minutes=10), description="Lifetime of an access token unless its client differs."
    )
    id_token_lifetime: timedelta = Field(
        timedelta(minutes=10), description="Lifetime of an ID token."
    )
    refresh_idle: timedelta = Field(
        timedelta(days=14), description="A refresh token unused for this long expires."
    )
    refresh_lifetime: timedelta = Field(
        timedelta(days=90), description="A family of refresh tokens never lives longer."
    )
    refresh_retry: timedelta = Field(
        timedelta(seconds=10),
        description="A client that lost the answer of a rotation gets the same answer again "
        "within this time; zero switches that off.",
    )
    key_rotation: timedelta = Field(
        timedelta(days=90), description="How long a signing key signs before the next takes over."
    )
    key_publication: timedelta = Field(
        timedelta(days=1), description="How long a key is published before it signs."
    )
    attempts_kept: timedelta = Field(
        timedelta(days=30), description="How long traces of sign-in attempts are kept."
    )

    @model_validator(mode="before")
    @classmethod
    def _split_names(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in ("allowed_hosts", "fetch_private_hosts", "sign_up_domains", "sign_up_asks"):
            if name in values:
                values[name] = setting_types.names(values[name])
        return values

    @model_validator(mode="after")
    def _check_issuer(self) -> Settings:
        setting_types.check_issuer(self.issuer)
        setting_types.check_domains(self.sign_up, self.sign_up_domains)
        setting_types.check_asked(self.sign_up_asks)
        return self

    @property
    def is_secure(self) -> bool:
        """Tell whether the issuer is https, and cookies can carry the __Host- prefix."""
        return self.issuer.startswith("https://")

    @property
    def is_local(self) -> bool:
        """Tell whether the issuer is on a loopback address: somebody's own machine."""
        return urlsplit(self.issuer).hostname in LOOPBACK_HOSTS

    @property
    def second_step_policy(self) -> Literal["optional", "admins", "everyone"]:
        """Return who has to have a second step."""
        return self.second_step or ("optional" if self.is_local else "admins")

    @property
    def confirms_at_sign_in(self) -> bool:
        """Tell whether an address that nobody has confirmed is confirmed at the sign-in."""
        return self.confirm_at_sign_in == "on" or not (self.confirm_at_sign_in or self.is_local)

    @property
    def shortest_password(self) -> int:
        """Return how long a password has to be: longer where nothing stands beside it (PW01)."""
        return self.password_length or (8 if self.second_step_policy == "everyone" else 15)

    @property
    def longest_access_token(self) -> timedelta:
        """Return the longest that any access token lives, whatever its client was given."""
        return max(self.access_token_lifetime, LONGEST_OF_ONE_CLIENT)

    @property
    def threads_used(self) -> int:
        """Return the number of threads that run the requests of programs in each worker."""
        return self.threads or (2 if self.database_url.startswith("sqlite") else 4)

    @property
    def hosts(self) -> frozenset[str]:
        """Return every value of the Host header that is answered, lower case."""
        parts = urlsplit(self.issuer)
        names = {parts.netloc.lower(), *(name.lower() for name in self.allowed_hosts)}
        if self.is_local:
            port = f":{parts.port}" if parts.port else ""
            names |= {f"localhost{port}", f"127.0.0.1{port}", f"[::1]{port}"}
        return frozenset(names)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Return the signing secrets, the one in use first."""
        return tuple(part.strip() for part in self.secret_key.get_secret_value().split(","))

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """Return the encryption secrets, the one in use first."""
        return tuple(part.strip() for part in self.encryption_key.get_secret_value().split(","))


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsRefused: names every fault at once.
    """
    return named_files.read(Settings)


class _Current:
    """Those of the current application; one step where a LocalProxy takes two."""

    def __getattr__(self, name: str) -> object:
        return getattr(current_app.extensions["sealwax.settings"], name)


settings = cast("Settings", _Current())
