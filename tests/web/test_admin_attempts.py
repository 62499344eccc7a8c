"""Sign-in attempts: find the one a person quotes, and read why it stopped and what mends it."""

from __future__ import annotations

import pytest

from app.oidc.reasons import REASONS
from app.services.authorization.attempts import Trace
from app.web.admin import attempts as page
from tests import factories
from tests.administrators import browser_of, visitor

WRONG = "https://photos.example/other"


@pytest.fixture
def browser(app, db):
    """Return an administrator's browser."""
    return browser_of(app, factories.admin())


@pytest.fixture
def photo_box(db):
    """Return an application."""
    return factories.client(client_name="Photo Box", redirect_uris=["https://photos.example/cb"])


def trace(db, outcome="refused", reason="redirect_uri_mismatch", **facts):
    """Write a visit and return its reference."""
    made = Trace(facts.pop("endpoint", "authorize"), **facts)
    made.passed("client", "known")
    if outcome == "refused":
        made.refused("redirect_uri", reason, sent=WRONG, expected="https://photos.example/cb")
    elif outcome == "waiting":
        made.reason = reason
    made.write(outcome)
    db.session.commit()
    return made.reference


def test_reference_from_an_error_page_leads_to_the_whole_story(app, browser, photo_box):
    """README: paste the reference, see each check, what was sent and expected, and the remedy."""
    developer = visitor(app).open(
        f"/authorize?client_id={photo_box.client_id}&response_type=code&redirect_uri={WRONG}"
    )
    reference = developer.element("reference").text

    browser.open("/admin/attempts").press("search", reference=reference)

    assert browser.at == f"/admin/attempts/{reference}"
    reason = REASONS["redirect_uri_mismatch"]
    shown = "".join(browser.shown.text.split())  # what differs is marked within the addresses
    for words in ("redirect_uri_mismatch", WRONG, "https://photos.example/cb", "PhotoBox"):
        assert words in shown, words
    assert browser.sees(" ".join(reason.fix.split()))
    browser.follow("Go to the setting")
    assert browser.at == f"/admin/applications/{photo_box.client_id}"


@pytest.mark.parametrize("change", [str.lower, lambda text: text.replace("-", ""), " {} ".format])
def test_reference_is_found_however_it_is_typed(browser, db, change):
    reference = trace(db)

    browser.open("/admin/attempts").press("search", reference=change(reference))

    assert browser.at == f"/admin/attempts/{reference}"


@pytest.mark.parametrize("typed", ["AAAA-AAAA", "x" * 500, "%00 no", "'", "<b>"])
def test_unknown_reference_finds_nothing(browser, db, typed):
    trace(db)

    browser.open("/admin/attempts").press("search", reference=typed)

    assert browser.sees("Nothing found")


def test_unknown_reference_in_the_address_is_not_found(browser):
    assert browser.open("/admin/attempts/AAAA-AAAA").status == 404


def test_visits_of_one_sign_in_stand_together_oldest_first(browser, db, clock, photo_box):
    """ux.md 2.21: one reference ties authorize, sign-in and token."""
    jane = factories.user("jane@people.example", name="Jane")
    reference = trace(db, "waiting", "no_session", client_id=photo_box.client_id)
    clock.move(seconds=9)
    trace(db, "ok", reference=reference, endpoint="sign_in", user_id=jane.id)
    clock.move(seconds=1)
    trace(db, "refused", "code_verifier_wrong", reference=reference, endpoint="token")

    text = browser.open(f"/admin/attempts/{reference}").shown.text

    told = ("The person was asked to sign in.", "has signed in", "code_verifier does not match.")
    places = [text.rindex(words) for words in told]  # above them stands how it ended
    assert places == sorted(places)
    assert browser.sees("jane@people.example")


def test_list_shows_the_newest_first_and_can_be_narrowed(browser, db, photo_box):
    refused = trace(db, client_id=photo_box.client_id)
    waiting = trace(db, "waiting", "consent_missing", client_id="gone")
    worked = trace(db, "ok", endpoint="token")

    def shown(query):
        text = browser.open(f"/admin/attempts?{query}").shown.text
        found = [reference for reference in (refused, waiting, worked) if reference in text]
        return sorted(found, key=text.index)

    assert shown("") == [worked, waiting, refused]
    assert shown("outcome=refused") == [refused]
    assert shown("outcome=nonsense") == [worked, waiting, refused]
    assert shown(f"client={photo_box.client_id}") == [refused]
    assert shown("client=gone&outcome=refused") == []


