"""Client authentication: one method a request, the registered one, strictly read."""

from __future__ import annotations

import base64

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from app.models import Attempt
from app.services.clients import clients
from tests import factories
from tests.oidc.conftest import error_of
from tests.relying_party import basic

BODY = {"grant_type": "client_credentials"}


@pytest.fixture
def rp(db, make_rp):
    return make_rp(factories.client("machine", scope="a"))


def post(rp, *, header: str | None = None, **fields: str):
    headers = {"Authorization": header} if header is not None else {}
    return rp.transport.send("POST", rp.endpoint("token"), headers=headers, form={**BODY, **fields})


def encoded(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode("latin-1")).decode()


def test_registered_method_is_accepted(rp) -> None:
    """RFC 6749 §2.3.1."""
    assert rp.client_credentials().status == 200


def test_both_halves_of_basic_are_form_url_decoded(rp) -> None:
    """RFC 6749 §2.3.1: encoded with application/x-www-form-urlencoded first."""
    every = "".join(f"%{ord(sign):02x}" for sign in rp.client_id)
    assert post(rp, header=encoded(f"{every}:{rp.client_secret}")).status == 200


def test_post_client_authenticates_in_the_body(db, make_rp) -> None:
    """RFC 6749 §2.3.1: client_secret_post, and for such a client nothing else."""
    made = factories.client("machine", token_endpoint_auth_method="client_secret_post")
    rp = make_rp(made, auth_method="client_secret_post")

    assert rp.client_credentials().status == 200
    refused = rp.call(rp.endpoint("token"), dict(BODY), auth="client_secret_basic")
    assert error_of(refused, 401) == "invalid_client"


def test_two_methods_at_once_are_refused(rp) -> None:
    """RFC 6749 §2.3: MUST NOT use more than one method in each request."""
    header = basic(rp.client_id, rp.client_secret)
    answer = post(rp, header=header, client_id=rp.client_id, client_secret=rp.client_secret)

    assert error_of(answer) == "invalid_request"


def test_confidential_client_cannot_drop_its_secret(rp) -> None:
    """security.md TE03."""
    assert error_of(post(rp, client_id=rp.client_id), 401) == "invalid_client"


def test_public_client_gains_nothing_by_a_secret(make_scene) -> None:
    """security.md TE03: it has none."""
    rp = make_scene("spa").rp
    answer = post(rp, header=basic(rp.client_id, "anything"))

    assert error_of(answer, 401) == "invalid_client"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YQ",
        "Bearer x",
        "Digest username=a",
        encoded("no-colon"),
        encoded(":"),
        encoded("a:"),
        encoded(":b"),
        encoded("\xff\xfe:\xff"),
        encoded("%ff:%ff"),
        encoded("a\x00b:c"),
        encoded("%00:%00"),
        encoded("x" * 3000 + ":y"),
        "Basic " + "A" * 9000,
        "basic\t" + "QTpC",
        "\xff",
    ],
)
def test_broken_header_is_a_401_and_never_a_500(rp, header: str) -> None:
    """security.md TE05: strict parsing; RFC 6749 §5.2 wants the challenge."""
    answer = post(rp, header=header)

    assert error_of(answer, 401) == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_secret_in_the_wrong_place_is_not_kept(rp, db: SQLAlchemy) -> None:
    """security.md TE07: whoever reads the attempts must not learn a secret from a mistake."""
    swapped = {"client_id": rp.client_secret, "client_secret": rp.client_id}
    answers = [
        post(rp, header=basic(rp.client_secret, rp.client_id)),
        post(rp, **swapped),
        post(rp, client_id=rp.client_secret),
        post(rp, header=rp.client_secret),
        post(rp, header=f"{rp.client_secret} x"),
        rp.transport.send(
            "GET", rp.endpoint("userinfo"), headers={"Authorization": f"{rp.client_secret} x"}
        ),
    ]

    assert {answer.status for answer in answers} == {401}
    kept = db.session.scalars(select(Attempt)).all()
    assert len(kept) == len(answers)
    told = " ".join(str(attempt.checks) for attempt in kept)
    assert rp.client_secret.removeprefix("swx_cs_")[:8] not in told
    assert "client_secret_basic, 50 characters, begins swx_cs_…, " in told
    assert "client_halves_swapped" in told
    assert {attempt.client_id for attempt in kept} == {""}


