"""The overview: what needs attention first, how things go, what happened last (ux.md 2.16)."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import update

from app.jobs import audit as job
from app.models import ClientSecret, LogoutNotice, Mail, SigningKey
from app.security import secrets
from app.services.authorization.attempts import Trace
from app.services.clients import clients
from app.services.people import accounts
from app.services.upkeep import audit, mail
from app.services.upkeep.audit import Event
from app.settings import settings as current
from tests import factories
from tests.administrators import browser_of
from tests.planting import plant, weed

CALM = "Nothing needs your attention."
ROWS = 20_000
#: ux.md 2.16; with a million rows, `make desk`.
MOST_SECONDS = 0.150
MOST_STATEMENTS = 26
PATHS = (
    "/admin/overview",
    "/admin/audit",
    "/admin/audit?event=administrators",
    "/admin/audit?event=refused&since=2020-01-01",
    "/admin/audit?event=user.erased",
    "/admin/audit?about=1017",
    "/admin/audit?client=client-7&event=refused",
    "/admin/audit?address=192.0.2.77",
    "/admin/audit?reference=R4",
)


@pytest.fixture
def root(db):
    """Return an administrator with a second step."""
    assert db.engine, "a context of the application is open"
    person = factories.admin("root@people.example")
    factories.phone(person)
    return person


@pytest.fixture
def browser(app, root):
    """Return their browser; there is another administrator, and an application."""
    factories.phone(factories.admin())
    factories.client(client_name="Photo Box")
    return browser_of(app, root)


def overview(browser):
    """Open the overview."""
    return browser.open("/admin/")


def test_quiet_house_needs_no_attention(browser):
    assert overview(browser).sees(CALM)
    assert browser.sees("Made an account") or browser.sees("Signed in")


def leads_to(browser, sentence, button, path):
    """Tell whether the overview says the sentence, and where its button leads."""
    assert overview(browser).sees(sentence), browser.shown.text[:900]
    browser.follow(button)
    assert browser.at.startswith(path)
    return True


def test_secret_that_ends_is_told_in_time(app, db, browser, clock):
    found = factories.client(client_name="Print Shop")
    ends = clock() + timedelta(days=10, hours=1)
    mine = ClientSecret.client_pk == found.client.id
    db.session.execute(update(ClientSecret).where(mine).values(expires_at=ends))
    db.session.commit()

    place = f"/admin/applications/{found.client_id}"
    assert leads_to(browser, "The secret of Print Shop expires in 10 days.", "Add a secret", place)
    db.session.execute(update(ClientSecret).where(mine).values(expires_at=clock()))
    assert leads_to(browser, "The secret of Print Shop has expired", "Add a secret", place)


def test_secret_that_is_replaced_needs_no_attention(db, browser, clock):
    """One of two ends: the rotation as it should be."""
    found = factories.client(client_name="Print Shop")
    mine = ClientSecret.client_pk == found.client.id
    db.session.execute(update(ClientSecret).where(mine).values(expires_at=clock()))
    db.session.add(ClientSecret(client_pk=found.client.id, digest="x", ending="abcd"))
    db.session.commit()

    assert overview(browser).sees(CALM)


def test_key_that_nobody_rotates_is_told(app, db, browser, clock):
    late = clock() - current.key_rotation - timedelta(days=2)
    signing = SigningKey.alg == "ES256", SigningKey.state == "current"
    db.session.execute(update(SigningKey).where(*signing).values(current_at=late))
    db.session.commit()

    assert leads_to(browser, "should have been rotated by now: ES256", "keys", "/admin/keys")


def test_mail_that_does_not_go_out_is_told(db, browser):
    for tries in (mail.MOST_TRIES, 2):
        row = {"recipient": "x@y.example", "template": "test", "sealed": ""}
        db.session.add(Mail(message_id=secrets.new_id(), tries=tries, last_fault="no", **row))
    db.session.commit()

    assert leads_to(browser, "1 mail could not be sent.", "Look at the mail", "/admin/mails")
    assert overview(browser).sees("1 mail waits after a try that did not work.")


def test_application_that_cannot_be_told_is_named(db, browser, clock):
    found = factories.client(client_name="Print Shop")
    facts = {"jti": "j", "sid": "s", "sub": "u", "uri": "https://rp.example/logout"}
    db.session.add(LogoutNotice(client_pk=found.client.id, given_up_at=clock(), **facts))
    db.session.commit()

    place = f"/admin/applications/{found.client_id}"
    sentence = "Print Shop could not be told that people signed out."
    assert leads_to(browser, sentence, "Send a test", place)


def test_application_whose_visits_are_refused_is_named(db, browser):
    found = factories.client(client_name="Print Shop")
    for number in range(20):
        trace = Trace("authorize", client_id=found.client_id)
        trace.write("refused" if number % 4 == 0 else "ok")
    db.session.commit()

    sentence = "25% of the latest visits from Print Shop were refused."
    assert leads_to(browser, sentence, "Why?", "/admin/attempts")


def test_burst_of_refused_sign_ins_is_told(db, browser):
    for _ in range(50):
        audit.record(Event.SIGN_IN_REFUSED)
    db.session.commit()

    sentence = "50 sign-ins were refused in the last hour."
    assert leads_to(browser, sentence, "Show them", "/admin/audit")
    assert browser.sees("Sign-in refused")


def test_token_that_was_used_twice_is_told(db, browser):
    audit.record(Event.REFRESH_REPLAYED, client_id="photos")
    db.session.commit()

    assert leads_to(browser, "was used twice today", "Show them", "/admin/audit")


def test_unused_and_turned_off_applications_are_named(app, db, root, browser, clock):
    clients.turn_off(factories.client(client_name="Old Wiki").client, by=root.id)
    factories.client("machine", client_name="Backup")
    db.session.commit()
    clock.move(days=31)

    here = overview(browser_of(app, root))

    assert here.sees("Nobody has signed in to Photo Box for 30 days.")
    assert here.sees("Turned off: Old Wiki.")


def test_lonely_administrator_without_a_second_step_is_told(app, db):
    """security.md AD04, AD10."""
    me = factories.admin("me@people.example", name="Root")

    here = overview(browser_of(app, me))

    assert here.sees("Root is an administrator without a second step.")
    assert here.sees("There is only one administrator")


def test_jobs_that_stand_still_come_first(app, db, root, browser, clock):
    audit.record(Event.SIGNED_IN)
    accounts.turn_off(factories.user(), by=root.id)
    db.session.commit()
    clock.move(minutes=11)

    overview(browser_of(app, root))
    assert overview(browser).sees("The jobs don't run")


def test_figures_say_their_trend_in_words(app, db, root, clock):
    """WCAG 1.4.1: no arrow, no colour alone."""
    for good, bad in ((9, 1), (12, 3)):
        for event, times in ((Event.SIGNED_IN, good), (Event.SIGN_IN_REFUSED, bad)):
            for _ in range(times):
                audit.record(event)
        db.session.commit()
        job.seal()
        clock.move(days=7)

    here = overview(browser_of(app, root))

    assert here.sees("12 up from 9")
    assert here.sees("20.0% up from 10.0%")
    here.follow("Refused sign-ins")
    assert here.at == "/admin/audit"
    assert here.sees("Sign-in refused")


def test_chart_has_a_table_twin(app, db, root, browser):
    """ux.md 1.2: what is drawn is written, too."""
    for _ in range(1234):
        audit.record(Event.SIGN_IN_REFUSED)
    db.session.commit()
    job.seal()

    page = overview(browser).shown

    tables = [table for table in page.root.find_all("table") if "28 days" in table.text]
    assert len(tables[0].find_all("tr")) == 29
    assert "1,234" in tables[0].find_all("tr")[1].text
    drawing = page.root.find_all("svg")
    assert any("28 days" in svg.get("aria-label") for svg in drawing)


@pytest.fixture
def busy(db, browser, thorough):
    """Return the browser in a house with many rows."""
    plant(ROWS * thorough)
    yield browser
    weed()


def test_overview_asks_few_questions(busy, statements):
    with statements() as seen:
        overview(busy)

    assert seen.count <= MOST_STATEMENTS, seen


def test_pages_are_quick_with_many_rows(busy, thorough):
    """ux.md 2.16: 150 ms with 1,000,000 audit rows (`make desk`)."""

    def seconds(path):
        begun = perf_counter()
        answer = busy.transport.send("GET", f"{busy.origin}{path}", headers=busy.cookie_header())
        assert answer.status == 200
        return perf_counter() - begun

    best = {path: min(seconds(path) for _ in range(5)) for path in PATHS}
    # Beside the rest of the suite everything takes longer; what reads all rows takes far longer.
    most = MOST_SECONDS if thorough > 1 else 2 * MOST_SECONDS
    assert not {path: time for path, time in best.items() if time >= most}
