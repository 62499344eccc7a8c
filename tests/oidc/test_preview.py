"""The preview tells what is issued: the same code makes both (issue 5, product.md "Twelve" 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.database import Base
from app.oidc import preview
from app.oidc.preview import CODE, DEVICE, OF_THE_MOMENT, OWN, REFRESH, WAYS, Wish
from app.oidc.reasons import Refusal
from app.services.authorization import sessions
from app.services.clients import clients
from app.services.people import groups
from tests import factories
from tests.browser import Browser, Cookie
from tests.oidc.conftest import ALL_SCOPES, OWN_SCOPE
from tests.secrets_seen import TOKEN, remember

EXAMPLES = 25
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=12)
PERSON = st.fixed_dictionaries(
    {"email_verified": st.booleans()},
    optional={
        **dict.fromkeys(("name", "given_name", "nickname", "gender", "locale"), WORDS),
        "phone_number": st.just("+33 1 23 45 67 89"),
        "phone_number_verified": st.booleans(),
        "address": st.dictionaries(st.sampled_from(["country", "locality"]), WORDS, max_size=2),
    },
)
MEMBERS = st.fixed_dictionaries(
    {
        "grant_types": st.sampled_from([[CODE, REFRESH, OWN], [CODE, OWN]]),
        "subject_type": st.sampled_from(["public", "pairwise"]),
        "id_token_signed_response_alg": st.sampled_from(["RS256", "ES256", "EdDSA"]),
        "userinfo_signed_response_alg": st.sampled_from([None, "ES256"]),
        "access_token_format": st.sampled_from(["jwt", "opaque"]),
        "access_token_lifetime": st.sampled_from([None, 60, 3600]),
        "audience": st.lists(st.sampled_from(["https://api.example", "b"]), unique=True),
        "consent_days": st.sampled_from([None, 1, 365]),
        "trusted": st.booleans(),
        "default_acr_values": st.sampled_from([[], ["urn:sealwax:acr:password"], ["gold"]]),
    }
)
ASKED = st.sets(st.sampled_from([*ALL_SCOPES.split(), OWN_SCOPE, "nonsense"]), min_size=1)
CLAIMS = st.dictionaries(
    st.sampled_from(["userinfo", "id_token"]),
    st.dictionaries(st.sampled_from(["email", "name", "phone_number", "groups"]), st.none()),
)


@dataclass
class Issued:
    """What really came, as the preview names it."""

    response: dict[str, Any] = field(repr=False)
    access_token: dict[str, Any]
    id_token: dict[str, Any] | None
    userinfo: dict[str, Any] | None


@dataclass
class Case:
    """A person, an application, and what is asked."""

    person: dict[str, Any]
    members: dict[str, Any]
    scopes: set[str]
    grant_type: str
    way: str
    claims: dict[str, Any]
    in_group: bool

    @property
    def scope(self) -> str:
        return " ".join(sorted(self.scopes))

    @property
    def claims_parameter(self) -> str:
        return json.dumps(self.claims) if self.claims else ""


CASES = st.builds(
    Case,
    person=PERSON,
    members=MEMBERS,
    scopes=ASKED,
    grant_type=st.sampled_from([CODE, REFRESH, OWN]),
    way=st.sampled_from(sorted(WAYS)),
    claims=CLAIMS,
    in_group=st.booleans(),
)


def read(token: str) -> dict[str, Any]:
    """Return the claims of a JWT that is the provider's own word."""
    return jwt.decode(token, options={"verify_signature": False})


def issue(rp: Any, browser: Browser, case: Case, *, is_opaque: bool) -> Issued | str:
    """Walk the real way; return what came, or the error."""
    if case.grant_type == OWN:
        answer = rp.client_credentials(scope=case.scope)
    else:
        rp.authorize(browser, scope=case.scope, claims=case.claims_parameter or None)
        callback = rp.callback(browser)
        if callback.error:
            return callback.error
        answer = rp.redeem(callback.code)
    if answer.status == 200 and case.grant_type == REFRESH:
        if "refresh_token" not in answer.json:
            return "unauthorized_client"
        answer = rp.refresh(answer.json["refresh_token"])
    if answer.status != 200:
        return str(answer.json["error"])
    token = answer.json["access_token"]
    told = rp.userinfo(token)
    body = None
    if told.status == 200:
        signed = told.headers["content-type"].startswith("application/jwt")
        body = read(told.text) if signed else told.json
    return Issued(
        answer.json,
        rp.introspect(token).json if is_opaque else read(token),
        read(answer.json["id_token"]) if "id_token" in answer.json else None,
        body,
    )


