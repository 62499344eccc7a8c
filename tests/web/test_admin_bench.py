"""Test bench: a whole sign-in, shown step by step; nothing of it can be used, or stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.database import Base
from app.models import AuditEvent, User
from app.oidc import bench
from app.services.authorization import bench_runs
from app.services.authorization.bench_runs import SomebodyElse
from app.services.clients import clients
from app.services.people import people_for_tests
from app.services.upkeep.audit import Event
from tests import factories
from tests.factories import PASSWORD
from tests.http import Http
from tests.secrets_seen import TOKEN, remember
from tests.signing import client_key

ALL = "openid profile email phone address offline_access"
ROOT = Path(__file__).resolve().parents[2]
#: What a run may leave behind: that it was, and that its token is revoked.
RECORD = {"audit_event", "revoked_token"}


@pytest.fixture
def page(db):
    made = factories.client(client_name="Photo Box", scope=ALL)
    return f"/admin/applications/{made.client_id}/bench"


@pytest.fixture
def rows(db):
    """Return a function that counts the rows of every table a run must leave as it was."""
    return lambda: {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
        if table.name not in RECORD
    }


def test_run_as_oneself_shows_every_step(desk, page, root):
    """Issue 5: every request, response and decoded token is shown, each claim explained."""
    desk.open(page).press("run")

    assert desk.has("run-result")
    for words in (
        "The application sends the browser here",
        "The application exchanges the code for tokens",
        "The application checks the ID token",
        "The application asks about the person",
        "The application refreshes its tokens",
        "The application gives the token back",
        "The nonce is the one that was sent.",
        "The signature is right.",
        "The person is asked on the consent page",
        root.email,
    ):
        assert desk.sees(words), words
    assert not desk.sees("Refused:")


def test_whole_run_is_within_the_weight_of_a_page(desk, page):
    """ux.md 3, goal 3: 120 KB with everything that the page loads, nothing compressed."""
    desk.open(page).press("run", scope=ALL.split())

    loaded = {
        element.get("src") or element.get("href")
        for element in desk.shown.root.find_all("link", "script", "img")
    }
    paths = [address.partition("?")[0].lstrip("/") for address in loaded]
    weight = sum((ROOT / path).stat().st_size for path in paths if path.startswith("static/"))
    assert weight > 40 * 1024, "style sheets, scripts and the font are counted"
    assert weight + len(desk.answer.content) <= 120 * 1024


def test_run_shows_no_token_and_leaves_no_row(desk, page, rows, db):
    """Its code and tokens die with it; statistics and attempts do not know of it."""
    desk.open(page)
    db.session.commit()
    before = rows()

    desk.press("run")

    db.session.rollback()
    assert rows() == before
    assert not TOKEN.search(desk.answer.text)
    assert "swx_" not in desk.answer.text
    event = db.session.scalar(select(AuditEvent).filter_by(event=Event.CLIENT_TRIED.value))
    assert event.details["worked"] is True


def test_test_person_is_made_and_run_as(desk, page, db):
    desk.open(page).press("make-person", name="Tess Test")
    assert desk.sees("The test person is there.")
    tess = db.session.scalar(select(User).filter_by(is_test=True))

    desk.press("run", who=str(tess.id), scope=["openid", "profile", "phone"])

    assert desk.sees("Tess Test")
    assert desk.sees("+15555550100")
    assert not desk.sees("Refused:")


def test_nobody_signs_in_as_a_test_person(app, desk, page, browser, db):
    """A test person has no way in: no password, and an address that gets no mail."""
    desk.open(page).press("make-person", name="Tess Test")
    tess = db.session.scalar(select(User).filter_by(is_test=True))

    browser.sign_in(tess.email, PASSWORD)

    assert browser.status == 422
    assert tess.email.endswith(".invalid")


def test_run_as_another_living_person_is_refused(desk, page, jane, root, db):
    """Ux.md 2.23: never use the administrator's session to act as another user."""
    desk.open(page)

    desk.post(page, {"csrf_token": desk.csrf_token, "who": str(jane.id), "scope": "openid"})

    assert desk.status == 422
    assert not desk.has("run-result")
    with pytest.raises(SomebodyElse):
        bench_runs.open(jane, by=root.id, amr=("pwd",))


@pytest.mark.parametrize("members", [{}, {"access_token_format": "opaque"}])
def test_what_a_run_held_is_dead_afterwards(db, root, make_run, register, members):
    """Even a token copied out of the process opens nothing of ours."""
    party = register(scope=ALL, **members)
    run = make_run(party.client_id, root, until="refresh")
    held = {name: remember(value) for name, value in run.held.items()}
    assert party.userinfo(held["access_token"]).status == 200

    run.end()
    bench_runs.erase(run.person.session_id)
    db.session.commit()

    assert party.userinfo(held["access_token"]).status == 401
    assert party.refresh(held["refresh_token"]).status == 400
    assert party.introspect(held["access_token"]).json == {"active": False}


