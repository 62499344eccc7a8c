"""Clients: registered, changed by one at a time, their secrets replaced, forgotten in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.errors import Conflict, InvalidInput, NotFound, Refused
from app.models import Client, ClientSecret, Consent, Family
from app.security import secrets
from app.services.clients import clients, overview
from app.services.clients.client_schema import POLICY
from app.services.upkeep import once
from app.services.upkeep.memory import LONGEST_SECONDS
from app.services.upkeep.once import SentAlready
from tests import factories


def test_secret_is_kept_as_a_digest_with_its_ending(db):
    registered = factories.client()

    (kept,) = registered.client.secrets
    assert registered.secret not in kept.digest
    assert kept.ending == registered.secret[-4:]


def test_identifiers_cannot_be_guessed(db):
    """security.md RG10: 128 random bits, never chosen by the applicant."""
    made = {factories.client().client_id for _ in range(5)}

    assert len(made) == 5
    assert {len(client_id) for client_id in made} == {22}


def test_change_from_an_older_version_is_refused(db):
    client = clients.get(factories.client().client_id)
    seen = client.version
    clients.update(client, {"trusted": True}, version=seen)

    with pytest.raises(Conflict):
        clients.update(client, {"trusted": False}, version=seen)

    assert client.setting("trusted")


def test_change_that_was_overtaken_in_the_database_is_refused(app, db):
    """Two workers that read the same version: the second one to write learns it."""
    client = clients.get(factories.client().client_id)
    factory = db.session.session_factory
    with factory() as other:
        theirs = other.get(Client, client.id)
        theirs.name = "Theirs"
        other.commit()

    with pytest.raises(Conflict):
        clients.update(client, {"client_name": "Mine"})


def test_unknown_member_is_named(db):
    client = clients.get(factories.client().client_id)

    with pytest.raises(InvalidInput) as caught:
        clients.update(client, {"trustd": True})

    assert caught.value.field == "trustd"


def test_client_that_becomes_public_loses_its_secrets(db):
    client = clients.get(factories.client().client_id)

    clients.update(client, {"token_endpoint_auth_method": "none"})

    assert client.secrets == []
    assert client.setting("pkce_required")
    with pytest.raises(Refused):
        clients.add_secret(client)


def test_two_secrets_at_most(db):
    client = clients.get(factories.client().client_id)
    clients.add_secret(client)

    with pytest.raises(Refused):
        clients.add_secret(client)


def test_revoked_secret_opens_nothing_at_once(db):
    registered = factories.client()
    client = clients.get(registered.client_id)
    clients.add_secret(client)

    clients.revoke_secret(client, client.secrets[0].id)
    db.session.commit()

    assert not clients.find(registered.client_id).check_client_secret(registered.secret)


@pytest.mark.parametrize(("act", "left"), [("add", 2), ("revoke", 1)])
def test_many_who_change_the_secrets_at_once_keep_the_limits(app, db, act, left):
    """security.md TE07: never more than two secrets, never none."""
    client_id = factories.client().client_id
    if act == "revoke":
        clients.add_secret(clients.get(client_id))
        db.session.commit()
    start = Barrier(4)

    def race(number):
        with app.app_context():
            client = clients.get(client_id)
            secret_ids = [kept.id for kept in client.secrets]
            start.wait()
            try:
                if act == "add":
                    clients.add_secret(client)
                else:
                    clients.revoke_secret(client, secret_ids[number % 2])
            except (NotFound, Refused):
                database.session.rollback()
                return False
            database.session.commit()
            return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(race, range(4)))

    assert sorted(won) == [False, False, False, True]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ClientSecret)) == left


def test_secret_of_a_client_that_is_gone_cannot_be_added(db):
    client = clients.get(factories.client().client_id)
    with db.session.session_factory() as other:
        other.delete(other.get(Client, client.id))
        other.commit()

    with pytest.raises(NotFound):
        clients.add_secret(client)


def test_secret_of_another_client_cannot_be_revoked(db):
    one, other = factories.client(), factories.client()
    clients.add_secret(one.client)

    with pytest.raises(NotFound):
        clients.revoke_secret(one.client, other.client.secrets[0].id)


def test_another_worker_learns_of_a_change_within_two_seconds(app, db, make_app, clock):
    registered = factories.client(client_name="Before")
    other = make_app()
    with other.app_context():
        assert clients.find(registered.client_id).name == "Before"
    clients.update(clients.get(registered.client_id), {"client_name": "After"})
    db.session.commit()

    assert clients.find(registered.client_id).name == "After"
    clock.move(seconds=LONGEST_SECONDS)
    with other.app_context():
        assert clients.find(registered.client_id).name == "After"


@pytest.mark.parametrize("client_id", ["", "x" * 65, "nul\0", "ümlaut", "a b\n"])
def test_impossible_identifier_is_nobody(db, client_id):
    assert clients.find(client_id) is None


def test_deleted_client_takes_everything_along(db):
    registered = factories.client()
    factories.consent(factories.user(), registered)

    clients.delete(clients.get(registered.client_id))
    db.session.commit()

    for table in (Client, ClientSecret, Consent, Family):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert clients.find(registered.client_id) is None


def test_search_escapes_what_patterns_mean(db):
    """security.md AD07: a term is text, not a pattern."""
    factories.client(client_name="100% sure")
    factories.client(client_name="plain")

    assert [row.name for row in clients.search("%")[0]] == ["100% sure"]
    assert clients.search("1__") == ([], 0)


def test_form_counts_once(db):
    once.spend("value")

    with pytest.raises(SentAlready):
        once.spend("value")
    once.spend("another value")


def test_form_pressed_twice_at_once_counts_once(app, db):
    start = Barrier(2)

    def press(_number):
        with app.app_context():
            start.wait()
            try:
                once.spend("value")
            except SentAlready:
                return False
            database.session.commit()
            return True

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(press, range(2))) == [False, True]


def test_form_that_was_rolled_back_counts_again(db):
    once.spend("value")
    db.session.rollback()

    once.spend("value")


def family(person, client, **facts):
    """Add an authorization by a person for a client."""
    values = {
        "id": secrets.new_id(),
        "user_id": person.id,
        "client_pk": client.id,
        "reference": "K7Q2-9FXM",
        "scope": "openid",
        "epoch": 0,
        "acr": "",
        "amr": [],
        "redirect_uri": "https://photos.example/cb",
    }
    database.session.add(Family(**{**values, **facts}))
    database.session.flush()


def test_last_sign_in_is_the_newest_of_each_client(db, clock):
    person = factories.user()
    often, never = factories.client().client, factories.client().client
    times = [clock.move(hours=1) for _ in range(3)]
    for moment in (times[1], times[2], times[0]):
        family(person, often, auth_time=moment, created_at=moment, code_expires_at=moment)

    assert overview.last_sign_ins([often.id, never.id]) == {often.id: times[2]}


def test_namesakes_are_noticed_in_any_case(db):
    one = factories.client(client_name="Photo Box").client
    assert not overview.has_namesake(one)

    factories.client(client_name="photo box")

    assert overview.has_namesake(one)


def test_policy_members_are_kept_when_others_change(db):
    """security.md RG04: no silent reset of what an administrator has set."""
    client = clients.get(factories.client(trusted=True, access_token_lifetime=90).client_id)

    clients.update(client, {"client_name": "Other"})

    kept = {name: client.setting(name) for name in POLICY}
    assert kept["trusted"] is True
    assert kept["access_token_lifetime"] == 90
