"""The search for secrets in the database finds what it should.

It runs after every test that touches a database (tests/stages.py); this shows it can see.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.clock import now
from app.database import Base
from app.models import Link, Mail
from app.services.upkeep import mail
from tests import databases, secrets_seen

SECRET = "swx_at_a-value-nobody-may-keep"
RESET = {"link": f"https://id.example/login/reset/{SECRET}", "minutes": 30}


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


def test_a_secret_in_a_row_is_found(db, found):
    db.session.add(Link(digest=SECRET, purpose="set-up", expires_at=now()))

    (fault,) = found()

    assert fault.startswith("link holds a secret: swx_at…")
    assert SECRET not in fault


def test_a_mail_that_waits_is_kept_sealed(app, db, found):
    """ASVS 6.5.2: whoever reads a copy of the database cannot follow the link first."""
    with app.test_request_context(base_url="https://id.example"):
        mail.enqueue("password_reset", to="ada@people.example", **RESET)
        assert SECRET in mail.read(db.session.scalars(select(Mail)).one()).text

        assert not found()


def test_keys_are_kept_sealed(stage):
    stored = databases.dump(stage.engine, Base.metadata)["signing_key"]

    assert "private_sealed=" in stored
    assert "PRIVATE KEY" not in stored
    assert "'d':" not in stored
