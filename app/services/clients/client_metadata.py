"""The one door of every registration: admin form, CLI, import and RFC 7591 all pass here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from app.errors import InvalidInput
from app.services.clients import client_rules
from app.services.clients.client_schema import DEVICE_CODE, ClientMetadata

Kind = Literal["web", "spa", "native", "device", "machine"]

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
    "device": {
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE_CODE, "refresh_token"],
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
        return "device" if DEVICE_CODE in registration["grant_types"] else "machine"
    if registration["application_type"] == "native":
        return "native"
    return "spa" if registration["token_endpoint_auth_method"] == "none" else "web"


def validate(members: dict[str, Any]) -> ClientMetadata:
    """Return the metadata, complete with defaults.

    Raises:
        InvalidInput: names the first member that may not be so, and says why.
    """
    try:
        metadata = ClientMetadata.model_validate(members)
    except ValidationError as refused:
        fault = refused.errors(include_input=False, include_url=False)[0]
        raise InvalidInput(str(fault["loc"][0]), _words(fault)) from None
    client_rules.apply(metadata)
    return metadata


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
    "dict_type": "Give a JSON object.",
    "string_type": "Give text.",
}


def _words(fault: Mapping[str, Any]) -> str:
    """Return what pydantic found, in the words of our pages."""
    words = _WORDS.get(fault["type"])
    if words is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return words.format(**fault.get("ctx", {}))