@pytest.fixture
def make_run(db):
    """Return a function that runs the bench up to a step and leaves it there."""

    def made(client_id, person, *, until, scope=ALL):
        opened = bench_runs.open(person, by=person.id, amr=("pwd",))
        db.session.commit()
        run = bench.Run(client_id, scope, opened)
        for exchange in run.steps():
            db.session.commit()
            assert not exchange.refusal, exchange
            if exchange.step == until:
                return run
        raise AssertionError(until)

    return made


def test_nothing_from_outside_speaks_for_an_application(app, page):
    """Only code of this process can; no parameter, header or cookie leads there."""
    client_id = page.split("/")[3]
    http = Http(app, app.response_class)
    form = {"grant_type": "client_credentials", "client_id": client_id, "bench": client_id}

    answer = http.post("/token", data=form, headers={"Bench": client_id})

    assert answer.status_code == 401


def test_code_of_a_run_cannot_be_redeemed_by_a_thief(db, root, make_run, register):
    """The code is bound to a verifier that no page shows (RFC 7636 §4.6)."""
    party = register(scope=ALL)
    run = make_run(party.client_id, root, until="authorize")
    party.request()

    assert party.redeem(remember(run.held["code"])).status == 400


def test_machine_is_run_for_itself(desk, db):
    made = factories.client("machine", scope="photos:read")

    desk.open(f"/admin/applications/{made.client_id}/bench").press("run")

    assert desk.sees("The application asks for a token of its own")
    assert desk.sees("no person stands behind this token")
    assert not desk.sees("Refused:")


@pytest.mark.parametrize(
    "members",
    [
        {"subject_type": "pairwise", "id_token_signed_response_alg": "EdDSA"},
        {"userinfo_signed_response_alg": "ES256", "trusted": True},
        {"access_token_format": "opaque", "audience": ["https://api.example"]},
        {"token_endpoint_auth_method": "none"},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": client_key().jwks},
        {"grant_types": ["authorization_code"]},
    ],
)
def test_every_kind_of_application_can_be_run(desk, db, members):
    made = factories.client(scope=ALL, **members)

    desk.open(f"/admin/applications/{made.client_id}/bench").press("run")

    assert desk.sees("The application checks the ID token")
    assert not desk.sees("Refused:")


def test_run_stops_where_the_person_would_have_to_do_more(desk, db):
    made = factories.client(require_second_step=True)
    page = f"/admin/applications/{made.client_id}/bench"

    desk.open(page).press("run", way="password")
    assert desk.sees("acr_not_reached")

    desk.open(page).press("run", way="second-step")
    assert not desk.sees("Refused:")


def test_run_of_an_application_that_is_off_says_why(desk, page, db):
    clients.turn_off(clients.get(page.split("/")[3]))
    db.session.commit()

    desk.open(page).press("run")

    assert desk.sees("client_turned_off")


def test_there_are_only_so_many_test_people(desk, page, root, db):
    for number in range(people_for_tests.MOST):
        people_for_tests.make(f"T{number}", by=root.id)
    db.session.commit()

    desk.open(page).press("make-person", name="One more")

    assert desk.status == 422
    assert desk.sees("There are 20 test people already.")


def test_device_runs_from_its_codes_to_its_tokens(desk, root, rows, db):
    """Issue 5: the real flow, which a device has of its own (RFC 8628)."""
    tv = factories.client("device", client_name="Big Screen", scope=ALL)
    desk.open(f"/admin/applications/{tv.client_id}/bench")
    db.session.commit()
    before = rows()

    desk.press("run", scope=["openid", "email", "offline_access"])

    for words in (
        "The device asks for its codes",
        "The person types the code, and allows it",
        "The device exchanges its code for tokens",
        "The application checks the ID token",
        "The application refreshes its tokens",
        root.email,
    ):
        assert desk.sees(words), words
    assert not desk.sees("Refused:")
    assert not desk.sees("The nonce is")
    assert "swx_" not in desk.answer.text
    db.session.commit()
    assert rows() == before
    kinds = db.session.scalars(select(AuditEvent.event)).all()
    assert Event.DEVICE_CONNECTED not in kinds, "nobody has connected one"


def test_device_that_may_not_ask_leaves_nothing(desk, rows, db):
    tv = factories.client("device", scope="openid")
    desk.open(f"/admin/applications/{tv.client_id}/bench")
    clients.turn_off(tv.client, by=None)
    db.session.commit()
    before = rows()

    desk.press("run", scope=["openid"])

    assert desk.sees("Refused:")
    db.session.commit()
    assert rows() == before
