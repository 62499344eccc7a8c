"""Scopes that administrators have made: asked for, shown, released, taken back, on two workers."""

from __future__ import annotations

import json
from datetime import timedelta

import jwt
import pytest

from app.database import commit
from app.services.authorization import consents, scope_consents
from app.services.clients import custom_scopes
from app.services.clients.custom_scopes import Draft
from app.services.people import groups
from tests import factories
from tests.administrators import browser_of
from tests.transports import FlaskTransport

SCOPE = "hr:team"
TEAM = "https://example.org/team"
#: README: what a process remembers may be this old.
STALE = timedelta(seconds=2)
ASKED = f"openid email {SCOPE}"


def draft(**changes):
    """Return a scope that gives the groups of a person under a name of its own."""
    known = {
        "name": SCOPE,
        "titles": {"en": "Your team at work", "fr": "Votre équipe"},
        "claims": {TEAM: "groups", "email": "email"},
        "starts_on": False,
    }
    return Draft(**{**known, **changes})


@pytest.fixture
def made(db):
    """Return the scope, made."""
    scope = custom_scopes.make(draft())
    commit()
    return scope


@pytest.fixture
def asking(made, make_scene):
    """Return a client that may ask for it, and a person of a group who has allowed everything."""
    found = make_scene(scope=ASKED, allowed=ASKED)
    board = groups.create("Board", description="", requires_second_step=False, by=found.person.id)
    groups.add_member(board, found.person, by=found.person.id)
    commit()
    return found


def told(scene, tokens, *, worker=None):
    """Return what userinfo says."""
    if worker is not None:
        scene.rp.transport = FlaskTransport(worker)
    return scene.rp.userinfo(tokens["access_token"]).json


def claims_in(token):
    """Return what stands in a token, unchecked."""
    return jwt.decode(token, options={"verify_signature": False})


def document(worker):
    """Return the metadata of one worker."""
    url = "https://id.example/.well-known/openid-configuration"
    return FlaskTransport(worker).send("GET", url).json


def test_discovery_follows_in_every_worker_without_restart(app, make_app, db, clock):
    """OIDC Discovery §3: scopes_supported and claims_supported, two seconds later."""
    other = make_app()
    before = document(other)

    scope = custom_scopes.make(draft())
    commit()
    clock.move(STALE)

    for worker in (app, other):
        after = document(worker)
        assert after["scopes_supported"] == [*before["scopes_supported"], SCOPE]
        assert set(after["claims_supported"]) - set(before["claims_supported"]) == {TEAM}

    custom_scopes.turn_off(scope)
    commit()
    assert document(app) == before
    clock.move(STALE)
    assert document(other) == before


def test_claims_come_from_userinfo(asking):
    """OIDC Core §5.4: a scope gives its claims, under the name the administrator chose."""
    tokens = asking.tokens(scope=ASKED)

    assert tokens["scope"].split() == ASKED.split()
    assert told(asking, tokens)[TEAM] == ["Board"]


def test_claims_stay_away_from_who_did_not_ask(asking):
    tokens = asking.tokens(scope="openid email")

    assert TEAM not in told(asking, tokens)


def test_claim_can_be_asked_for_by_name(asking):
    """OIDC Core §5.5: a claim of an own scope, with the consent to that scope."""
    wish = json.dumps({"userinfo": {TEAM: None, "unheard_of": None}})

    tokens = asking.tokens(scope="openid", claims=wish)

    assert told(asking, tokens)[TEAM] == ["Board"]


def test_what_is_turned_off_is_given_to_nobody(app, make_app, asking, made, clock):
    """Issue 5: off at once here, and in the other worker within two seconds."""
    other = make_app()
    tokens = asking.tokens(scope=ASKED)
    assert TEAM in told(asking, tokens, worker=other)
    transport = FlaskTransport(app)

    custom_scopes.turn_off(made)
    commit()

    assert TEAM not in told(asking, tokens, worker=app)
    clock.move(STALE)
    assert TEAM not in told(asking, tokens, worker=other)
    asking.rp.transport = transport
    assert asking.rp.introspect(tokens["access_token"]).json["scope"] == "openid email"
    assert asking.tokens(scope=ASKED)["scope"] == "openid email"


