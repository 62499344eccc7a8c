"""What is kept about oneself, to take along, after a recent sign-in (security.md RV13, SE10)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.models import AuditEvent, Password, Session
from app.services.authorization.levels import RECENT
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.factories import PASSWORD


def download(browser):
    browser.open("/account/data").press("download")
    return browser.answer


def test_strangers_sign_in_first(browser, jane):
    assert browser.open("/account/data").at == "/login/sign-in"


def test_file_holds_what_is_kept_and_no_secret(rp, signed_in, jane, db):
    rp.authorize(signed_in)
    signed_in.allow(["email"])

    answer = download(signed_in)

    assert answer.headers["content-disposition"] == 'attachment; filename="account.json"'
    assert "no-store" in answer.headers["cache-control"]
    kept = answer.json
    assert kept["account"]["claims"]["email"] == jane.email
    assert kept["account"]["claims"]["sub"] == jane.subject
    [application] = kept["applications"]
    assert application["client_id"] == rp.client_id
    assert "email" in application["allowed"]
    assert len(kept["sessions"]) == 1
    assert "profile.exported" in [event["event"] for event in kept["activity"]]
    session = db.session.scalars(select(Session)).one()
    for secret in (session.digest, jane.pairwise_key, db.session.scalar(select(Password.hash))):
        assert secret not in answer.text
    assert Event.EXPORTED in db.session.scalars(select(AuditEvent.event)).all()


def test_nothing_of_others_is_in_it(app, signed_in):
    """ASVS 8.2.2."""
    other = factories.user()
    browser_of(app, other)

    assert other.email not in download(signed_in).text


def test_old_sign_in_is_asked_for_once_more(signed_in, jane, clock):
    """ASVS 7.5.1: an open browser is not enough."""
    clock.move(RECENT)
    signed_in.open("/account/data")
    assert signed_in.at == "/login/sign-in"
    assert signed_in.sees("Confirm it's you")
    assert not signed_in.has("continue")

    signed_in.press("sign-in", password=PASSWORD)

    assert signed_in.at == "/account/data"
    assert download(signed_in).json["account"]["claims"]["email"] == jane.email


def test_page_that_was_left_open_gives_nothing_away(signed_in, clock, db):
    signed_in.open("/account/data")
    clock.move(RECENT + timedelta(seconds=1))

    signed_in.press("download")

    assert signed_in.at == "/login/sign-in"
    assert Event.EXPORTED not in db.session.scalars(select(AuditEvent.event)).all()


def test_other_sites_cannot_start_it(signed_in):
    assert signed_in.post("/account/data", {}, from_site="https://evil.example").status == 400
