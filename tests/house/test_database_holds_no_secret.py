"""The search for secrets in the database finds what it should.

It runs after every test that touches a database (tests/stages.py); this shows it can see.
"""

from __future__ import annotations

import pytest

from app.clock import now
from app.database import Base
from app.models import Link, Mail
from tests import databases, secrets_seen

SECRET = "swx_at_a-value-nobody-may-keep"


@pytest.fixture
def found(stage, db):
    """Search as it is done after a test, then remove what was put there on purpose."""

    def search():
        db.session.commit()
        texts = databases.dump(stage.engine, Base.metadata)
        databases.empty(stage.engine, Base.metadata, {"link", "mail"})
        return secrets_seen.search(texts)

    secrets_seen.remember(SECRET)
    return search


def _mail(**columns):
    return Mail(
        message_id="<1@id.example>",
        recipient="ada@people.example",
        template="sign_up_code",
        subject="A code",
        html="",
        **columns,
    )


def test_a_secret_in_a_row_is_found(db, found):
    db.session.add(Link(digest=SECRET, purpose="set-up", expires_at=now()))

    (fault,) = found()

    assert fault.startswith("link holds a secret: swx_at…")
    assert SECRET not in fault


def test_a_secret_in_a_sent_mail_is_found(db, found):
    db.session.add(_mail(text=f"Your code: {SECRET}", sent_at=now()))

    assert found()


def test_a_mail_may_hold_its_code_until_it_is_sent(db, found):
    db.session.add(_mail(text=f"Your code: {SECRET}"))

    assert not found()


def test_keys_are_kept_sealed(stage):
    stored = databases.dump(stage.engine, Base.metadata)["signing_key"]

    assert "private_sealed=" in stored
    assert "PRIVATE KEY" not in stored
    assert "'d':" not in stored
