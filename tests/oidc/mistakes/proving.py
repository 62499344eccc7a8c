"""A client that cannot prove who it is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from app.clock import timestamp
from app.security import secrets
from app.services.clients import clients
from tests import factories
from tests.oidc.assertions import ask
from tests.oidc.conftest import Scene
from tests.oidc.mistakes.bench import Bench, Mistake, Seen
from tests.relying_party import basic
from tests.secrets_seen import remember
from tests.signing import client_key

BCRYPT = "$2b$12$KIXQ4m1f5Zc7nJb8f0d3eOe1vYx3mQ8nPp2qRr5sTt6uUv7wWx8yA"
KEY = client_key("RS256", "mine")


def _secret(change: Callable[[str], str], bench: Bench) -> Seen:
    scene = bench.scene()
    sent = remember(change(scene.rp.client_secret or ""))
    return bench.token(scene, header=basic(scene.rp.client_id, sent))


def _secret_from_the_table(bench: Bench) -> Seen:
    scene = bench.scene()
    kept = secrets.digest(scene.rp.client_secret or "")
    return bench.token(scene, header=basic(scene.rp.client_id, kept))


def _header(change: Callable[[str, str], str], bench: Bench) -> Seen:
    scene = bench.scene()
    return bench.token(scene, header=change(scene.rp.client_id, scene.rp.client_secret or ""))


def _in_base64(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def _expired(bench: Bench) -> Seen:
    scene = bench.scene()
    bench.expire_secret(scene)
    return bench.token(scene, header=basic(scene.rp.client_id, scene.rp.client_secret or ""))


def _revoked(bench: Bench) -> Seen:
    scene = bench.scene()
    row = clients.get(scene.rp.client_id)
    remember(clients.add_secret(row))
    clients.revoke_secret(row, row.secrets[0].id)
    bench.db.session.commit()
    return bench.token(scene, header=basic(scene.rp.client_id, scene.rp.client_secret or ""))


def _turned_off(bench: Bench) -> Seen:
    scene = bench.scene()
    form = {"grant_type": "refresh_token", "refresh_token": scene.tokens()["refresh_token"]}
    bench.turn_off(scene)
    return bench.answered(scene.rp.call(scene.rp.endpoint("token"), form))


def _form(fields: Callable[[Scene], dict[str, str]], bench: Bench) -> Seen:
    scene = bench.scene()
    return bench.token(scene, **fields(scene))


def _both(bench: Bench) -> Seen:
    scene = bench.scene()
    header = basic(scene.rp.client_id, scene.rp.client_secret or "")
    return bench.token(scene, header=header, client_secret=scene.rp.client_secret or "")


def _signed(changes: dict[str, Any], bench: Bench) -> Seen:
    changes = dict(changes)
    signs = changes.pop("key", KEY)
    moved = {
        name: timestamp() + value if name in TIMES else value for name, value in changes.items()
    }
    return bench.answered(ask(_signer(bench), signs, **moved))


TIMES = ("exp", "iat", "nbf")


def _signer(bench: Bench, **members: Any) -> Any:
    members = {"token_endpoint_auth_method": "private_key_jwt", "jwks": KEY.jwks, **members}
    return bench.make_rp(factories.client("machine", scope="a", **members))


def _signed_twice(bench: Bench) -> Seen:
    rp = _signer(bench)
    ask(rp, KEY, jti="the-same-again-and-again")
    return bench.answered(ask(rp, KEY, jti="the-same-again-and-again"))


def _wrong_algorithm(bench: Bench) -> Seen:
    rp = _signer(bench, token_endpoint_auth_signing_alg="ES256")
    return bench.answered(ask(rp, KEY))


def _signed_though_secret(bench: Bench) -> Seen:
    return bench.answered(ask(bench.make_rp(factories.client("machine")), KEY))


MISTAKES = [
    Mistake(
        "no credentials", partial(_form, lambda _: {}), "client_authentication_missing", joins=True
    ),
    Mistake(
        "client_id alone",
        partial(_form, lambda scene: {"client_id": scene.rp.client_id}),
        "client_method_keyless",
        joins=True,
    ),
    Mistake(
        "secret in the body, registered for the header",
        partial(
            _form,
            lambda scene: {
                "client_id": scene.rp.client_id,
                "client_secret": scene.rp.client_secret or "",
            },
        ),
        "client_method_wrong",
        joins=True,
    ),
    Mistake("both methods at once", _both, "client_authentication_twice", joins=True),
    Mistake(
        "secret of nobody",
        partial(_secret, lambda _: "correct-horse-battery-staple"),
        "client_secret_wrong",
        joins=True,
    ),
    Mistake("secret expired", _expired, "client_secret_expired", joins=True),
    Mistake("secret revoked", _revoked, "client_secret_revoked", joins=True),
    Mistake(
        "secret as bcrypt", partial(_secret, lambda _: BCRYPT), "client_secret_hashed", joins=True
    ),
    Mistake(
        "secret as SHA-256",
        partial(_secret, lambda secret: hashlib.sha256(secret.encode()).hexdigest()),
        "client_secret_hashed",
        joins=True,
    ),
    Mistake("secret as we keep it", _secret_from_the_table, "client_secret_hashed", joins=True),
    Mistake(
        "secret with a line end",
        partial(_secret, "{}\n".format),
        "client_secret_untrimmed",
        joins=True,
    ),
    Mistake(
        "secret in quotation marks",
        partial(_secret, '"{}"'.format),
        "client_secret_untrimmed",
        joins=True,
    ),
    Mistake(
        "half of the secret",
        partial(_secret, lambda secret: secret[:30]),
        "client_secret_cut",
        joins=True,
    ),
    Mistake(
        "secret without its prefix",
        partial(_secret, lambda secret: secret.removeprefix("swx_cs_")),
        "client_secret_cut",
        joins=True,
    ),
    Mistake(
        "ID and secret swapped",
        partial(_header, lambda client_id, secret: basic(secret, client_id)),
        "client_halves_swapped",
        joins=True,
    ),
    Mistake(
        "Basic without base64",
        partial(_header, lambda client_id, secret: f"Basic {client_id}:{secret}"),
        "basic_header_malformed",
        joins=True,
    ),
    Mistake(
        "Basic without a colon",
        partial(_header, lambda client_id, _: _in_base64(client_id)),
        "basic_header_malformed",
        joins=True,
    ),
    Mistake(
        "Bearer with the secret",
        partial(_header, lambda _, secret: f"Bearer {secret}"),
        "basic_header_malformed",
        joins=True,
    ),
    Mistake(
        "client_id of elsewhere",
        partial(_header, lambda _, secret: basic("other", secret)),
        "client_unknown",
        joins=True,
    ),
    Mistake("application turned off", _turned_off, "client_turned_off", joins=True),
    Mistake(
        "assertion for another audience",
        partial(_signed, {"aud": "https://other.example"}),
        "client_assertion_audience",
    ),
    Mistake(
        "clock of the client is behind",
        partial(_signed, {"iat": -900, "nbf": -900, "exp": -600}),
        "client_assertion_expired",
        says="clock",
    ),
    Mistake(
        "clock of the client is ahead",
        partial(_signed, {"iat": 900, "nbf": 900, "exp": 960}),
        "client_assertion_expired",
        says="clock",
    ),
    Mistake(
        "assertion of an unknown key",
        partial(_signed, {"key": client_key("RS256", "new")}),
        "client_assertion_key_unknown",
    ),
    Mistake(
        "assertion under a borrowed kid",
        partial(_signed, {"key": client_key("RS256", "new"), "kid": "mine"}),
        "client_assertion_signature_wrong",
    ),
    Mistake("assertion of another algorithm", _wrong_algorithm, "client_assertion_algorithm"),
    Mistake(
        "assertion of another kind",
        partial(_signed, {"typ": "dpop+jwt"}),
        "client_assertion_other_kind",
    ),
    Mistake(
        "assertion issued by a name",
        partial(_signed, {"iss": "photo-box"}),
        "client_assertion_subject",
    ),
    Mistake(
        "assertion without jti", partial(_signed, {"jti": None}), "client_assertion_jti_missing"
    ),
    Mistake("assertion used twice", _signed_twice, "client_assertion_used"),
    Mistake("assertion of a client with a secret", _signed_though_secret, "client_method_wrong"),
]
