"""Fields of an application that few administrators need: sign-out, keys, encryption."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice

from app.oidc import client_assertion, request_object
from app.security import jose, jwe
from app.web.unsent import KeptForm

Section = tuple[str, str, str, list[str]]


class TicksField(SelectMultipleField):
    """Any number of choices, each with a box to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class SecondsField(IntegerField):
    """A whole number of seconds."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: says what to type instead.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Type a whole number of seconds.")) from None


def choices(*rows: tuple[str, Any]) -> list[SelectChoice]:
    """Return choices of values and labels."""
    return [SelectChoice(value, label) for value, label in rows]


def _algorithms(names: Any, nothing: Any) -> list[SelectChoice]:
    """Return a choice for each algorithm, after one for none of them."""
    return choices(("", nothing), *((name, name) for name in names))


_ASSERTIONS = [alg for known in client_assertion.ALGORITHMS.values() for alg in known]


class FurtherFields(KeptForm):
    """What most applications leave as it is."""

    backchannel_logout_uri = StringField(
        _("Where it is told of sign-outs"),
        description=_("We post a signed notice there, again and again for a day if need be."),
    )
    frontchannel_logout_uri = StringField(
        _("Page that signs out in the browser"),
        description=_("Loaded in a hidden frame; it has the host of a redirect address."),
    )
    initiate_login_uri = StringField(
        _("Where a sign-in starts"),
        description=_("People open the application there from their account page."),
    )
    logo_uri = StringField(
        _("Logo"), description=_("We fetch it once and show a copy. PNG, JPEG, GIF or WebP.")
    )

    jwks_uri = StringField(
        _("Address of its keys"), description=_("Fetched again when it signs with a new key.")
    )
    jwks = TextAreaField(
        _("Its keys"), description=_("A JWK Set of public keys, instead of an address.")
    )
    token_endpoint_auth_signing_alg = SelectField(
        _("Signature it proves itself with"), choices=_algorithms(_ASSERTIONS, _("Any"))
    )
    security_profile = SelectField(
        _("Security profile"),
        choices=choices(("standard", _("Standard")), ("strict", _("Strict"))),
        description=_("Strict: PKCE always, and what it signs names this service alone."),
    )
    request_uris = TextAreaField(
        _("Addresses of request objects"), description=_("One a line, with their fragments.")
    )
    request_object_signing_alg = SelectField(
        _("Signature of request objects"),
        choices=_algorithms(request_object.ALGORITHMS, _("Any of its keys")),
    )

    subject_type = SelectField(
        _("IDs of people"),
        choices=choices(
            ("public", _("The same for every application")),
            ("pairwise", _("Its own: nobody can compare")),
        ),
        description=_("Changing it makes everybody a stranger to the application."),
    )
    sector_identifier_uri = StringField(
        _("Sector"), description=_("A list of addresses whose applications share IDs.")
    )
    id_token_encrypted_response_alg = SelectField(
        _("Encryption of ID tokens"), choices=_algorithms(jwe.ALGORITHMS, _("Not encrypted"))
    )
    id_token_encrypted_response_enc = SelectField(
        _("Cipher of ID tokens"), choices=_algorithms(jwe.CONTENT, _("Usual"))
    )
    userinfo_signed_response_alg = SelectField(
        _("Signature of userinfo"), choices=_algorithms(jose.ALGORITHMS, _("Plain JSON"))
    )
    userinfo_encrypted_response_alg = SelectField(
        _("Encryption of userinfo"), choices=_algorithms(jwe.ALGORITHMS, _("Not encrypted"))
    )
    userinfo_encrypted_response_enc = SelectField(
        _("Cipher of userinfo"), choices=_algorithms(jwe.CONTENT, _("Usual"))
    )


TEXTS = (
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "initiate_login_uri",
    "logo_uri",
    "jwks_uri",
    "sector_identifier_uri",
)
PLAIN = ("security_profile", "subject_type")
#: Members that are None when nothing is chosen.
CHOSEN = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
)