def test_older_attempts_are_a_page_away(browser, db):
    first = trace(db, endpoint="userinfo")
    for _ in range(page.PAGE_SIZE):
        trace(db)

    browser.open("/admin/attempts?outcome=refused")
    assert not browser.sees(first)
    browser.follow("Older")

    assert browser.sees(first)
    assert "outcome=refused" in browser.shown.url


@pytest.mark.parametrize("before", ["0", "-1", "9" * 30, "x"])
def test_any_place_in_the_list_can_be_asked_for(browser, db, before):
    trace(db)

    assert browser.open(f"/admin/attempts?before={before}").status == 200


@pytest.mark.one_engine
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_comes_with_its_remedy(browser, db, code):
    reference = trace(db, reason=code)

    browser.open(f"/admin/attempts/{reference}")

    assert browser.sees(" ".join(REASONS[code].fix.split()))
    assert browser.sees(code)


@pytest.mark.parametrize("code", ["password_wrong", "sign_in_throttled", "account_turned_off"])
def test_refused_sign_in_is_explained(browser, db, code):
    jane = factories.user()
    reference = trace(db, reason=code, endpoint="sign_in", user_id=jane.id)

    browser.open(f"/admin/attempts/{reference}")

    assert browser.sees(code)
    assert not browser.sees("Refused.")


def test_wrong_password_leaves_an_attempt_that_is_found(app, browser, db):
    jane = factories.user("jane@people.example")
    visitor(app).sign_in(jane.email, "not her password at all")

    browser.open("/admin/attempts?outcome=refused")

    assert browser.sees("The address and the password did not match.")
    assert browser.sees("jane@people.example")
    assert not browser.sees("not her password")


def test_hostile_request_is_shown_as_text(browser, db):
    """security.md HD04: what a stranger sent is text, and no page breaks by it."""
    made = Trace("authorize", client_id="<script>alert(1)</script>")
    made.refused("client", "client_unknown", sent='"><img src=x onerror=alert(1)>\u202e\0')
    made.write("refused")
    db.session.commit()

    assert browser.open("/admin/attempts").sees("<script>alert(1)</script>")
    assert browser.open(f"/admin/attempts/{made.reference}").sees('"><img src=x')


def test_sign_in_has_one_row_that_tells_how_it_stands(browser, db, photo_box):
    """One row for each reference: nobody is waited for who has come."""
    reference = trace(db, "waiting", "no_session", client_id=photo_box.client_id)
    trace(db, reason="password_wrong", reference=reference, endpoint="sign_in")
    trace(db, "ok", reference=reference, endpoint="token")

    browser.open("/admin/attempts")

    rows = browser.shown.root.find_all("tbody")[0].find_all("tr")
    assert len(rows) == 1
    for words in ("Worked", "The application has its tokens.", "Refused on the way:", "Photo Box"):
        assert words in rows[0].text, words
    assert not browser.open("/admin/attempts?outcome=waiting").sees(reference)


def test_trace_begins_with_how_it_stands_and_reads_like_sentences(browser, db, photo_box):
    reference = trace(db, "waiting", "no_session", client_id=photo_box.client_id)
    trace(db, "refused", "client_secret_wrong", reference=reference, endpoint="token")

    browser.open(f"/admin/attempts/{reference}")

    assert "How it stands" in browser.element("ending").text
    assert REASONS["client_secret_wrong"].description in browser.element("ending").text
    assert browser.sees("The application is registered and turned on.")
    assert "Went on" in browser.shown.text
    assert "Waiting" not in browser.shown.text


def test_request_that_nobody_came_back_to_is_not_waited_for_any_more(app, db, clock):
    reference = trace(db, "waiting", "no_session")
    clock.move(minutes=61)

    desk = browser_of(app, factories.admin())

    assert desk.open(f"/admin/attempts/{reference}").sees("Not finished")
