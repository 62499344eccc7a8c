"""Terms with versions: who agrees to which is recorded, and nobody goes on before (ux.md 2.2)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Attempt, AuditEvent, TermsAgreement, User
from app.services.people import exports, terms, users
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

EMAIL, WORDS = "ana@people.example", "four green boats sail home"
PAGE = "/login/terms"


@pytest.fixture
def app(make_app):
    """Return an application that records who agrees to its terms."""
    return make_app(terms_version="2026-11", terms_url="https://people.example/terms")


@pytest.fixture
def later(make_app):
    """Return it after the terms have changed."""
    return make_app(terms_version="2027-01", terms_url="https://people.example/terms")


@pytest.fixture
def agreed(db):
    """Return a function that tells what was recorded, the latest first: versions and addresses."""

    def read(email=EMAIL):
        db.session.rollback()
        number = db.session.scalar(select(User.id).where(User.email == email))
        wanted = select(AuditEvent).where(AuditEvent.event == Event.TERMS_AGREED)
        told = [event.details["version"] for event in db.session.scalars(wanted)]
        rows = [row.version for row in terms.of_user(number)]
        assert sorted(told) == sorted(rows), "each is in the audit log"
        copy = db.session.scalar(select(User.terms_version).where(User.id == number))
        assert not rows or copy == rows[0]
        return rows

    return read


def test_sign_up_has_a_tick_that_nobody_ticks_for_one(browser, db, letters, agreed):
    browser.open("/login/sign-up")
    assert not browser.element("agree").has("checked")
    assert not browser.sees("By creating an account")

    browser.sign_up(EMAIL, remember(WORDS))
    assert browser.status == 422
    assert browser.sees("Tick this to agree to the terms.")
    browser.press("register", password=WORDS, agree="2026-11")
    browser.confirm(letters.code(EMAIL))

    assert browser.at == "/account/"
    assert agreed() == ["2026-11"]


def test_tick_on_an_older_page_is_none(app, later, db):
    """Agreed to is what was shown."""
    filled = visitor(app).open("/login/sign-up")
    filled.transport = visitor(later).transport

    filled.press("register", email=EMAIL, password=remember(WORDS), agree="2026-11")

    assert filled.status == 422
    assert not filled.element("agree").has("checked")
    assert filled.element("agree").get("value") == "2027-01"


def test_who_chooses_the_password_elsewhere_agrees_there(app, browser, letters, agreed):
    """security.md RV08: what the first browser said counts for nothing."""
    browser.open("/login/sign-up")
    browser.press("register", email=EMAIL, password=remember(WORDS), agree="2026-11")
    elsewhere = visitor(app).open(letters.link(EMAIL))

    assert elsewhere.press("confirm", password=WORDS).status == 422
    elsewhere.press("confirm", password=WORDS, agree="2026-11")

    assert elsewhere.sees("This address is confirmed")
    assert agreed() == ["2026-11"]


def test_people_are_asked_once_after_the_terms_have_changed(later, jane, db, agreed):
    terms.agree(jane.id, "2026-11")
    db.session.commit()
    browser = visitor(later).open("/account/emails").sign_in(jane.email, PASSWORD)
    assert browser.at == PAGE
    assert browser.sees("The terms have changed")
    assert browser.sees("2027-01")

    browser.press("agree")

    assert browser.at == "/account/emails"
    assert agreed(jane.email) == ["2027-01", "2026-11"]
    browser.sign_out()
    assert browser.open("/login/sign-in").sign_in(jane.email, PASSWORD).at == "/account/"


def test_who_was_never_asked_reads_no_talk_of_changes(browser, jane):
    browser.sign_in(jane.email, PASSWORD)

    assert browser.at == PAGE
    assert browser.sees("Agree to the terms")
    assert not browser.sees("have changed")


def test_who_does_not_agree_is_signed_out_and_the_request_waits(browser, rp, jane, agreed):
    rp.authorize(browser)
    browser.sign_in(jane.email, PASSWORD)
    assert browser.at == PAGE

    browser.press("sign-out")

    assert browser.at == "/login/sign-in"
    assert browser.sees("Photo Box")
    assert agreed(jane.email) == []


def test_who_leaves_the_page_alone_comes_no_further(browser, rp, jane, agreed):
    """The account is shut as well, but for what people need who do not agree."""
    browser.sign_in(jane.email, PASSWORD)

    for page in ("/account/", "/account/profile", "/account/apps", "/account/activity"):
        assert browser.open(page).at == PAGE
    for page in ("/account/data", "/account/delete"):
        assert browser.open(page).at == page
    rp.authorize(browser)
    assert browser.at == PAGE
    assert agreed(jane.email) == []


def test_administrators_agree_like_everybody(app, db):
    browser = browser_of(app, factories.admin())

    assert browser.open("/admin/").at == PAGE


def test_page_of_an_older_version_is_shown_anew(app, later, jane, agreed):
    browser = visitor(app).sign_in(jane.email, PASSWORD)
    browser.transport = visitor(later).transport

    browser.press("agree")

    assert (browser.status, browser.at) == (409, PAGE)
    assert browser.sees("2027-01")
    assert agreed(jane.email) == []


def test_agreeing_twice_is_one_agreement(browser, jane, agreed):
    browser.sign_in(jane.email, PASSWORD)
    filled = browser.fill("agree")
    for _ in range(2):
        browser.post(filled.url, dict(filled.fields))

    assert browser.at == "/account/"
    assert agreed(jane.email) == ["2026-11"]


def test_application_that_wants_no_page_is_told(browser, rp, jane, db):
    """OIDC Core §3.1.2.6: interaction_required, and the trace says why."""
    browser.sign_in(jane.email, PASSWORD)

    rp.authorize(browser, prompt="none")

    assert rp.callback(browser).error == "interaction_required"
    wanted = select(Attempt.reason).where(Attempt.endpoint == "authorize")
    assert db.session.scalars(wanted.order_by(Attempt.id.desc())).first() == "terms_not_agreed"


def test_session_from_before_the_change_gets_no_code(later, rp, jane, db):
    """A living session is no way around: nobody signs in, and yet they are asked."""
    terms.agree(jane.id, "2026-11")
    db.session.commit()
    browser = browser_of(later, jane)

    rp.authorize(browser)
    assert browser.at == PAGE
    browser.press("agree").allow()

    assert rp.redeem(rp.callback(browser).code).status == 200


def test_administrators_and_the_export_show_what_was_agreed_to(app, jane, db):
    root = factories.admin()
    for version in ("2025", "2026-11"):
        terms.agree(jane.id, version)
        terms.agree(root.id, version)
    db.session.commit()

    page = browser_of(app, root).open(f"/admin/users/{jane.id}")

    assert page.sees("Agreed to the terms")
    assert page.sees("2025")
    told = exports.of(users.get(jane.id))["terms"]
    assert [each["version"] for each in told] == ["2026-11", "2025"]


def test_agreements_go_with_the_account(jane, db):
    terms.agree(jane.id, "2026-11")
    db.session.delete(users.get(jane.id))
    db.session.flush()

    assert db.session.scalars(select(TermsAgreement)).all() == []


def test_without_a_version_nothing_is_asked_or_recorded(make_app, letters, db, agreed):
    """ux.md 2.2: a sentence, not a checkbox, unless the setting asks for a record."""
    browser = visitor(make_app(terms_url="https://people.example/terms")).open("/login/sign-up")
    assert browser.sees("By creating an account you agree to the")
    assert not browser.has("agree")

    browser.sign_up(EMAIL, remember(WORDS)).confirm(letters.code(EMAIL))

    assert browser.at == "/account/"
    assert agreed() == []


@pytest.mark.parametrize("version", ["two words", "x" * 61, "<b>"])
@pytest.mark.one_engine
def test_version_is_one_word(make_app, version):
    with pytest.raises(ValueError, match="terms_version"):
        make_app(terms_version=version)
