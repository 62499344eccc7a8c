"""Microsoft's issuer for every tenant: one document, one key set, an issuer for each tenant."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.models import PendingIdentity
from tests.secrets_seen import remember
from tests.upstream_host import SECRET, UpstreamHost

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
ANOTHER = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def other(remote):
    remember(SECRET)
    host = UpstreamHost(remote, path="/common/v2.0")
    host.publish(issuer=f"{remote.url}/{{tenantid}}/v2.0")
    host.bend = {"tid": TENANT, "iss": f"{remote.url}/{TENANT}/v2.0"}
    return host


@pytest.fixture
def provider(add, other):
    return add(other, kind="microsoft", trusts_email=True)


def test_the_issuer_is_that_of_the_tenant(browser, come, db, remote):
    come(browser)

    assert browser.at == "/login/join"
    row = db.session.scalars(select(PendingIdentity)).one()
    assert row.issuer == f"{remote.url}/{TENANT}/v2.0"
    assert not row.email_is_proven, "nOAuth: email_verified means nothing there"


def test_the_address_counts_where_the_tenant_owns_the_domain(browser, other, come, db):
    other.bend["xms_edov"] = True

    come(browser)

    assert db.session.scalars(select(PendingIdentity)).one().email_is_proven


@pytest.mark.parametrize(
    "bend",
    [
        {"tid": None},
        {"tid": ANOTHER},
        {"tid": "common"},
        {"tid": f"{TENANT}/../{ANOTHER}"},
        {"tid": [TENANT]},
        {"iss": "{url}/common/v2.0"},
        {"iss": "{url}/{{tenantid}}/v2.0"},
        {"iss": f"https://evil.example/{TENANT}/v2.0"},
    ],
    ids=str,
)
def test_tenant_and_issuer_must_fit(browser, other, come, reason, nothing_done, bend):
    told = {
        name: value.format(url=other.host.url) if name == "iss" else value
        for name, value in bend.items()
    }
    other.bend = {**other.bend, **told}

    come(browser)

    assert browser.status == 400
    assert reason() == "upstream_id_token_refused"
    nothing_done()


def test_a_key_of_another_tenant_signs_nothing(browser, other, come, remote, reason):
    keys = [{**other.key.public, "issuer": f"{remote.url}/{ANOTHER}/v2.0"}]
    remote.serve("/jwks", json.dumps({"keys": keys}))

    come(browser)

    assert browser.status == 400
    assert reason() == "upstream_id_token_unusable"


def test_a_key_of_every_tenant_signs(browser, other, come, remote):
    keys = [{**other.key.public, "issuer": f"{remote.url}/{{tenantid}}/v2.0"}]
    remote.serve("/jwks", json.dumps({"keys": keys}))

    come(browser)

    assert browser.at == "/login/join"
