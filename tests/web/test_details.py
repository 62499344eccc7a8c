"""A few more details: what the settings ask an account for, on a page after the sign-up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import db as app_db
from app.models import Attempt, User
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember
from tests.statements import counted

EMAIL, WORDS = "ana@people.example", "four green boats sail home"
ASKED = ("birthdate", "phone_number*", "country")
PAGE = "/login/details"
TYPED = {"birthdate": "1990-01-31", "phone_number": "+33 1 23 45 67 89", "country": "France"}


@pytest.fixture
def app(make_app):
    """Return an application that asks for two things that may be left out, and one that may not."""
    return make_app(sign_up_asks=ASKED)


@pytest.fixture
def lenient(make_app):
    """Return one where all of it may be left out."""
    return make_app(sign_up_asks=("nickname", "country"))


@pytest.fixture
def fresh(db):
    """Return a function that reads the account of an address as it is by now."""

    def read(email=EMAIL):
        wanted = select(User).where(User.email == email)
        return db.session.scalars(wanted.execution_options(populate_existing=True)).one()

    return read


def sign_up(browser, letters):
    """Make an account, up to the page after it."""
    browser.sign_up(EMAIL, remember(WORDS))
    return browser.confirm(letters.code(EMAIL))


def test_new_person_is_asked_inside_the_request_of_the_app(browser, register, letters, fresh):
    """ux.md 2.2: a second page, never the first; the request is not lost, the claims come out."""
    rp = register(scope="openid profile phone address")
    assert not browser.open("/login/sign-up").has("birthdate")
    rp.authorize(browser, scope="openid profile phone address")
    sign_up(browser, letters)
    assert browser.at == PAGE
    assert browser.sees("to continue to Photo Box")
    assert browser.element("phone_number").get("autocomplete") == "tel"
    assert not browser.has("nickname")

    browser.press("save", **TYPED)

    assert browser.at == "/login/consent"
    browser.allow(["profile", "phone", "address"])
    told = rp.userinfo(rp.redeem(rp.callback(browser).code).json["access_token"]).json
    assert (told["birthdate"], told["phone_number"]) == (TYPED["birthdate"], TYPED["phone_number"])
    assert told["address"]["country"] == "France"
    assert not fresh().details_due


def test_what_is_needed_cannot_be_left_out(browser, rp, letters, fresh):
    rp.authorize(browser)
    sign_up(browser, letters)
    assert not browser.has("skip")

    browser.press("save", birthdate="1990")
    assert browser.status == 422
    assert browser.element("phone_number").get("aria-invalid") == "true"
    assert browser.element("birthdate").get("value") == "1990"
    csrf = browser.fill("save").fields
    browser.post(browser.shown.url, {**dict(csrf), "answer": "skip", "phone_number": "+1 5"})

    assert browser.status == 422
    assert browser.at == PAGE
    assert fresh().phone_number is None


def test_what_may_not_be_so_comes_back_with_advice(browser, letters, fresh):
    """The page has no rules of its own: they are those of the profile."""
    sign_up(browser, letters)

    browser.press("save", **{**TYPED, "birthdate": "31.1.90"})

    assert browser.status == 422
    assert browser.sees("Write the date as YYYY-MM-DD")
    assert browser.element("country").get("value") == "France"
    assert fresh().details_due


def test_page_is_skipped_and_not_shown_again(lenient, letters, fresh):
    """ux.md 2.2: it can be skipped where all of it may be left out; asked once."""
    browser = sign_up(visitor(lenient), letters)
    assert browser.at == PAGE

    browser.press("skip", nickname="not kept")

    assert browser.at == "/account/"
    assert fresh().nickname is None
    browser.sign_out()
    assert browser.open("/login/sign-in").sign_in(EMAIL, WORDS).at == "/account/"


def test_empty_fields_that_may_be_empty_are_an_answer_too(lenient, letters, fresh):
    sign_up(visitor(lenient), letters).press("save", country="France")

    assert not fresh().details_due
    assert fresh().address == {"country": "France", "formatted": "France"}


def test_person_who_is_there_already_is_asked_for_what_is_needed(browser, jane, fresh):
    """At the next sign-in, once; the page they wanted to see comes after it."""
    browser.open("/account/emails").sign_in(jane.email, PASSWORD)
    assert browser.at == PAGE

    browser.press("save", phone_number="+33 1 23 45 67 89")

    assert browser.at == "/account/emails"
    assert fresh(jane.email).phone_number == "+33 1 23 45 67 89"
    browser.sign_out()
    assert browser.open("/login/sign-in").sign_in(jane.email, PASSWORD).at == "/account/"


def test_person_who_has_said_it_is_not_asked(browser, db):
    said = factories.user("said@people.example", phone_number="+33 1 23 45 67 89")

    assert browser.sign_in(said.email, PASSWORD).at == "/account/"


def test_person_who_is_there_already_is_not_asked_for_the_rest(lenient, jane):
    assert visitor(lenient).sign_in(jane.email, PASSWORD).at == "/account/"


def test_application_that_wants_no_page_is_told(browser, rp, jane, db):
    """OIDC Core §3.1.2.6: interaction_required, and the trace says why."""
    browser.sign_in(jane.email, PASSWORD)

    rp.authorize(browser, prompt="none")

    assert rp.callback(browser).error == "interaction_required"
    wanted = select(Attempt.reason).where(Attempt.endpoint == "authorize")
    assert db.session.scalars(wanted.order_by(Attempt.id.desc())).first() == "details_missing"


def test_request_can_be_cancelled_from_there(browser, rp, letters):
    rp.authorize(browser)
    sign_up(browser, letters)

    browser.deny()

    assert rp.callback(browser).error == "access_denied"


def test_only_that_part_of_an_address_is_touched(make_app, db, fresh):
    """The rest of an address stays, and one that was written out whole is not cut down."""
    known = {"locality": "Lyon", "formatted": "Lyon"}
    factories.user(EMAIL, address=known)
    app = make_app(sign_up_asks=("country*",))

    visitor(app).sign_in(EMAIL, PASSWORD).press("save", country="France")

    assert fresh().address == {"locality": "Lyon", "country": "France", "formatted": "Lyon\nFrance"}
    factories.user("b@people.example", address={"formatted": "1 Rue X\nLyon"})
    visitor(app).sign_in("b@people.example", PASSWORD).press("save", country="France")
    assert fresh("b@people.example").address["formatted"] == "1 Rue X\nLyon"


def test_what_was_typed_is_not_lost_when_the_session_ends(browser, jane, clock, settings):
    """ux.md 2.13."""
    browser.sign_in(jane.email, PASSWORD)
    clock.move(settings.session_idle + timedelta(minutes=1))

    browser.press("save", birthdate="1990").sign_in(jane.email, PASSWORD)

    assert browser.at == PAGE
    assert browser.element("birthdate").get("value") == "1990"


def test_only_what_is_needed_takes_a_statement_more(make_app, db, register):
    """Without the setting the silent way is what it was: tests/oidc/test_statements.py."""
    person, counts = factories.user(phone_number="+33 1 23 45 67 89"), []
    for asked in (("country",), ("phone_number*",)):
        app = make_app(sign_up_asks=asked)
        rp, browser = register(trusted=True), visitor(app).sign_in(person.email, PASSWORD)
        rp.authorize(browser)
        with app.app_context():
            engine = app_db.engine
        with counted(engine) as seen:
            rp.authorize(browser, prompt="none")
        assert rp.callback(browser).code
        counts.append(seen.count)

    assert counts[1] == counts[0] + 1


@pytest.mark.parametrize("asked", ["email", "favourite_colour", "country, country*", "sub*"])
@pytest.mark.one_engine
def test_claims_that_nobody_can_type_stop_the_start(make_app, asked):
    with pytest.raises(ValueError, match="SEALWAX_SIGN_UP_ASKS"):
        make_app(sign_up_asks=asked)
