"""Access with an end: said before it is given, held to in every token, asked for once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.jobs import cleanup
from app.models import Attempt, Consent, Membership
from app.services.authorization import consents, scope_consents
from app.services.clients import clients
from app.services.people import groups
from tests import factories
from tests.factories import PASSWORD

SCOPE = "openid profile email offline_access"
DAYS = 10

pytestmark = pytest.mark.one_engine


@pytest.fixture(params=["jwt", "opaque"])
def rp(register, request, clock):
    """Return an application that has to ask again after ten days."""
    assert clock, "time stands still from here on"
    wanted = f"{SCOPE} phone"
    return register(scope=wanted, consent_days=DAYS, access_token_format=request.param)


@pytest.fixture
def tokens(rp, signed_in):
    """Return the tokens of an application that Jane has just allowed everything it asks for."""
    return rp.sign_in(signed_in, "", "", scope=SCOPE)


def come_back(browser, jane, rp, **wishes):
    """Sign Jane in once more for the application: her session has not lived so long."""
    rp.authorize(browser, scope=SCOPE, **wishes)
    return browser.sign_in(jane.email, PASSWORD)


def shown(moment):
    """Return a date as pages write it."""
    return f"{moment:%b} {moment.day}, {moment.year}"


def last_refusal(db):
    """Return the reason of the last refusal."""
    return db.session.scalars(select(Attempt.reason).order_by(Attempt.id.desc())).first()


def test_page_says_when_it_ends(rp, signed_in, clock):
    end = clock() + timedelta(days=DAYS)

    rp.authorize(signed_in, scope=SCOPE)

    assert signed_in.sees("What you allow ends:")
    assert signed_in.sees(shown(end))
    signed_in.allow().open("/account/apps")
    assert signed_in.sees(f"Ends: {shown(end)}")


def test_nothing_is_said_where_there_is_no_end(register, signed_in):
    rp = register(scope=SCOPE)

    rp.authorize(signed_in, scope=SCOPE)

    assert not signed_in.sees("What you allow ends:")
    signed_in.allow().open("/account/apps")
    assert not signed_in.sees("Ends:")


def test_every_token_dies_with_it(rp, tokens, clock, db):
    clock.move(days=DAYS, minutes=-2)
    late = rp.refresh(tokens["refresh_token"]).json
    assert late["expires_in"] == 120, "no token outlives what it came from"

    clock.move(minutes=2)

    assert rp.refresh(late["refresh_token"]).json["error"] == "invalid_grant"
    assert last_refusal(db) == "consent_ended"
    assert rp.introspect(late["access_token"]).json == {"active": False}
    assert rp.introspect(late["refresh_token"]).json == {"active": False}
    assert rp.userinfo(late["access_token"]).status == 401


def test_code_dies_with_it(rp, tokens, jane, browser, clock, db):
    """A code lives a minute; the consent may end within it."""
    clock.move(days=DAYS, seconds=-5)
    come_back(browser, jane, rp)
    code = rp.callback(browser).code

    clock.move(seconds=5)

    assert rp.redeem(code).json["error"] == "invalid_grant"
    assert last_refusal(db) == "consent_ended"


def test_person_is_asked_again(rp, tokens, jane, browser, clock):
    clock.move(days=DAYS)

    come_back(browser, jane, rp)

    assert browser.has("allow")
    assert browser.sees("What you allowed before ended:")
    assert not browser.sees("First time")
    assert not browser.sees("wants something new")
    browser.allow()
    renewed = rp.redeem(rp.callback(browser).code).json
    clock.move(days=DAYS, seconds=-1)
    assert rp.refresh(renewed["refresh_token"]).status == 200


def test_client_that_wants_no_page_is_told(rp, tokens, jane, browser, clock):
    """OIDC Core §3.1.2.6: consent_required."""
    clock.move(days=DAYS)
    browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    rp.authorize(browser, scope=SCOPE, prompt="none")

    assert rp.callback(browser).error == "consent_required"


def test_what_is_not_asked_for_again_does_not_come_back(rp, tokens, jane, browser, clock, db):
    """Whoever allows the name alone has not allowed the address that ended with the rest."""
    clock.move(days=DAYS)
    rp.authorize(browser, scope="openid profile")
    browser.sign_in(jane.email, PASSWORD).allow()

    kept = db.session.scalars(select(Consent)).one()

    assert set(kept.scope.split()) == {"openid", "profile"}
    assert kept.declined == ""


def test_application_that_ended_is_on_no_list(rp, tokens, jane, browser, clock):
    clock.move(days=DAYS)
    browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    browser.open("/account/apps")

    assert not browser.sees("Photo Box")
    browser.open(f"/account/apps/{rp.client_id}")
    assert browser.status == 404


def test_who_has_to_be_asked_again_counts_no_more(rp, tokens, jane, clock):
    """Pages that say how many people allow something say it of now."""
    client = clients.get(rp.client_id)
    board = groups.create("Board", description="", requires_second_step=False, by=jane.id)
    groups.add_member(board, jane, by=jane.id)
    members = select(Membership.user_id).where(Membership.group_id == board.id)

    def counts():
        by_client = scope_consents.by_client(["email"], among=members)
        return clients.people(client), scope_consents.people("email"), by_client

    assert counts() == (1, 1, {client.id: 1})

    clock.move(days=DAYS)

    assert counts() == (0, 0, {})


def answered(jane, client, asked):
    """Let Jane allow the client these scopes, and return when that ends."""
    names = asked.split()
    return consents.remember(jane.id, client, asked=names, allowed=names).ends_at


def test_part_alone_does_not_prolong_the_rest(db, jane, clock):
    """Who is asked for one thing more has not looked at what they allowed before."""
    client = factories.client(consent_days=DAYS).client
    first = answered(jane, client, "openid email")
    clock.move(days=3)

    assert answered(jane, client, "phone") == first
    assert answered(jane, client, "openid email phone") == clock() + timedelta(days=DAYS)


def test_limit_that_comes_or_goes_holds_from_the_next_answer(db, jane, clock):
    registered = factories.client()
    client = registered.client
    assert answered(jane, client, "openid email") is None
    clients.update(client, {"consent_days": DAYS})
    assert answered(jane, client, "phone") == clock() + timedelta(days=DAYS)

    clients.update(client, {"consent_days": None})

    assert answered(jane, client, "profile") == clock() + timedelta(days=DAYS)
    assert answered(jane, client, "openid email phone profile") is None


def test_trusted_application_has_no_end(register, signed_in, clock):
    """Nobody is asked, so nobody could be asked again."""
    rp = register(scope=SCOPE, consent_days=1, trusted=True)
    tokens = rp.sign_in(signed_in, "", "", scope=SCOPE)

    clock.move(days=2)

    assert rp.refresh(tokens["refresh_token"]).status == 200


def test_removed_access_that_is_restored_keeps_its_end(rp, tokens, jane, clock, db):
    client = clients.get(rp.client_id)
    end = consents.find(jane.id, client.id).ends_at
    consents.withdraw(jane.id, client)
    clock.move(minutes=1)

    assert consents.restore(jane.id, client)

    assert consents.find(jane.id, client.id).ends_at == end


def test_what_has_ended_is_swept_away_in_time(rp, tokens, clock, db):
    clock.move(days=DAYS + 89)
    cleanup.clean()
    assert db.session.scalars(select(Consent)).all()

    clock.move(days=1)
    cleanup.clean()

    assert not db.session.scalars(select(Consent)).all()
