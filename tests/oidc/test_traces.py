"""One reference, one timeline: authorize, sign-in, consent, token, userinfo, refresh, sign-out."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import func, select

from app.models import AddressUse, Attempt
from app.services.authorization import attempts
from app.services.authorization.attempts import described, masked, shown
from app.services.clients import address_uses, clients
from tests import factories
from tests.administrators import browser_of, visitor
from tests.secrets_seen import remember


def reference_of(db):
    """Return the reference of the newest attempt."""
    return db.session.scalars(select(Attempt.reference).order_by(Attempt.id.desc())).first()


def test_whole_sign_in_stands_under_one_reference(make_scene, app, db):
    """product.md, Twelve things 1: every check of that attempt, oldest first."""
    scene = make_scene(allowed="")
    browser = scene.browser
    browser.jar.clear()
    scene.rp.authorize(browser)
    browser.sign_in(scene.person.email, "not her password at all")
    browser.sign_in(scene.person.email, factories.PASSWORD)
    browser.allow()
    code = scene.rp.callback(browser).code
    scene.rp.redeem(code, code_verifier=None)
    tokens = scene.rp.redeem(code).json
    scene.rp.revoke(tokens["access_token"])
    scene.rp.userinfo(tokens["access_token"])
    scene.rp.refresh(tokens["refresh_token"], scope="openid beyond")
    hint = remember(tokens["id_token"])
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": "https://rp.example/unknown"}
    browser.open(f"{scene.rp.endpoint('end_session')}?{urlencode(sent, quote_via=quote)}")

    visits = attempts.search(browser.element("reference").text)

    assert [(visit.endpoint, visit.reason or visit.outcome) for visit in visits] == [
        ("authorize", "no_session"),
        ("sign_in", "password_wrong"),
        ("authorize", "consent_missing"),
        ("authorize", "ok"),
        ("token", "code_verifier_missing"),
        ("token", "ok"),
        ("userinfo", "access_token_revoked"),
        ("token", "scope_widened"),
        ("end_session", "post_logout_redirect_uri_mismatch"),
    ]
    assert {visit.client_id for visit in visits} == {scene.rp.client_id}


def test_sign_in_that_worked_is_told_by_the_next_line(make_scene, db):
    """How somebody signed in stands with the request that goes on: no row of its own is written."""
    scene = make_scene(allowed="")
    scene.rp.authorize(scene.browser)

    waiting = attempts.search(reference_of(db))[-1]

    session = next(check for check in waiting.checks if check["check"] == "session")
    assert session["ok"]
    assert session["sent"].startswith("pwd, since ")
    assert waiting.user_id == scene.person.id


def test_scope_that_is_left_out_is_named(scene, db):
    """OIDC Core §3.1.2.1: unknown scopes are ignored; their developer wonders why."""
    scene.code(scope="openid photos:write")

    checks = attempts.search(reference_of(db))[-1].checks

    assert [check.get("left_out") for check in checks if check["check"] == "scope"] == [
        "photos:write"
    ]


def test_stranger_with_a_made_up_code_joins_nothing(scene, db):
    scene.code()
    before = reference_of(db)

    answer = scene.rp.redeem("swx_ac_made-up")

    assert answer.headers["sealwax-reference"] != before


def test_answers_that_work_carry_no_reference(scene):
    """It would lead to nothing: what machines do and works leaves no row."""
    answer = scene.rp.redeem(scene.code())

    assert "sealwax-reference" not in answer.headers


@pytest.mark.parametrize(
    ("secret", "facts"),
    [
        ("", "nothing"),
        ("swx_cs_" + "a" * 43, "50 characters, begins swx_cs_…"),
        ("$2b$12$" + "a" * 53, "60 characters, looks like a hashed secret"),
        ("A" * 64, "64 characters, looks like a hashed secret"),
        ("hunter2\n", "8 characters, spaces, line ends or quotation marks around it"),
    ],
)
def test_secret_is_kept_as_facts(secret, facts):
    """security.md TE07: never enough to use it, nor to guess at it."""
    assert described(secret) == facts


@pytest.mark.parametrize("value", ["hunter2-hunter2-hunter2", "correct horse battery staple"])
def test_what_is_no_token_of_ours_is_kept_as_facts(value):
    """Somebody's password may stand where a token belongs."""
    assert masked(value) == f"{len(value)} characters"


def test_tokens_are_masked_wherever_they_stand(scene):
    token = scene.tokens()["id_token"]

    assert shown(f"see {token}") == "see eyJ…"


def test_use_of_an_address_is_written_once_a_day(scene, app, db, statements, clock):
    """Issue 5: last use of every address, and no write for it on every sign-in."""
    scene.code()
    with statements() as seen:
        scene.code()
    assert not [sql for sql in seen.sql if "address_use" in sql]

    clock.move(days=1)
    scene.browser.jar.update(browser_of(app, scene.person).jar)
    with statements() as seen:
        scene.code()

    assert len([sql for sql in seen.sql if "address_use" in sql]) == 1
    assert db.session.scalar(select(func.count()).select_from(AddressUse)) == 1
    client = clients.get(scene.rp.client_id)
    used = address_uses.last(client, [scene.rp.redirect_uri])
    assert used == {scene.rp.redirect_uri: clock().date()}


def test_port_of_an_installed_app_is_no_new_address(make_scene, db):
    """RFC 8252 §7.3: whatever port it listens on, it is the one registered address."""
    registered = "http://127.0.0.1/cb"
    scene = make_scene("native", redirect_uris=[registered], pkce_required=True)
    for port in (49152, 49153):
        sent = f"http://127.0.0.1:{port}/cb"
        scene.rp.redirect_uri = sent
        scene.rp.authorize(scene.browser)
        if scene.browser.page is not None and scene.browser.has("allow"):
            scene.browser.allow()
        assert scene.browser.left_for

    client = clients.get(scene.rp.client_id)
    assert address_uses.last(client, [registered])[registered] is not None
    assert db.session.scalar(select(func.count()).select_from(AddressUse)) == 1


def test_address_after_sign_out_is_noted_too(make_scene):
    after = "https://rp.example/signed-out"
    scene = make_scene(post_logout_redirect_uris=[after])
    hint = remember(scene.tokens()["id_token"])
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": after, "state": "x"}
    scene.browser.open(f"{scene.rp.endpoint('end_session')}?{urlencode(sent, quote_via=quote)}")

    client = clients.get(scene.rp.client_id)
    assert address_uses.last(client, [after], member=address_uses.LOGOUT)[after] is not None


def test_administrator_sees_what_became_of_it(scene, app, db):
    """The page of a trace tells of refreshes, which leave no row when they work."""
    tokens = scene.tokens()
    reference = reference_of(db)
    scene.rp.refresh(tokens["refresh_token"])

    desk = browser_of(app, factories.admin()).open(f"/admin/attempts/{reference}")

    assert desk.sees("1 time, last")
    assert visitor(app).open(f"/admin/attempts/{reference}").at != f"/admin/attempts/{reference}"
