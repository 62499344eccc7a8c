"""client_secret_jwt: the one method for which a secret must be known, and is kept encrypted."""

from __future__ import annotations

import jwt
import pytest

from tests import factories
from tests.oidc.assertions import ask, refused
from tests.registrar import METADATA
from tests.relying_party import RelyingParty
from tests.signing import assertion_claims
from tests.transports import Answer


@pytest.fixture
def signing_secret(db, make_rp):
    return make_rp(
        factories.client(
            "machine", scope="photos:read", token_endpoint_auth_method="client_secret_jwt"
        )
    )


def with_secret(rp: RelyingParty, secret: str | None = None, alg: str = "HS256") -> Answer:
    claims = assertion_claims(rp.client_id, rp.issuer)
    return ask(rp, assertion=jwt.encode(claims, secret or rp.client_secret, algorithm=alg))


def test_secret_signs_for_a_client_that_asks_for_it(signing_secret):
    """OIDC Core §9, client_secret_jwt."""
    assert with_secret(signing_secret).status == 200


def test_secret_of_another_signs_nothing(signing_secret):
    assert refused(with_secret(signing_secret, "x" * 43))
    assert refused(with_secret(signing_secret, "x" * 64, alg="HS512"))


def test_secret_that_signs_is_not_sent(signing_secret):
    answer = signing_secret.call(
        signing_secret.endpoint("token"),
        {"grant_type": "client_credentials"},
        auth="client_secret_post",
    )

    assert refused(answer)


def test_only_secrets_that_sign_are_kept_and_those_encrypted(signing_secret, db):
    sealed = factories.clients.get(signing_secret.client_id).secrets[0].sealed
    assert sealed
    assert signing_secret.client_secret not in sealed

    plain = factories.client("machine", scope="a:b")
    assert plain.client.secrets[0].sealed is None


def test_secret_is_forgotten_when_it_need_not_be_known(signing_secret, db):
    client = factories.clients.get(signing_secret.client_id)

    factories.clients.update(client, {"token_endpoint_auth_method": "client_secret_basic"})
    db.session.commit()

    assert client.secrets[0].sealed is None
    signing_secret.auth_method = "client_secret_basic"
    assert signing_secret.client_credentials().status == 200


def test_client_that_changes_its_mind_gets_a_secret_it_can_use(open_to_all):
    """RFC 7592 §2.2: however often it goes back and forth."""
    made = open_to_all.register().json
    for method in ("client_secret_jwt", "client_secret_basic") * 3:
        wanted = {**METADATA, "client_id": made["client_id"], "token_endpoint_auth_method": method}
        answer = open_to_all.manage("PUT", made, wanted)

        assert answer.status == 200, answer.text
        assert ("client_secret" in answer.json) == (method == "client_secret_jwt")
