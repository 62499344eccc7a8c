"""The one schema of a client: admin form, CLI, import and RFC 7591 all pass through here.

Member names are those of RFC 7591 and OIDC Registration; policy members, which only an
administrator may set, stand apart at the end.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.errors import InvalidInput
from app.security import uris

Kind = Literal["web", "spa", "native", "machine"]
AuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]
GrantType = Literal["authorization_code", "implicit", "refresh_token", "client_credentials"]
ResponseType = Literal[
    "code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"
]
SigningAlg = Literal["RS256", "ES256", "EdDSA"]

MOST_URIS = 50
LONGEST_NAME = 60
LONGEST_ENTRY = 254
TEN_YEARS = 315_360_000
LONGEST_SCOPE = 1000
DEFAULT_SCOPE = "openid profile email offline_access"
POLICY = frozenset(
    {
        "trusted",
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
    id_token_signed_response_alg: SigningAlg = "RS256"
    initiate_login_uri: str = ""
    #: None: userinfo is plain JSON.
    userinfo_signed_response_alg: SigningAlg | None = None
    default_max_age: int | None = Field(None, ge=0, le=TEN_YEARS)
    require_auth_time: bool = False
    client_uri: str = ""
    software_id: str = Field("", max_length=LONGEST_ENTRY)
    software_version: str = Field("", max_length=LONGEST_ENTRY)
    policy_uri: str = ""
    tos_uri: str = ""
    contacts: list[str] = Field(default_factory=list, max_length=10)

    #: Policy: consent is not asked for.
    trusted: bool = False
    pkce_required: bool = True
    #: Policy: an API that may introspect the tokens of other clients.
    introspects: bool = False
    #: Policy: resource servers its access tokens are for, beside our own userinfo.
    audience: list[str] = Field(default_factory=list, max_length=10)
    access_token_format: Literal["jwt", "opaque"] = "jwt"
    #: Policy: seconds; None is the provider's own.
    access_token_lifetime: int | None = Field(None, ge=60, le=3600)

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

    @field_validator("client_uri", "policy_uri", "tos_uri")
    @classmethod
    def _links(cls, uri: str) -> str:
        fault = uris.web_fault(uri) if uri else None
        if fault:
            raise ValueError(fault)
        return uri

    @field_validator("initiate_login_uri")
    @classmethod
    def _secure_links(cls, uri: str) -> str:
        if uri and not uri.startswith("https://"):  # OIDC Registration §2: it MUST be https
            message = "Use an https address."
            raise ValueError(message)
        return cls._links(uri)

    @field_validator("software_id", "software_version")
    @classmethod
    def _printable(cls, text: str) -> str:
        if not text.isprintable():
            message = "Use one line of plain characters."
            raise ValueError(message)
        return text

    @field_validator("contacts", "audience")
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

    @model_validator(mode="after")
    def _fits_together(self) -> ClientMetadata:
        if not {"authorization_code", "implicit"}.intersection(self.grant_types):
            self.response_types = []
        elif not self.redirect_uris:
            raise InvalidInput("redirect_uris", "Give at least one redirect address.")
        # They must agree (OIDC Registration §2); libraries forget `implicit` for hybrid flows.
        for response_type in self.response_types:
            missing = _grants_of(response_type).difference(self.grant_types)
            self.grant_types = [*self.grant_types, *sorted(missing)]
        if self.token_endpoint_auth_method != "none":
            return self
        if "client_credentials" in self.grant_types:  # RFC 6749 §4.4: confidential clients only
            message = "Only an application that keeps a secret can get tokens for itself."
            raise InvalidInput("grant_types", message)
        self.pkce_required = True  # a public client has nothing else to prove itself with
        self.introspects = False
        return self


def _grants_of(response_type: str) -> set[GrantType]:
    """Return the grant types that a response type uses."""
    words = response_type.split()
    grants: set[GrantType] = {"authorization_code"} if "code" in words else set()
    return grants if words == ["code"] else {*grants, "implicit"}


#: What the kind of an application decides; everything else has the schema's defaults.
KINDS: dict[Kind, dict[str, Any]] = {
    "web": {
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
    },
    "spa": {
        "application_type": "web",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    },
    "native": {
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    },
    "machine": {
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"],
        "scope": "",
    },
}


def kind_of(registration: dict[str, Any]) -> Kind:
    """Return the kind a registration amounts to, for its badge in lists."""
    if not registration["response_types"]:
        return "machine"
    if registration["application_type"] == "native":
        return "native"
    return "spa" if registration["token_endpoint_auth_method"] == "none" else "web"


def validate(members: dict[str, Any]) -> ClientMetadata:
    """Return the metadata, complete with defaults.

    Raises:
        InvalidInput: names the first member that may not be so, and says why.
    """
    try:
        return ClientMetadata.model_validate(members)
    except ValidationError as refused:
        fault = refused.errors(include_input=False, include_url=False)[0]
        raise InvalidInput(str(fault["loc"][0]), _words(fault["type"], fault)) from None


#: What pydantic itself finds, by its name for it, in the words of our pages.
_WORDS = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_too_long": "Use {max_length} characters or fewer.",
    "too_long": "Give {max_length} or fewer.",
    "too_short": "Choose at least one.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than_equal": "Give {le} or less.",
    "literal_error": "Choose one of: {expected}.",
    "int_parsing": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "int_type": "Give a whole number.",
    "bool_type": "Give true or false.",
    "bool_parsing": "Give true or false.",
    "list_type": "Give a list.",
    "string_type": "Give text.",
}


def _words(kind: str, fault: Any) -> str:
    words = _WORDS.get(kind)
    if words is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return words.format(**fault.get("ctx", {}))
