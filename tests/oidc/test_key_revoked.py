"""A key that was revoked: what it signed is refused at our own endpoints, in every worker."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from app.database import commit
from app.oidc import id_token as id_tokens
from app.security.jose import BadToken
from app.services.authorization import keys
from tests.transports import FlaskTransport

#: README: what a process remembers may be this old.
STALE = timedelta(seconds=2)


def kid_of(token):
    """Return the key a token was signed with."""
    return jwt.get_unverified_header(token)["kid"]


@pytest.fixture
def workers(app, make_app):
    """Return two workers that share only the database, both with their caches filled."""
    return app, make_app()


@pytest.fixture
def tokens(scene, clock):
    """Return the tokens of somebody, signed before anything happened to the keys."""
    clock.move(timedelta())
    return scene.tokens()


def ask(scene, worker, tokens):
    """Ask one worker about the access token; return userinfo's status and introspection."""
    scene.rp.transport = FlaskTransport(worker)
    userinfo = scene.rp.userinfo(tokens["access_token"]).status
    return userinfo, scene.rp.introspect(tokens["access_token"]).json


def published(worker):
    """Return the key ids in the key set of one worker."""
    answer = FlaskTransport(worker).send("GET", "https://id.example/jwks.json")
    return {key["kid"] for key in answer.json["keys"]}


def revoke(kid):
    """Revoke a key as an administrator does."""
    keys.revoke(kid)
    commit()


def test_access_token_of_a_revoked_key_is_refused_by_two_workers(scene, tokens, workers, clock):
    """Issue 5: a key cache must notice; RFC 7662 §2.2: not active, and no word more."""
    assert [ask(scene, worker, tokens)[0] for worker in workers] == [200, 200]
    kid = kid_of(tokens["access_token"])

    revoke(kid)
    assert ask(scene, workers[0], tokens) == (401, {"active": False})

    clock.move(STALE)
    assert ask(scene, workers[1], tokens) == (401, {"active": False})


def test_revoked_key_leaves_the_key_set_of_two_workers(scene, tokens, workers, clock):
    """RFC 7517, OIDC Core §10.1.1: what is not believed is not published."""
    kid = kid_of(tokens["id_token"])
    assert all(kid in published(worker) for worker in workers)

    revoke(kid)
    assert kid not in published(workers[0])
    clock.move(STALE)

    assert not any(kid in published(worker) for worker in workers)


@pytest.mark.parametrize("place", [0, 1])
def test_id_token_of_a_revoked_key_is_no_hint(tokens, workers, clock, place):
    """security.md LO02: a hint signs somebody out only when its signature can be believed."""
    with workers[place].app_context():
        assert id_tokens.read_hint(tokens["id_token"])["sub"]

    revoke(kid_of(tokens["id_token"]))
    clock.move(STALE)

    with workers[place].app_context(), pytest.raises(BadToken, match="unknown_key"):
        id_tokens.read_hint(tokens["id_token"])


def test_sign_in_goes_on_with_the_next_key(scene, tokens, workers, clock):
    """Nobody is locked out: the next key was published already and signs at once."""
    following = {key.alg: key.kid for key in keys.listed() if key.state == "next"}
    revoke(kid_of(tokens["id_token"]))
    revoke(kid_of(tokens["access_token"]))

    fresh = scene.tokens()

    assert kid_of(fresh["id_token"]) == following["RS256"]
    assert kid_of(fresh["access_token"]) == following["ES256"]
    # The other worker has known the key since before: no wait.
    assert ask(scene, workers[1], fresh)[0] == 200
    clock.move(STALE)
    assert ask(scene, workers[1], fresh)[0] == 200


def test_refresh_token_outlives_the_key(scene, tokens, clock):
    """Refresh tokens are no signatures: applications get new tokens with them."""
    revoke(kid_of(tokens["access_token"]))

    answer = scene.rp.refresh(tokens["refresh_token"])

    assert answer.status == 200
    assert kid_of(answer.json["access_token"]) != kid_of(tokens["access_token"])


def test_revoked_key_cannot_be_revoked_again(db):
    kid = keys.signer("ES256").kid
    revoke(kid)

    with pytest.raises(Exception, match="gone already"):
        keys.revoke(kid)
