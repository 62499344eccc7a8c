"""Applications of an account: less access, none, and back again (ux.md 2.14, CO06)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Consent
from app.services.authorization import consents
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of

SCOPE = "openid profile email offline_access"


@pytest.fixture
def tokens(rp, signed_in):
    """Return the tokens of an application that Jane has just allowed everything it asks for."""
    rp.authorize(signed_in, scope=SCOPE)
    signed_in.allow()
    return rp.redeem(rp.callback(signed_in).code).json


@pytest.fixture
def one_app(signed_in, rp, tokens):
    """Return Jane's browser at the page of the application."""
    return signed_in.open(f"/account/apps/{rp.client_id}")


def test_page_shows_the_very_values(one_app, jane):
    """ux.md 2.14: what it can see, in words."""
    for words in ("Photo Box", "rp.example", "Jane Doe", jane.email, "Last used:"):
        assert one_app.sees(words)


def test_list_leads_there(signed_in, tokens, rp):
    signed_in.open("/account/apps").follow("What it sees")

    assert signed_in.at == f"/account/apps/{rp.client_id}"


def test_what_is_switched_off_is_gone_at_once(one_app, rp, tokens, db):
    """CO06: userinfo, introspection and refresh know less, with the tokens there are already."""
    one_app.press("save", scope=["email", "offline_access"])

    assert one_app.sees("It sees less from now on.")
    told = rp.userinfo(tokens["access_token"]).json
    assert "name" not in told
    assert told["email"] == "jane@people.example"
    assert rp.introspect(tokens["access_token"]).json["scope"] == "openid email offline_access"
    assert rp.introspect(tokens["refresh_token"]).json["scope"] == "openid email offline_access"
    renewed = rp.refresh(tokens["refresh_token"]).json
    assert renewed["scope"] == "openid email offline_access"
    assert "name" not in rp.userinfo(renewed["access_token"]).json
    assert Event.CONSENT_NARROWED in db.session.scalars(select(AuditEvent.event)).all()


def test_refresh_cannot_ask_for_it_again(one_app, rp, tokens):
    """RFC 6749 §6: never more than was granted."""
    one_app.press("save", scope=["offline_access"])

    answer = rp.refresh(tokens["refresh_token"], scope="openid email")

    assert answer.json["error"] == "invalid_scope"


def test_next_sign_in_stays_within_it(one_app, rp):
    """ux.md 2.8: what was declined is not asked for again in every request."""
    one_app.press("save", scope=["profile"])

    rp.authorize(one_app, scope=SCOPE)

    assert rp.redeem(rp.callback(one_app).code).json["scope"] == "openid profile"


def test_tokens_with_single_claims_die(signed_in, rp):
    """OIDC Core §5.5: which scope a single claim came with is not kept, so all of it ends."""
    rp.authorize(signed_in, scope="openid email", claims='{"userinfo": {"nickname": null}}')
    signed_in.allow()
    tokens = rp.redeem(rp.callback(signed_in).code).json

    signed_in.open(f"/account/apps/{rp.client_id}").press("save", scope=[])

    assert rp.userinfo(tokens["access_token"]).status == 401


@pytest.mark.parametrize("access_token_format", ["jwt", "opaque"])
def test_opaque_tokens_are_as_narrow(register, signed_in, access_token_format):
    rp = register(access_token_format=access_token_format)
    rp.authorize(signed_in, scope="openid email")
    signed_in.allow()
    token = rp.redeem(rp.callback(signed_in).code).json["access_token"]

    signed_in.open(f"/account/apps/{rp.client_id}").press("save", scope=[])

    assert rp.userinfo(token).json.keys() == {"sub"}
    assert rp.introspect(token).json["scope"] == "openid"


def test_what_was_left_out_can_be_allowed_after_all(signed_in, rp, db):
    """ux.md 2.8: no refusal is remembered silently: its owner finds it, and takes it back."""
    rp.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["email"])
    token = rp.redeem(rp.callback(signed_in).code).json["access_token"]
    signed_in.open(f"/account/apps/{rp.client_id}")
    assert signed_in.sees("You left out")

    signed_in.press("save", scope=["email", "profile"])

    assert signed_in.sees("It gets it when you next sign in there.")
    assert "name" not in rp.userinfo(token).json, "no token sees more than it was issued for"
    rp.authorize(signed_in, scope=SCOPE)
    assert rp.redeem(rp.callback(signed_in).code).json["scope"] == "openid profile email"
    given = select(AuditEvent.details).where(AuditEvent.event == Event.CONSENT_GIVEN)
    assert {"scope": "profile"} in db.session.scalars(given).all()


def test_one_press_takes_one_away_and_allows_another(one_app, db):
    one_app.press("save", scope=["email", "offline_access"])

    one_app.press("save", scope=["profile", "offline_access"])

    assert one_app.sees("Saved.")
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.scope, consent.declined) == ("openid profile offline_access", "email")