def lasting(claims: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the claims without what differs from issue to issue, but with their lengths."""
    if claims is None:
        return None
    kept = {name: value for name, value in claims.items() if name not in OF_THE_MOMENT}
    moving = sorted(OF_THE_MOMENT.intersection(claims))
    lifetime = claims["exp"] - claims["iat"] if "exp" in claims else None
    return {**kept, "claims of the moment": moving, "lifetime": lifetime}


@pytest.fixture
def compare(db, app, transport, make_rp, settings):
    """Return a function that plays a case on the preview and on the wire, and compares."""
    root = factories.admin()
    staff = groups.create("Staff", description="", requires_second_step=False, by=root.id)

    def played(case: Case) -> None:
        made = factories.client(scope=f"{ALL_SCOPES} {OWN_SCOPE}", **case.members)
        person = factories.user(**case.person)
        if case.in_group:
            groups.add_member(staff, person, by=root.id)
        factories.consent(person, made, f"{ALL_SCOPES} {OWN_SCOPE}")
        _, token = sessions.open(person, amr=WAYS[case.way])
        db.session.commit()
        browser = Browser(transport, settings.issuer)
        browser.jar["__Host-sealwax"] = Cookie(remember(token))
        is_opaque = case.members["access_token_format"] == "opaque"
        issued = issue(make_rp(made), browser, case, is_opaque=is_opaque)

        user = None if case.grant_type == OWN else person
        wish = Wish(case.grant_type, case.scope, user, WAYS[case.way], case.claims_parameter)
        if isinstance(issued, str):
            with pytest.raises(Refusal) as refused:
                preview.of(clients.get(made.client_id), wish)
            assert refused.value.error == issued
            return

        seen = preview.of(clients.get(made.client_id), wish)
        assert seen.scope == issued.response["scope"]
        assert seen.lifetime == issued.response["expires_in"]
        assert seen.has_refresh_token == ("refresh_token" in issued.response)
        for part in ("access_token", "id_token", "userinfo"):
            assert lasting(getattr(seen, part)) == lasting(getattr(issued, part)), part

    return played


def test_preview_equals_issue(compare, thorough):
    """Issue 5: random clients, people, scopes and grants; what differs is marked as differing."""

    @settings(
        max_examples=EXAMPLES * thorough, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=CASES)
    def play(case: Case) -> None:
        compare(case)

    play()


@pytest.fixture
def rows(db):
    """Return a function that counts the rows of every table."""
    return lambda: {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_preview_keeps_nothing_and_signs_nothing(db, rows):
    """Issue 5: it shows claims; there is no token in it, and no row behind it."""
    made, person = factories.client(scope=ALL_SCOPES), factories.user()
    before = rows()

    seen = preview.of(clients.get(made.client_id), Wish(CODE, ALL_SCOPES, person))
    db.session.commit()

    assert rows() == before
    assert seen.id_token["at_hash"] == seen.access_token["family"] == preview.NOBODYS
    assert not TOKEN.search(repr(seen))


def test_question_is_what_the_person_would_be_asked(db):
    """ux.md 2.17: consent screen as user X; ux.md 2.8: returning with nothing new is skipped."""
    made, person = factories.client(scope=ALL_SCOPES), factories.user()
    client, wish = clients.get(made.client_id), Wish(CODE, "openid email", person)
    assert preview.question(client, wish).is_asked

    factories.consent(person, made, "openid email")

    assert not preview.question(client, wish).is_asked
    more = preview.question(client, Wish(CODE, "openid email phone", person))
    assert more.is_asked
    assert more.scopes == ("openid", "email", "phone")
    assert more.person.allowed == {"openid", "email"}


def test_question_about_a_trusted_client_is_none(db):
    made, person = factories.client(trusted=True), factories.user()

    found = preview.question(clients.get(made.client_id), Wish(CODE, "openid", person))

    assert not found.is_asked


def test_question_about_a_device_is_always_asked(db):
    """RFC 8628 §5.4, also of a client that keeps a secret and was allowed everything."""
    made = factories.client("device", token_endpoint_auth_method="client_secret_basic")
    person = factories.user()
    factories.consent(person, made, "openid")
    wish = Wish(DEVICE, "openid", person)

    assert preview.question(clients.get(made.client_id), wish).is_asked
    assert preview.of(clients.get(made.client_id), wish).id_token["sub"] == person.subject


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"grant_type": OWN}, "grant_type_not_allowed"),
        ({"grant_type": REFRESH}, "grant_type_not_allowed"),
        ({"scope": "phone"}, "scope_not_allowed"),
        ({"claims": "{"}, "claims_malformed"),
    ],
)
def test_preview_names_why_a_request_would_be_refused(db, wish, reason):
    made = factories.client(grant_types=[CODE], scope="openid")
    asked = {"grant_type": CODE, "scope": "openid", "user": factories.user(), **wish}

    with pytest.raises(Refusal) as refused:
        preview.of(clients.get(made.client_id), Wish(**asked))

    assert refused.value.reason.code == reason
