"""Sign-ins as lists show them: one for each reference, with how it stands."""

from __future__ import annotations

import pytest

from app.services.authorization import stories
from app.services.authorization.attempts import Trace

ONE, TWO = "K7Q2-9FXM", "M3TD-VV81"


def visit(outcome, reference=ONE, reason="", **facts):
    """Write a visit."""
    made = Trace(facts.pop("endpoint", "authorize"), reference, **facts)
    made.reason = reason
    made.write(outcome)


def found(**terms):
    """Return what is listed: references, each with how it stands."""
    return [(story.last.reference, story.last.outcome) for story in stories.latest(**terms)]


@pytest.fixture
def stumbled(db):
    """Write a sign-in that worked after a refusal, and below it one that still waits."""
    visit("waiting", TWO, client_id="mail")
    visit("waiting", client_id="photos")
    visit("refused", reason="password_wrong", client_id="photos", user_id=3)
    visit("ok", client_id="photos", user_id=3)


def test_sign_in_is_listed_once_with_its_last_outcome(stumbled):
    assert found() == [(ONE, "ok"), (TWO, "waiting")]


def test_what_was_waited_for_and_came_is_waited_for_no_more(stumbled):
    assert found(outcome="waiting") == [(TWO, "waiting")]


def test_refusal_on_the_way_is_found_and_told(stumbled):
    assert found(outcome="refused") == [(ONE, "ok")]
    story = stories.latest(outcome="refused")[0]
    assert story.refused
    assert story.refused.reason == "password_wrong"


def test_story_knows_what_only_an_earlier_visit_told(db):
    visit("ok", client_id="photos", user_id=3)
    visit("refused", reason="code_unknown", endpoint="token")

    story = stories.latest()[0]

    assert (story.client_id, story.user_id, story.refused) == ("photos", 3, None)


def test_owner_is_told_of_the_visits_of_the_own_application_alone(db):
    """CVE-2026-105209: a code that another application sent tells its owner nothing."""
    visit("ok", client_id="photos", user_id=3)
    visit("refused", reason="code_of_another_client", client_id="mail", endpoint="token")

    assert found(among={"photos"}) == [(ONE, "ok")]
    assert found(among={"photos"}, outcome="refused") == []
    assert found(among=set()) == []


def test_older_sign_ins_are_below_the_last_one_seen(stumbled):
    newest = stories.latest(most=1)[0]

    assert found(before=newest.last.id) == [(TWO, "waiting")]


def test_request_is_left_when_its_time_is_over(db, clock):
    visit("waiting", reason="no_session")
    waiting = stories.latest()[0].last
    assert not stories.is_left(waiting)

    clock.move(minutes=61)

    assert stories.is_left(waiting)