def test_what_the_app_may_not_ask_for_is_not_offered(one_app, rp, db):
    """ASVS 8.2.1: an administrator has taken the scope from the application meanwhile."""
    one_app.press("save", scope=["email", "offline_access"])
    filled = one_app.fill("save", scope=["profile"])
    clients.update(clients.get(rp.client_id), {"scope": "openid email offline_access"})
    db.session.commit()

    one_app.post(filled.url, dict(filled.fields))

    assert "profile" in db.session.scalars(select(Consent.declined)).one()
    one_app.open(f"/account/apps/{rp.client_id}")
    assert one_app.sees("Your email address")
    assert not one_app.sees("Your name and profile")


def test_nothing_is_allowed_that_was_never_asked_about(one_app, rp, db):
    """ASVS 8.2.1: whatever is sent."""
    filled = one_app.fill("save", scope=["profile", "email", "offline_access"])
    fields = {**dict(filled.fields), "scope": "phone"}

    one_app.post(filled.url, fields)

    assert db.session.scalars(select(Consent.scope)).one() == "openid"


def test_saving_without_a_change_changes_nothing(one_app, rp, tokens, db):
    one_app.press("save")

    assert not one_app.sees("It sees less from now on.")
    assert rp.userinfo(tokens["access_token"]).json["name"] == "Jane Doe"
    assert Event.CONSENT_NARROWED not in db.session.scalars(select(AuditEvent.event)).all()


def test_removal_is_undone_and_tokens_stay_dead(signed_in, rp, tokens, db):
    """One conditional UPDATE brings the consent back; nobody who copied a token gains by it."""
    signed_in.open("/account/apps").press("remove-1")
    assert signed_in.sees("You can undo it for 10 minutes.")

    signed_in.press("restore-1")

    assert signed_in.sees("The access is back. Sign in to the app again.")
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    rp.authorize(signed_in, scope=SCOPE)
    assert rp.redeem(rp.callback(signed_in).code).json["scope"] == SCOPE
    assert Event.CONSENT_RESTORED in db.session.scalars(select(AuditEvent.event)).all()


def test_removal_is_undone_in_time_only(signed_in, rp, tokens, clock):
    signed_in.open("/account/apps").press("remove-1")
    clock.move(Consent.UNDO)

    signed_in.press("restore-1")

    assert signed_in.sees("It was too late to undo that.")
    rp.authorize(signed_in)
    assert signed_in.has("allow")


def test_removal_is_undone_once(db, jane):
    registered = factories.client()
    factories.consent(jane, registered)
    consents.withdraw(jane.id, registered.client)

    assert consents.restore(jane.id, registered.client)
    assert not consents.restore(jane.id, registered.client)


def test_second_removal_does_not_lose_what_the_first_one_kept(db, jane):
    """A double press, or another tab."""
    registered = factories.client()
    factories.consent(jane, registered, "openid email")
    for _ in range(2):
        consents.withdraw(jane.id, registered.client)

    assert consents.restore(jane.id, registered.client)
    assert consents.find(jane.id, registered.client.id).scope == "openid email"


def test_allowing_anew_is_final(signed_in, rp, tokens, db):
    """What is allowed after a removal is not what was allowed before it."""
    signed_in.open("/account/apps").press("remove-1")
    filled = signed_in.fill("restore-1")
    rp.authorize(signed_in, scope="openid email")
    signed_in.allow([])

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.sees("It was too late")
    assert db.session.scalars(select(Consent.scope)).one() == "openid"


@pytest.mark.parametrize("act", ["", "/remove", "/restore"])
def test_looking_acts_on_nothing(signed_in, rp, tokens, db, act):
    """security.md SE07."""
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))

    signed_in.open(f"/account/apps/{rp.client_id}{act}")

    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert rp.userinfo(tokens["access_token"]).status == 200


def test_apps_of_others_are_not_found(app, rp, tokens):
    """ASVS 8.2.2."""
    other = browser_of(app, factories.user())

    assert other.open(f"/account/apps/{rp.client_id}").status == 404
    assert other.open("/account/apps").sees("None yet")


def test_trusted_app_is_listed_as_managed(register, signed_in):
    """ux.md 2.8: consent is skipped, the app appears all the same."""
    rp = register(trusted=True)
    rp.authorize(signed_in)
    rp.callback(signed_in)

    signed_in.open("/account/apps")

    assert signed_in.sees("Managed by Sealwax")
    assert not signed_in.has("remove-1")
    assert signed_in.follow("What it sees").sees("It may see this without asking you.")
    assert not signed_in.has("save")


def test_number_of_apps_costs_no_statements(signed_in, jane, statements):
    """performance.md: a fixed number of queries."""
    factories.consent(jane, factories.client())
    with statements() as few:
        signed_in.open("/account/apps")
    for _ in range(3):
        factories.consent(jane, factories.client())
    with statements() as many:
        signed_in.open("/account/apps")

    assert many.count == few.count