def test_turned_on_again_asks_nobody_anew(asking, made):
    custom_scopes.turn_off(made)
    custom_scopes.turn_on(made)
    commit()

    assert SCOPE in asking.tokens(scope=ASKED)["scope"]


def test_refreshed_token_has_no_scope_that_is_off(asking, made):
    """Other APIs read the scope from the token itself (RFC 9068 §2.2.3)."""
    tokens = asking.tokens(scope=f"{ASKED} offline_access")

    custom_scopes.turn_off(made)
    commit()

    answer = asking.rp.refresh(tokens["refresh_token"]).json
    assert SCOPE not in answer["scope"].split()
    assert SCOPE not in claims_in(answer["access_token"])["scope"].split()


def test_request_of_nothing_but_a_scope_that_is_off_is_refused(asking, made):
    """RFC 6749 §3.3: nothing is left of it."""
    custom_scopes.turn_off(made)
    commit()

    assert asking.error(scope=SCOPE) == "invalid_scope"


def test_consent_page_shows_the_words_and_the_very_values(app, asking):
    """ux.md 2.4: in the language of the page, and what the application would get."""
    browser = browser_of(app, asking.person)
    scope_consents.take_back(SCOPE)
    commit()

    asking.rp.authorize(browser, scope=ASKED)
    assert browser.sees("Your team at work")
    assert browser.sees(f"{TEAM}: Board")

    browser.language = "fr"
    browser.open(browser.shown.url)
    assert browser.sees("Votre équipe")
    browser.language = "de"
    browser.open(browser.shown.url)
    assert browser.sees("Your team at work")


def test_whoever_allowed_less_is_asked_again(app, asking, made):
    """Nobody gives away what they were not shown: consent is to what stood on the page."""
    tokens = asking.tokens(scope=ASKED)
    claims = {**made.claims, "born": "birthdate"}

    assert custom_scopes.change(made, draft(claims=claims))
    scope_consents.take_back(SCOPE)
    commit()

    assert TEAM not in told(asking, tokens)
    assert SCOPE not in consents.find(asking.person.id, asking.registered.client.id).scope.split()
    assert asking.error(scope=ASKED, prompt="none") == "consent_required"
    asking.rp.authorize(asking.browser, scope=ASKED)
    assert asking.browser.sees("Your team at work")


def test_giving_less_asks_nobody(asking, made):
    assert not custom_scopes.change(made, draft(claims={TEAM: "groups"}))
    commit()

    assert SCOPE in asking.tokens(scope=ASKED)["scope"]


def test_another_value_under_the_same_name_is_more(made):
    assert custom_scopes.change(made, draft(claims={TEAM: "birthdate"}))


def test_deleted_scope_leaves_nothing_behind(asking, made):
    """A new scope of the same name must not find the old consents."""
    tokens = asking.tokens(scope=ASKED)

    custom_scopes.remove(made)
    scope_consents.take_back(SCOPE)
    commit()

    assert set(told(asking, tokens)) == {"sub", "email", "email_verified"}
    assert asking.registered.client.setting("scope") == "openid email"
    assert asking.tokens(scope=ASKED)["scope"] == "openid email"

    custom_scopes.make(draft())
    commit()
    assert scope_consents.people(SCOPE) == 0


def test_other_scopes_of_a_similar_name_are_left_alone(make_scene, made):
    """`hr:team` is neither `hr:team2` nor `HR:TEAM`."""
    names = f"openid {SCOPE} {SCOPE}2 {SCOPE.upper()}"
    found = make_scene(scope=names, allowed=names)

    scope_consents.take_back(SCOPE)
    commit()

    kept = consents.find(found.person.id, found.registered.client.id).scope
    assert sorted(kept.split()) == sorted(["openid", f"{SCOPE}2", SCOPE.upper()])
    assert scope_consents.people(f"{SCOPE}2") == 1


def test_machine_gets_plain_words_and_no_scope_about_people(make_rp, made):
    """RFC 6749 §4.4: there is no person whose claims it could be given."""
    custom_scopes.make(draft(name="archive:read", claims={}))
    off = custom_scopes.make(draft(name="archive:write", claims={}))
    custom_scopes.turn_off(off)
    commit()
    machine = factories.client("machine", scope=f"{SCOPE} archive:read archive:write other")

    answer = make_rp(machine).client_credentials()

    assert answer.json["scope"].split() == ["archive:read", "other"]