def test_refused_client_is_named_in_its_attempt(rp, db: SQLAlchemy) -> None:
    """ux.md 2.21: the attempts of an application are found by its ID."""
    post(rp, header=basic(rp.client_id, "wrong"))

    assert db.session.scalars(select(Attempt.client_id)).one() == rp.client_id


def test_unknown_wrong_disabled_and_revoked_look_the_same(rp, make_rp, db: SQLAlchemy) -> None:
    """security.md TE04: same status, headers and body."""
    turned_off = factories.client("machine")
    clients.turn_off(clients.get(turned_off.client_id))
    rotated = factories.client("machine")
    row = clients.get(rotated.client_id)
    clients.add_secret(row)
    clients.revoke_secret(row, row.secrets[0].id)
    db.session.commit()
    answers = [
        post(rp, header=basic("nobody", "wrong")),
        post(rp, header=basic(rp.client_id, "wrong")),
        post(rp, header=basic(turned_off.client_id, turned_off.secret)),
        post(rp, header=basic(rotated.client_id, rotated.secret)),
    ]

    assert len({answer.content for answer in answers}) == 1
    seen = {(answer.status, answer.headers["www-authenticate"]) for answer in answers}
    assert len(seen) == 1


def test_two_secrets_work_while_one_is_replaced(rp, db: SQLAlchemy) -> None:
    """security.md TE07: rotation without a gap."""
    row = clients.get(rp.client_id)
    second = clients.add_secret(row)
    db.session.commit()

    assert post(rp, header=basic(rp.client_id, rp.client_secret)).status == 200
    assert post(rp, header=basic(rp.client_id, second)).status == 200


@pytest.mark.parametrize("path", ["token", "introspection", "revocation"])
def test_parameters_in_the_url_are_refused(rp, path: str) -> None:
    """RFC 6749 §3.2: security.md TE02, for the grant type, the token and the secret alike."""
    header = {"Authorization": basic(rp.client_id, rp.client_secret)}
    url = f"{rp.endpoint(path)}?grant_type=client_credentials&token=x"
    answer = rp.transport.send("POST", url, headers=header, form={})

    assert error_of(answer) == "invalid_request"


def test_repeated_parameters_are_refused(rp) -> None:
    """RFC 6749 §3.2: MUST NOT be included more than once."""
    header = {"Authorization": basic(rp.client_id, rp.client_secret)}
    pairs = [("grant_type", "client_credentials"), ("scope", "a"), ("scope", "b")]
    answer = rp.transport.send("POST", rp.endpoint("token"), headers=header, form=pairs)

    assert error_of(answer) == "invalid_request"


@pytest.mark.parametrize("media", ["application/json", "multipart/form-data", "text/plain", ""])
def test_only_forms_are_read(rp, media: str) -> None:
    """security.md TE01."""
    headers = {"Authorization": basic(rp.client_id, rp.client_secret), "Content-Type": media}
    answer = rp.transport.send(
        "POST", rp.endpoint("token"), headers=headers, content=b"grant_type=client_credentials"
    )

    assert error_of(answer) == "invalid_request"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_only_post_is_answered(rp, method: str) -> None:
    """RFC 6749 §3.2: 405, and which method is right."""
    answer = rp.transport.send(method, rp.endpoint("token"))

    assert answer.status == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("body", [b"%ff=1", b"grant_type=%c0%80", b"\xff\xfe", b"a" * 200_000])
def test_bytes_that_are_no_text_are_a_400(rp, body: bytes) -> None:
    """issue: bad bytes are a 400, never a 500."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = rp.transport.send("POST", rp.endpoint("token"), headers=headers, content=body)

    assert error_of(answer) == "invalid_request"
