"""An authorization request that asks for what it cannot have."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.models import Client
from app.services.authorization import consents
from app.services.clients import clients
from tests.oidc.mistakes.bench import Bench, Mistake, Seen
from tests.oidc.request_objects import RIG, packed, send
from tests.signing import client_key

LONG_AGO = 1_000_000_000


def _shown(changes: dict[str, Any], bench: Bench) -> Seen:
    return bench.page(bench.scene(), **changes)


def _back(changes: dict[str, Any], bench: Bench) -> Seen:
    return bench.back(bench.scene(), **changes)


def _turned_off(bench: Bench) -> Seen:
    scene = bench.scene()
    bench.turn_off(scene)
    return bench.page(scene)


def _no_grant(bench: Bench) -> Seen:
    scene = bench.scene()
    row: Client = clients.get(scene.rp.client_id)
    row.registration = {**row.registration, "response_types": []}
    clients.turn_on(row)
    bench.db.session.commit()
    return bench.back(scene)


def _nobody(bench: Bench) -> Seen:
    scene = bench.scene()
    scene.browser.jar.clear()
    return bench.back(scene, prompt="none")


def _no_consent(bench: Bench) -> Seen:
    return bench.back(bench.scene(allowed=""), prompt="none")


def _left_out(bench: Bench) -> Seen:
    scene = bench.scene(allowed="openid", scope="openid email", required_scopes=["email"])
    consents.remember(scene.person.id, scene.registered.client, asked=["email"], allowed=[])
    bench.db.session.commit()
    return bench.back(scene, scope="openid email", prompt="none")


def _too_old(bench: Bench) -> Seen:
    scene = bench.scene()
    bench.clock.move(hours=1)
    return bench.back(scene, prompt="none", max_age="60")


def _cancelled(bench: Bench) -> Seen:
    scene = bench.scene(allowed="")
    scene.rp.authorize(scene.browser)
    scene.browser.deny()
    return bench.returned(scene)


def _packed(key: Any, places: dict[str, Any], bench: Bench) -> Seen:
    scene = bench.scene(jwks=RIG.jwks)
    return bench.returned(send(scene, _beside(scene, packed(scene.rp, key, **places))))


def _beside(scene: Any, parameters: dict[str, str]) -> dict[str, str]:
    """Put beside a bad request object what the client can be told by."""
    sent = scene.rp.sent.parameters
    return {**parameters, **{name: sent[name] for name in ("redirect_uri", "state")}}


def _request_uri(bench: Bench) -> Seen:
    scene = bench.scene(request_uris=["https://rp.example/request.jwt"])
    elsewhere = {"request_uri": "https://rp.example/request.jwt/", "request": None}
    parameters = packed(scene.rp, outside=elsewhere)
    return bench.returned(send(scene, _beside(scene, parameters)))


MISTAKES = [
    Mistake("no client_id", partial(_shown, {"client_id": None}), "client_id_missing"),
    Mistake("client_id of elsewhere", partial(_shown, {"client_id": "other"}), "client_unknown"),
    Mistake("application turned off", _turned_off, "client_turned_off"),
    Mistake("no response_type", partial(_back, {"response_type": None}), "response_type_missing"),
    Mistake(
        "implicit flow", partial(_back, {"response_type": "token"}), "response_type_unsupported"
    ),
    Mistake("response type not allowed", _no_grant, "response_type_not_allowed"),
    Mistake(
        "response mode unknown", partial(_back, {"response_mode": "x"}), "response_mode_unsupported"
    ),
    Mistake("no scope", partial(_back, {"scope": None}), "scope_missing"),
    Mistake("unknown scope", partial(_back, {"scope": "photos:write"}), "scope_not_allowed"),
    Mistake(
        "PKCE missing",
        partial(_back, {"code_challenge": None, "code_challenge_method": None}),
        "code_challenge_missing",
        says="PKCE",
    ),
    Mistake(
        "PKCE plain",
        partial(_back, {"code_challenge_method": "plain"}),
        "code_challenge_method_unsupported",
        says="S256",
    ),
    Mistake(
        "PKCE without a method",
        partial(_back, {"code_challenge_method": None}),
        "code_challenge_method_unsupported",
    ),
    Mistake(
        "PKCE challenge in hexadecimal",
        partial(_back, {"code_challenge": "ab" * 32}),
        "code_challenge_malformed",
    ),
    Mistake("prompt unknown", partial(_back, {"prompt": "always"}), "prompt_unsupported"),
    Mistake(
        "prompt none and login", partial(_back, {"prompt": "none login"}), "prompt_unsupported"
    ),
    Mistake("max_age in words", partial(_back, {"max_age": "1h"}), "max_age_malformed"),
    Mistake("claims that are no JSON", partial(_back, {"claims": "email"}), "claims_malformed"),
    Mistake(
        "a hint that is no token",
        partial(_back, {"id_token_hint": "jane"}),
        "id_token_hint_unusable",
    ),
    Mistake(
        "registration in the request",
        partial(_back, {"registration": "{}"}),
        "registration_unsupported",
    ),
    Mistake("endless state", partial(_back, {"state": "x" * 5_000}), "parameter_too_long"),
    Mistake("silent without a session", _nobody, "no_session"),
    Mistake("silent without consent", _no_consent, "consent_missing"),
    Mistake("silent without what is required", _left_out, "scope_needed"),
    Mistake("silent and too long ago", _too_old, "session_too_old"),
    Mistake("the person cancelled", _cancelled, "consent_refused"),
    Mistake("request object unsigned", partial(_packed, None, {}), "request_object_unsigned"),
    Mistake(
        "request object of another key",
        partial(_packed, client_key("RS256", "other"), {}),
        "request_object_key_unknown",
    ),
    Mistake(
        "request object of another kind",
        partial(_packed, RIG, {"header": {"typ": "at+jwt"}}),
        "request_object_other_kind",
    ),
    Mistake(
        "request object expired",
        partial(_packed, RIG, {"inside": {"exp": LONG_AGO}}),
        "request_object_expired",
    ),
    Mistake(
        "request object for another provider",
        partial(_packed, RIG, {"inside": {"aud": "https://other.example"}}),
        "request_object_not_for_us",
    ),
    Mistake(
        "request object of another client",
        partial(_packed, RIG, {"inside": {"client_id": "other"}}),
        "request_object_differs",
    ),
    Mistake("request_uri with a slash", _request_uri, "request_uri_unregistered"),
]
