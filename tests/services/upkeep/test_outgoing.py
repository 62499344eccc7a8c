"""Requests of ours wait for no transaction, and no transaction waits for them."""

from __future__ import annotations

import pytest

from app.clock import now
from app.database import db as database
from app.database import end_reads
from app.models import Throttle, User


def test_read_is_over_before_the_network_is_waited_for(db):
    db.session.query(User).all()

    end_reads()

    assert not database.session().in_transaction()


@pytest.mark.parametrize("flushed", [True, False])
def test_write_that_is_not_committed_is_a_mistake_of_ours(db, flushed):
    db.session.add(Throttle(key="k", failures=1, blocked_until=now(), expires_at=now()))
    if flushed:
        db.session.flush()

    with pytest.raises(RuntimeError, match="commit before"):
        end_reads()

    db.session.rollback()
