"""The technical sections of an application's page: tokens, keys, sign-out, and the rest."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from app.oidc import client_assertion, request_object
from app.security import jose, jwe
from app.services.clients.client_schema import DEVICE_CODE
from app.web.admin.client_fields import (
    ChosenField,
    JsonField,
    LinesField,
    SecondsField,
    TicksField,
    WordField,
    choices,
)
from app.web.admin.client_form import SectionForm

_ASSERTIONS = [alg for known in client_assertion.ALGORITHMS.values() for alg in known]


class Tokens(SectionForm):
    """What its tokens are like."""

    section = "tokens"
    title = _("Tokens")

    id_token_signed_response_alg = SelectField(
        _("Signature of ID tokens"),
        choices=choices(*((alg, alg) for alg in jose.ALGORITHMS)),
    )
    access_token_format = SelectField(
        _("Access tokens"),
        choices=choices(
            ("jwt", _("JWT: APIs check it themselves")),
            ("opaque", _("Opaque: APIs ask here each time")),
        ),
    )
    access_token_lifetime = SecondsField(
        _("Lifetime of access tokens"),
        [Optional()],
        description=_("In seconds, 60 to 3600. Empty: the setting of this service."),
    )
    audience = LinesField(
        _("APIs"), description=_("Addresses its access tokens are for, one a line.")
    )
    default_max_age = SecondsField(
        _("Longest time since sign-in"),
        [Optional()],
        description=_("In seconds; people who signed in longer ago do so again. Empty: no limit."),
    )
    require_auth_time = BooleanField(
        _("Always say when they signed in"), description=_("ID tokens carry auth_time.")
    )


class Keys(SectionForm):
    """How it proves itself."""

    section = "keys"
    title = _("Keys and authentication")
    intro = _("How it proves itself, and how people get there.")

    token_endpoint_auth_method = SelectField(
        _("How it proves itself"),
        choices=choices(
            ("client_secret_basic", _("Secret in the header")),
            ("client_secret_post", _("Secret in the form")),
            ("private_key_jwt", _("Signature with a key of its own")),
            ("client_secret_jwt", _("Signature with the secret, which we keep encrypted")),
            ("none", _("No secret: it runs on people's devices")),
        ),
        description=_("Changing to no secret removes its secrets."),
    )
    token_endpoint_auth_signing_alg = ChosenField(
        _("Signature it proves itself with"), _ASSERTIONS, _("Any")
    )
    jwks_uri = WordField(
        _("Address of its keys"), description=_("Fetched again when it signs with a new key.")
    )
    jwks = JsonField(
        _("Its keys"), description=_("A JWK Set of public keys, instead of an address.")
    )
    grant_types = TicksField(
        _("Ways to get tokens"),
        choices=choices(
            ("authorization_code", _("A person signs in")),
            ("refresh_token", _("Stay signed in with refresh tokens")),
            (DEVICE_CODE, _("A person types the code of a device")),
            ("client_credentials", _("For itself, without a person")),
        ),
    )
    pkce_required = BooleanField(
        _("PKCE is required"),
        description=_("Leave it on unless the application cannot do it."),
    )
    introspects = BooleanField(
        _("May introspect"), description=_("An API that asks whether tokens are good.")
    )


class Logout(SectionForm):
    """How it is told of sign-outs."""

    section = "logout"
    title = _("Signing out")
    intro = _("How it learns that somebody has signed out here.")

    backchannel_logout_uri = WordField(
        _("Where it is told of sign-outs"),
        description=_("We post a signed notice there, again and again for a day if need be."),
    )
    frontchannel_logout_uri = WordField(
        _("Page that signs out in the browser"),
        description=_("Loaded in a hidden frame; it has the host of a redirect address."),
    )


class Advanced(SectionForm):
    """What most applications leave as it is."""

    section = "advanced"
    title = _("Advanced")
    intro = _("Signed requests, privacy and encryption. Most applications leave this as it is.")

    security_profile = SelectField(
        _("Security profile"),
        choices=choices(("standard", _("Standard")), ("strict", _("Strict"))),
        description=_("Strict: PKCE always, and what it signs names this service alone."),
    )
    request_uris = LinesField(
        _("Addresses of request objects"), description=_("One a line, with their fragments.")
    )
    request_object_signing_alg = ChosenField(
        _("Signature of request objects"), request_object.ALGORITHMS, _("Any of its keys")
    )
    subject_type = SelectField(
        _("IDs of people"),
        choices=choices(
            ("public", _("The same for every application")),
            ("pairwise", _("Its own: nobody can compare")),
        ),
        description=_("Changing it makes everybody a stranger to the application."),
    )
    sector_identifier_uri = WordField(
        _("Sector"), description=_("A list of addresses whose applications share IDs.")
    )
    id_token_encrypted_response_alg = ChosenField(
        _("Encryption of ID tokens"), jwe.ALGORITHMS, _("Not encrypted")
    )
    id_token_encrypted_response_enc = ChosenField(_("Cipher of ID tokens"), jwe.CONTENT, _("Usual"))
    userinfo_signed_response_alg = ChosenField(
        _("Signature of userinfo"), jose.ALGORITHMS, _("Plain JSON")
    )
    userinfo_encrypted_response_alg = ChosenField(
        _("Encryption of userinfo"), jwe.ALGORITHMS, _("Not encrypted")
    )
    userinfo_encrypted_response_enc = ChosenField(_("Cipher of userinfo"), jwe.CONTENT, _("Usual"))
