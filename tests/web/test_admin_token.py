"""Paste a token: what it is, whose, whether it lives, who would refuse it (issue 5)."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from sqlalchemy import select

from app.models import AuditEvent, LogoutNotice
from app.security import secrets
from app.services.authorization import keys, logouts
from app.services.clients import clients
from app.services.people import users
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.factories import PASSWORD
from tests.signing import client_key

OFFLINE = "openid email offline_access"


@pytest.fixture
def admin(db, app):
    assert db.engine, "a context of the application is open"
    return browser_of(app, factories.admin())


@pytest.fixture
def look(admin):
    """Return a function that pastes a token and returns the browser."""
    return lambda token, **fields: admin.open("/admin/token").press("look", token=token, **fields)


@pytest.fixture
def tokens(rp, browser, jane):
    return rp.sign_in(browser, jane.email, PASSWORD)


def unsigned(claims, **header):
    """Return a token that nobody has signed."""
    parts = ({"alg": "none", "typ": "JWT", **header}, claims)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts]
    return ".".join([*(part.rstrip(b"=").decode() for part in written), "c2ln"])


@pytest.mark.parametrize(
    ("name", "kind"), [("id_token", "ID token"), ("access_token", "Access token")]
)
def test_living_token_is_named_with_its_person_and_application(look, tokens, jane, name, kind):
    seen = look(tokens[name])

    assert seen.sees(kind)
    assert seen.sees("Alive")
    assert seen.sees("The signature is right.")
    assert seen.sees("Jane Doe")
    assert seen.sees("Photo Box")
    assert seen.sees("The key is published.")
    assert seen.sees(jane.subject)


def test_token_is_neither_shown_nor_kept(look, tokens, db):
    """Issue 5: never stored, never logged; what it was is recorded without it."""
    signature = tokens["access_token"].rpartition(".")[2]

    seen = look(f"  Bearer {tokens['access_token'][:60]}\n{tokens['access_token'][60:]} ")

    assert seen.sees("Alive")
    assert signature not in seen.answer.text
    assert tokens["access_token"] not in seen.answer.text
    event = db.session.scalar(select(AuditEvent).filter_by(event=Event.TOKEN_LOOKED_AT.value))
    assert event.details == {"kind": "access_token", "is_ours": True}
    assert event.actor_id is not None


def test_token_comes_in_a_form_alone(admin, tokens):
    """security.md: no secret in an address."""
    admin.open(f"/admin/token?token={tokens['access_token']}")

    assert not admin.has("found")


def test_revoked_token_is_said_to_be(look, tokens, rp):
    rp.revoke(tokens["access_token"])

    assert look(tokens["access_token"]).sees("It was revoked.")


def test_token_after_sign_out(look, tokens, browser):
    browser.sign_out()

    assert look(tokens["access_token"]).sees("Not good")
    assert look(tokens["id_token"]).sees("The session has ended.")


def test_token_of_somebody_who_is_turned_off(look, tokens, jane, db):
    users.turn_off(jane, by=factories.admin().id)
    db.session.commit()

    assert look(tokens["access_token"]).sees("The account is turned off.")


def test_expired_token(look, tokens, clock, admin):
    clock.move(minutes=11)

    assert look(tokens["access_token"]).sees("Its time is over.")


def test_refresh_token_used_and_not(look, rp, browser, jane, register):
    """RFC 9700 §4.14: what was used tells so, and is not used up by looking."""
    party = register(scope=OFFLINE)
    first = party.sign_in(browser, jane.email, PASSWORD, scope=OFFLINE)["refresh_token"]
    assert look(first).sees("It was not used yet.")

    party.refresh(first)

    assert look(first).sees("another one has taken its place")


def test_opaque_token_and_who_may_ask(look, browser, jane, register):
    party = register(access_token_format="opaque")
    token = party.sign_in(browser, jane.email, PASSWORD)["access_token"]
    api = factories.client("machine", introspects=True)
    other = factories.client("machine")

    assert look(token).sees("Alive")
    assert look(token, audience=api.client_id).sees("Nothing speaks against it.")
    assert look(token, audience=other.client_id).sees("may not look at tokens of others")
    assert look(token, audience="https://api.example").sees("the API has to ask this provider")


def test_code_is_not_spent_by_looking(look, rp, browser, jane):
    browser.open(rp.authorization_url())
    browser.sign_in(jane.email, PASSWORD).allow()
    code = rp.callback(browser).code

    assert look(code).sees("Authorization code")

    assert rp.redeem(code).status == 200


def test_changed_token_is_not_believed(look, tokens, jane):
    head, body, signature = tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "root"}).encode()).decode()

    seen = look(f"{head}.{forged.rstrip('=')}.{signature}")

    assert seen.sees("The signature is not right")
    assert seen.sees("Nobody knows, as long as nothing proves it.")
    assert not seen.sees(jane.name)


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_unsigned_token_with_our_name_is_not_ours(look, settings, alg):
    """RFC 8725 §3.1."""
    kid = next(iter(keys.verifiers()))

    seen = look(unsigned({"iss": settings.issuer, "sub": "x"}, alg=alg, kid=kid))

    assert seen.sees("Not good")
    assert seen.sees("The algorithm is not the one of the key")


def test_token_of_somebody_else_is_shown_as_its_own_words(look):
    key = client_key("ES256", "theirs")
    token = key.sign({"iss": "https://other.example", "sub": "joe", "exp": 4_000_000_000})

    seen = look(token)

    assert seen.sees("Somebody else issued it")
    assert seen.sees("Not judged here")
    assert seen.sees("joe")


def test_notice_of_a_sign_out_is_known(look, db):
    made = factories.client(backchannel_logout_uri="https://rp.example/bye")
    logouts.test(clients.get(made.client_id))
    db.session.commit()
    claimed = logouts.claim(db.session.scalar(select(LogoutNotice.id)))
    db.session.commit()

    seen = look(claimed.token)

    assert seen.sees("Sign-out token")
    assert seen.sees("The signature is right.")


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("hello", "It is no token"),
        ("a.b.c", "its parts cannot be read"),
        ("a.b.c.d.e", "its parts cannot be read"),
        ("swx_at_" + "A" * 43, "does not know it"),
        ("swx_cs_" + "A" * 43, "It is another secret of this provider"),
        ("x" * 20_000, "longer than any token"),
        ("☃", "It is no token"),
        ("e30.e30.", "Somebody else issued it"),
    ],
)
def test_anything_gets_an_answer(look, pasted, words):
    assert look(pasted).sees(words)


def test_nothing_and_too_much_are_faults_of_the_form(look, admin):
    assert look("").status == 422
    assert look("x" * 40_000).status == 422
    assert "xxxx" not in admin.answer.text


def test_hostile_claims_stay_words(look):
    """security.md: what others write is shown, never run; nothing turns the line around."""
    claims = {
        "iss": "<script>alert(1)</script>",
        "<b>": "\u202eevil\x00",
        "deep": [[[["x"] * 1000]]],
        "huge": 10**3000,
        "exp": 10**30,
        **{f"claim{number}": 1 for number in range(300)},
    }

    seen = look(unsigned(claims))

    assert seen.status == 200
    assert "<script>alert" not in seen.answer.text
    assert "<b>" not in seen.answer.text
    assert "\u202e" not in seen.answer.text
    assert "claim299" not in seen.answer.text


def test_deeply_nested_claims_are_refused(look):
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}").rstrip(b"=")

    assert look(f"e30.{deep.decode()}.c2ln").status == 200


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ("https://api.example", "Nothing speaks against it."),
        ("https://API.example/", "spelled differently"),
        ("https://other.example", "not among those it names"),
    ],
)
def test_audience_of_an_access_token(look, register, browser, jane, audience, words):
    """RFC 9068 §4: the audience has to be named, to the last character."""
    party = register(audience=["https://api.example"])
    token = party.sign_in(browser, jane.email, PASSWORD)["access_token"]

    assert look(token, audience=audience).sees(words)


def test_api_refuses_an_id_token_and_everybody_a_refresh_token(look, tokens, rp):
    """RFC 9068 §4: typ; OIDC Core §2: an ID token is for its application."""
    assert look(tokens["id_token"], audience="https://api.example").sees("It is no access token.")
    assert look(tokens["id_token"], audience=rp.client_id).sees("Nothing speaks against it.")
    assert look("swx_rt_" + "A" * 43, audience=rp.client_id).sees("It goes to nobody but this")


def test_key_that_is_gone_is_named(look, tokens, db, clock):
    """Issue 5: which key, and its state."""
    kid = jwt.get_unverified_header(tokens["id_token"])["kid"]
    keys.rotate("RS256", force=True)
    keys.retire(kid)
    db.session.commit()

    seen = look(tokens["id_token"])

    assert seen.sees("The key is gone")
    assert seen.sees("Gone")


def test_looking_needs_an_administrator(app, jane):
    assert browser_of(app, jane).open("/admin/token").status == 403


def test_secret_is_not_echoed_when_the_form_is_at_fault(look, admin):
    value = secrets.new_token("rt")

    look(value, audience="x" * 400)

    assert admin.status == 422
    assert value not in admin.answer.text
