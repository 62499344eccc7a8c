"""Back-Channel Logout 1.0: applications are told, whatever happens on the way (protocol.md 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from app.clock import timestamp
from app.jobs import cleanup
from app.jobs import logouts as job
from app.models import Family, LogoutNotice, Session
from app.services.authorization import logouts
from app.services.authorization.sessions import end_all
from app.services.people import accounts
from tests import factories
from tests.browser import Cookie
from tests.oidc.conftest import Scene
from tests.oidc.logout.conftest import sign_out
from tests.remote import Remote, Reply
from tests.transports import FlaskTransport

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def verified(scene: Scene, token: str) -> dict[str, Any]:
    """Return the claims of a logout token that passes every check (§2.6)."""
    header = jwt.get_unverified_header(token)
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    claims: dict[str, Any] = jwt.decode(
        token,
        scene.rp.keys()[header["kid"]],
        algorithms=["RS256"],
        audience=scene.rp.client_id,
        issuer=scene.rp.issuer,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims
    assert timestamp() - 5 <= claims["iat"] < claims["exp"] <= timestamp() + 120
    return claims


def test_application_is_told_once_with_a_logout_token(used, remote, deliver, db):
    """§2.4, §2.5, protocol.md 5: a form with logout_token and nothing else, over TLS 1.3."""
    sign_out(used)
    deliver()
    deliver()

    [told] = remote.received
    assert told.method == "POST"
    assert told.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert told.tls == "TLSv1.3"
    assert set(told.form) == {"logout_token"}
    claims = verified(used, told.form["logout_token"])
    assert claims["sub"] == used.person.subject
    assert claims["sid"] == used.session.sid


def test_sid_is_that_of_the_id_token(used, remote, deliver):
    sid = used.id_token()["sid"]
    sign_out(used)
    deliver()

    assert verified(used, remote.received[0].form["logout_token"])["sid"] == sid


def test_redirect_after_rp_initiated_logout_does_not_wait_for_it(make_scene, remote, deliver, db):
    """protocol.md 5, oidcc-backchannel-rp-initiated-logout; reliability.md F20."""
    after = "https://rp.example/bye"
    scene = make_scene(
        backchannel_logout_uri=f"{remote.url}/backchannel", post_logout_redirect_uris=[after]
    )
    hint = scene.tokens()["id_token"]

    scene.browser.open(
        f"{scene.rp.issuer}/end_session?id_token_hint={hint}&post_logout_redirect_uri={after}"
    )

    assert scene.browser.left_for == after
    assert remote.received == []
    deliver()
    assert len(remote.received) == 1


def test_pairwise_application_is_told_its_own_sub(make_scene, remote, deliver):
    scene = make_scene(subject_type="pairwise", backchannel_logout_uri=f"{remote.url}/backchannel")
    sub = scene.id_token()["sub"]
    sign_out(scene)
    deliver()

    assert verified(scene, remote.received[0].form["logout_token"])["sub"] == sub


@pytest.mark.parametrize("act", ["everywhere", "elsewhere", "off"])
def test_every_end_of_a_session_is_told(used, remote, deliver, db, act):
    person = db.session.get(factories.User, used.person.id)
    if act == "everywhere":
        accounts.sign_out_everywhere(person)
    elif act == "off":
        accounts.turn_off(person)
    else:
        end_all(person)
    db.session.commit()
    deliver()

    assert len(remote.received) == 1


def test_application_that_was_not_used_is_not_told(make_scene, remote, deliver):
    scene = make_scene(backchannel_logout_uri=f"{remote.url}/backchannel")
    sign_out(scene)
    deliver()

    assert remote.received == []


def test_notice_and_end_are_one_act(used, db):
    """A session that did not end is not told of."""
    end_all(db.session.get(factories.User, used.person.id))
    db.session.rollback()

    assert db.session.query(LogoutNotice).count() == 0
    assert db.session.get(Session, used.session.id).ended_at is None


@pytest.mark.parametrize("status", [400, 404, 500, 503, 302])
def test_notice_that_is_not_accepted_is_sent_again(used, remote, deliver, db, clock, status):
    remote.replies["/backchannel"] = Reply(status=status)
    sign_out(used)
    deliver()
    deliver()
    assert len(remote.received) == 1

    clock.move(logouts.FIRST_RETRY)
    remote.replies["/backchannel"] = Reply(status=204)
    deliver()

    first, second = (one.form["logout_token"] for one in remote.received)
    assert (
        verified(used, second)["jti"]
        == jwt.decode(first, options={"verify_signature": False})["jti"]
    )
    notice = db.session.query(LogoutNotice).one()
    assert (notice.tries, notice.last_status, notice.last_fault) == (2, 204, "")
    assert notice.delivered_at is not None


def test_notice_is_given_up_after_a_day(used, remote, deliver, db, clock):
    remote.replies.clear()
    sign_out(used)
    begun = clock()
    while db.session.query(LogoutNotice).one().given_up_at is None:
        deliver()
        db.session.expire_all()
        clock.move(logouts.LONGEST_RETRY)

    assert len(remote.received) == logouts.MOST_TRIES
    assert timedelta(hours=12) < clock() - begun < timedelta(days=3)
    deliver()
    assert len(remote.received) == logouts.MOST_TRIES


def test_host_that_cannot_be_reached_is_noted(used, db, make_app, clock):
    """security.md LO05: a private host without leave is not reached."""
    sign_out(used)
    with make_app().app_context():
        job.deliver()

    notice = db.session.query(LogoutNotice).one()
    assert notice.last_fault == "private_address"
    assert notice.delivered_at is None


def test_many_notices_to_one_host_all_arrive(used, remote, deliver, db):
    """security.md LO05; more than the few requests that may wait for one host at once."""
    sids = {used.session.sid}
    for _ in range(30):
        session, token = factories.session(used.person)
        sids.add(session.sid)
        used.browser.jar["__Host-sealwax"] = Cookie(token)
        used.tokens()
    end_all(db.session.get(factories.User, used.person.id))
    db.session.commit()

    deliver()

    tokens = [one.form["logout_token"] for one in remote.received]
    told = [jwt.decode(one, options={"verify_signature": False})["sid"] for one in tokens]
    assert sorted(told) == sorted(sids)


def test_host_that_is_down_is_tried_once_a_round(used, db, make_app):
    for _ in range(3):
        _, token = factories.session(used.person)
        used.browser.jar["__Host-sealwax"] = Cookie(token)
        used.tokens()
    end_all(db.session.get(factories.User, used.person.id))
    db.session.commit()

    with make_app().app_context():
        job.deliver()

    notices = db.session.query(LogoutNotice).all()
    assert [notice.last_fault for notice in notices] == ["private_address"] * 4
    assert {notice.tries for notice in notices} == {1}


def test_host_that_is_slow_has_its_time(used, remote, deliver, db, monkeypatch):
    """reliability.md F20: mail and other hosts do not wait for it."""
    _, token = factories.session(used.person)
    used.browser.jar["__Host-sealwax"] = Cookie(token)
    used.tokens()
    end_all(db.session.get(factories.User, used.person.id))
    db.session.commit()
    monkeypatch.setattr(job, "SECONDS_FOR_A_HOST", -1)

    deliver()

    assert remote.received == []
    notices = db.session.query(LogoutNotice).all()
    assert [notice.last_fault for notice in notices] == ["host_slow"] * 2


def test_process_that_dies_gives_its_notice_back(used, remote, deliver, db, clock):
    sign_out(used)
    [notice_id] = logouts.due()
    assert logouts.claim(notice_id)
    assert logouts.claim(notice_id) is None
    db.session.commit()
    deliver()
    assert remote.received == []

    clock.move(logouts.LEASE)
    deliver()

    assert len(remote.received) == 1


def test_session_used_long_ago_is_told_of(used, remote, deliver, db, clock, app):
    """protocol.md 10.4: what was issued has died and been swept away; the client still hears."""
    clock.move(timedelta(days=3))
    cleanup.clean()
    db.session.commit()
    end_all(db.session.get(factories.User, used.person.id))
    db.session.commit()
    deliver()

    assert len(remote.received) == 1


def test_old_families_of_a_session_go_and_one_stays(make_scene, db, clock):
    scene = make_scene(grant_types=["authorization_code"])
    for _ in range(3):
        scene.tokens()
    clock.move(timedelta(days=3))
    cleanup.clean()

    assert db.session.query(Family).count() == 1


# --- what may be registered


@pytest.mark.parametrize(
    "uri", ["http://rp.example/x", "https://rp.example/x#y", "x", "javascript:alert(1)"]
)
def test_unusable_address_is_refused_at_registration(open_to_all, uri):
    """§2.2."""
    answer = open_to_all.register(backchannel_logout_uri=uri)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_client_metadata"


def test_metadata_says_so(app, used):
    """§2.1; protocol.md 5: certification demands sid."""
    used.rp.transport = FlaskTransport(app)

    assert used.rp.metadata["backchannel_logout_supported"] is True
    assert used.rp.metadata["backchannel_logout_session_supported"] is True


def test_address_is_echoed(open_to_all, remote: Remote):
    answer = open_to_all.register(backchannel_logout_uri="https://rp.example/backchannel")

    assert answer.json["backchannel_logout_uri"] == "https://rp.example/backchannel"
