"""Consents: what was allowed adds up, also when two tabs answer at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.database import db as database
from app.models import Consent
from app.services.authorization import consents
from app.services.clients import clients
from tests import factories

SCOPES = ("email", "phone", "address", "profile")


def test_scopes_not_asked_about_stay_as_they_were(db):
    person, client = factories.user(), factories.client().client
    consents.remember(person.id, client, asked=["openid", "email"], allowed=["openid"])

    kept = consents.remember(person.id, client, asked=["phone"], allowed=["phone"])

    assert set(kept.scope.split()) == {"openid", "phone"}
    assert kept.declined == "email"


def test_answer_can_be_changed(db):
    person, client = factories.user(), factories.client().client
    consents.remember(person.id, client, asked=["email", "phone"], allowed=["email"])

    kept = consents.remember(person.id, client, asked=["email", "phone"], allowed=["phone"])

    assert (kept.scope, kept.declined) == ("phone", "email")


@pytest.mark.parametrize("before", [None, "openid"])
def test_answers_of_many_tabs_at_once_add_up(app, db, before):
    """The first consents of a person meet in one row; none is lost, none fails."""
    person, registered = factories.user(), factories.client()
    if before:
        factories.consent(person, registered, before)
    user_id, client_id = person.id, registered.client_id
    start = Barrier(len(SCOPES))

    def answer(scope):
        with app.app_context():
            client = clients.get(client_id)
            consents.find(user_id, client.id)
            start.wait()
            consents.remember(user_id, client, asked=[scope], allowed=[scope])
            database.session.commit()

    with ThreadPoolExecutor(len(SCOPES)) as pool:
        list(pool.map(answer, SCOPES))

    db.session.rollback()
    kept = db.session.scalars(select(Consent.scope)).one()
    assert set(kept.split()) == {*SCOPES, *([before] if before else [])}
