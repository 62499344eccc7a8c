"""The members of a registration, and what each may be by itself.

Names are those of RFC 7591 and OIDC Registration; policy members, which only an administrator may
set, stand apart at the end. What they mean for each other is in client_rules.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from app.security import jwks as key_sets
from app.security import uris
from app.settings import LONGEST_OF_ONE_CLIENT

AuthMethod = Literal[
    "client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "none"
]
GrantType = Literal[
    "authorization_code", "implicit", "refresh_token", "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
]  # fmt: skip
ResponseType = Literal[
    "code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"
]
SigningAlg = Literal["RS256", "ES256", "EdDSA", "PS256"]
ClientSigningAlg = Literal["RS256", "PS256", "ES256", "EdDSA", "HS256"]
EncryptionAlg = Literal[
    "RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW",
    "dir", "A128KW", "A256KW",
]  # fmt: skip
ContentEncryption = Literal["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"]

#: The grant type of what has no browser of its own (RFC 8628 §3.4).
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
MOST_URIS = 50
LONGEST_NAME = 60
LONGEST_ENTRY = 254
TEN_YEARS = 315_360_000
LONGEST_CONSENT_DAYS = 3650
LONGEST_SCOPE = 1000
LONGEST_ACCESS_SECONDS = int(LONGEST_OF_ONE_CLIENT.total_seconds())
DEFAULT_SCOPE = "openid profile email offline_access"
POLICY = frozenset(
    {
        "trusted",
        "required_scopes",
        "consent_days",
        "require_second_step",
        "security_profile",
        "pkce_required",
        "introspects",
        "audience",
        "access_token_format",
        "access_token_lifetime",
    }
)


class ClientMetadata(BaseModel):
    """What a client registers (RFC 7591 §2, OIDC Registration §2), and our policy for it."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=False)

    client_name: str = Field(min_length=1, max_length=LONGEST_NAME)
    application_type: Literal["web", "native"] = "web"
    redirect_uris: list[str] = Field(default_factory=list, max_length=MOST_URIS)
    post_logout_redirect_uris: list[str] = Field(default_factory=list, max_length=MOST_URIS)
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    grant_types: list[GrantType] = Field(["authorization_code"], min_length=1)
    response_types: list[ResponseType] = ["code"]
    scope: str = Field(DEFAULT_SCOPE, max_length=LONGEST_SCOPE)
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    #: None: any of those we know, for this and for request objects.
    token_endpoint_auth_signing_alg: ClientSigningAlg | None = None
    request_object_signing_alg: ClientSigningAlg | None = None
    request_object_encryption_alg: EncryptionAlg | None = None
    request_object_encryption_enc: ContentEncryption | None = None
    request_uris: list[str] = Field(default_factory=list, max_length=MOST_URIS)
    subject_type: Literal["public", "pairwise"] = "public"
    sector_identifier_uri: str = ""
    id_token_signed_response_alg: SigningAlg = "RS256"
    #: None: it is signed and not encrypted.
    id_token_encrypted_response_alg: EncryptionAlg | None = None
    id_token_encrypted_response_enc: ContentEncryption | None = None
    #: None: userinfo is plain JSON.
    userinfo_signed_response_alg: SigningAlg | None = None
    userinfo_encrypted_response_alg: EncryptionAlg | None = None
    userinfo_encrypted_response_enc: ContentEncryption | None = None
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str = ""
    frontchannel_logout_session_required: bool = False
    initiate_login_uri: str = ""
    default_acr_values: list[str] = Field(default_factory=list, max_length=10)
    default_max_age: int | None = Field(None, ge=0, le=TEN_YEARS)
    require_auth_time: bool = False
    client_uri: str = ""
    logo_uri: str = ""
    software_id: str = Field("", max_length=LONGEST_ENTRY)
    software_version: str = Field("", max_length=LONGEST_ENTRY)
    policy_uri: str = ""
    tos_uri: str = ""
    contacts: list[str] = Field(default_factory=list, max_length=10)

    #: Policy: consent is not asked for.
    trusted: bool = False
    #: Policy: scopes that nobody can leave out and still use it; openid is one without being named.
    required_scopes: list[str] = Field(default_factory=list, max_length=LONGEST_SCOPE)
    #: Policy: days after which people are asked again; None: what they allow has no end.
    consent_days: int | None = Field(None, ge=1, le=LONGEST_CONSENT_DAYS)
    #: Policy: nobody gets in with one step alone, whatever the client asks for.
    require_second_step: bool = False
    #: Policy: `strict` wants PKCE, and our issuer as the audience of what the client signs.
    security_profile: Literal["standard", "strict"] = "standard"
    pkce_required: bool = True
    #: Policy: an API that may introspect the tokens of other clients.
    introspects: bool = False
    #: Policy: resource servers its access tokens are for, beside our own userinfo.
    audience: list[str] = Field(default_factory=list, max_length=10)
    access_token_format: Literal["jwt", "opaque"] = "jwt"
    #: Policy: seconds; None is the provider's own.
    access_token_lifetime: int | None = Field(None, ge=60, le=LONGEST_ACCESS_SECONDS)

    @field_validator("client_name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if not name.strip() or not name.isprintable():  # bidi overrides could forge our own words
            message = "Use a name of one line, in plain letters."
            raise ValueError(message)
        return name.strip()

    @field_validator("scope")
    @classmethod
    def _scope_tokens(cls, scope: str) -> str:
        if not all(sign.isascii() and sign.isprintable() and sign not in '"\\' for sign in scope):
            message = "Scopes are words of plain ASCII, separated by spaces."
            raise ValueError(message)
        return " ".join(dict.fromkeys(scope.split()))

    @field_validator("client_uri", "policy_uri", "tos_uri", "logo_uri", "jwks_uri")
    @classmethod
    def _links(cls, uri: str) -> str:
        fault = uris.web_fault(uri) if uri else None
        if fault:
            raise ValueError(fault)
        return uri

    @field_validator("initiate_login_uri", "sector_identifier_uri")
    @classmethod
    def _secure_links(cls, uri: str) -> str:
        if uri and not uri.startswith("https://"):  # OIDC Registration §2: it MUST be https
            message = "Use an https address."
            raise ValueError(message)
        return cls._links(uri)

    @field_validator("request_uris")
    @classmethod
    def _request_objects(cls, addresses: list[str]) -> list[str]:
        for uri in addresses:
            cls._secure_links(uri.partition("#")[0])  # §6.2: a fragment tells versions apart
            if not uri.isascii() or len(uri) > uris.LONGEST_URI:
                message = f"Use plain ASCII, {uris.LONGEST_URI} characters at most."
                raise ValueError(message)
        return addresses

    @field_validator("backchannel_logout_uri", "frontchannel_logout_uri")
    @classmethod
    def _told_at(cls, uri: str) -> str:
        fault = uris.redirect_fault(uri, native=False) if uri else None
        if fault:
            raise ValueError(fault)
        return uri

    @field_validator("jwks")
    @classmethod
    def _keys(cls, jwks: dict[str, Any] | None) -> dict[str, Any] | None:
        fault = key_sets.fault(jwks) if jwks is not None else None
        if fault:
            raise ValueError(fault)
        return jwks

    @field_validator("software_id", "software_version")
    @classmethod
    def _printable(cls, text: str) -> str:
        if not text.isprintable():
            message = "Use one line of plain characters."
            raise ValueError(message)
        return text

    @field_validator("contacts", "audience", "default_acr_values")
    @classmethod
    def _entries(cls, entries: list[str]) -> list[str]:
        for entry in entries:
            if not entry or len(entry) > LONGEST_ENTRY or " " in entry or not entry.isprintable():
                message = f"Use words of at most {LONGEST_ENTRY} characters, without spaces."
                raise ValueError(message)
        return entries

    @field_validator("response_types", mode="before")
    @classmethod
    def _in_our_order(cls, sent: Any) -> Any:
        """Order the words of each: theirs has no meaning (Multiple Response Types §3)."""
        if not isinstance(sent, list):
            return sent
        return [" ".join(sorted(one.split())) if isinstance(one, str) else one for one in sent]

    @field_validator("redirect_uris", "post_logout_redirect_uris")
    @classmethod
    def _addresses(cls, addresses: list[str], info: ValidationInfo) -> list[str]:
        native = info.data.get("application_type") == "native"
        for uri in addresses:
            fault = uris.redirect_fault(uri, native=native)
            if fault:
                message = f"{uri[:200]}: {fault}"
                raise ValueError(message)
        if len(set(addresses)) < len(addresses):
            message = "The same address stands there twice."
            raise ValueError(message)
        return addresses
