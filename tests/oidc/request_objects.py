"""Requests whose parameters stand in a JWT that the client signs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import jwt

from tests.oidc.conftest import Scene
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.signing import client_key

RIG = client_key("RS256", "rig")
RESPONSE = ("client_id", "response_type")


def packed(rp: RelyingParty, key: Any = RIG, **changes: Any) -> dict[str, str]:
    """Return an authorization request whose parameters stand in a request object.

    `inside` and `outside` add and change parameters at their places, `header` to the JOSE header;
    None leaves one out.
    """
    inside, outside = changes.pop("inside", {}), changes.pop("outside", {})
    header = changes.pop("header", {})
    parameters = rp.request(**changes)
    claims = {**parameters, "iss": rp.client_id, "aud": rp.issuer, **inside}
    claims = {name: value for name, value in claims.items() if value is not None}
    kept = {name: parameters[name] for name in RESPONSE} | {"scope": "openid"}
    signed = key.sign(claims, **header) if key else jwt.encode(claims, None, algorithm="none")
    sent = {**kept, "request": remember(signed), **outside}
    return {name: value for name, value in sent.items() if value is not None}


def send(scene: Scene, parameters: dict[str, str]) -> Scene:
    encoded = urlencode(parameters, quote_via=quote)
    scene.browser.open(f"{scene.rp.endpoint('authorization')}?{encoded}")
    return scene


def error(scene: Scene, parameters: dict[str, str]) -> str:
    return send(scene, parameters).rp.callback(scene.browser).error


def code(scene: Scene, parameters: dict[str, str]) -> str:
    return send(scene, parameters).rp.callback(scene.browser).code
