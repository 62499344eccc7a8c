"""The audit log: search it, read one row, take along what was found (ux.md 2.21)."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.jobs import audit as job
from app.models import AuditEvent
from app.security import spreadsheets
from app.services.upkeep import audit, audit_file
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_chain import EVENTS
from app.services.upkeep.audit_search import GROUPS
from app.web.admin import audit as page
from app.web.admin.audit_words import GROUP_WORDS, WORDS
from tests import factories
from tests.administrators import browser_of


@pytest.fixture
def browser(app, root):
    """Return their browser."""
    return browser_of(app, root)


@pytest.fixture
def jane(db):
    """Return somebody who was refused once, signed in, and was put into a group."""
    person = factories.user("jane@people.example")
    facts = {"user_id": person.id, "address": "192.0.2.7", "reference": "K7Q2-9FXM"}
    audit.record(Event.SIGN_IN_REFUSED, **facts, reason="password_wrong")
    audit.record(Event.SIGNED_IN, actor_id=person.id, **facts, agent="Firefox on Linux")
    audit.record(Event.MEMBER_ADDED, user_id=person.id, client_id="photos", group="Board")
    db.session.commit()
    return person


def links(browser):
    """Return the links to the rows on the page."""
    cells = [cell for cell in browser.shown.root.find_all("td") if cell.get("class") == "sentence"]
    return [link for cell in cells for link in cell.find_all("a")]


def sentences(browser):
    """Return what the rows on the page say."""
    return [link.text for link in links(browser)]


def test_every_event_and_every_group_has_words():
    assert set(WORDS) == set(Event)
    assert set(GROUP_WORDS) == set(GROUPS)


def test_every_event_can_be_chosen_under_one_subject(browser):
    shown = browser.open("/admin/audit").element("event")

    groups = [
        [one.get("value") for one in g.find_all("option")] for g in shown.find_all("optgroup")
    ]
    assert len(groups) > 8
    assert groups[0] == list(GROUPS)
    assert sorted(name for group in groups[1:] for name in group) == sorted(Event)


def test_newest_rows_are_shown_first(browser, jane):
    browser.open("/admin/audit")

    assert sentences(browser)[:3] == ["Added to a group", "Signed in", "Sign-in refused"]
    assert browser.sees("jane@people.example")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"event": "session.refused"}, ["Sign-in refused"]),
        ({"event": "refused"}, ["Sign-in refused"]),
        ({"event": "refused", "about": "jane@people.example"}, ["Sign-in refused"]),
        ({"outcome": "refused"}, ["Sign-in refused"]),
        ({"outcome": "ok", "address": "192.0.2.7"}, ["Signed in"]),
        ({"event": "sign_ins", "outcome": "refused"}, []),
        ({"outcome": "nonsense"}, []),
        ({"by": "JANE@people.example"}, ["Signed in"]),
        (
            {"about": "jane@people.example", "address": "192.0.2.7"},
            ["Signed in", "Sign-in refused"],
        ),
        ({"client": "photos"}, ["Added to a group"]),
        ({"reference": "k7q29fxm"}, ["Signed in", "Sign-in refused"]),
        ({"address": "2001:db8::1"}, []),
        ({"address": "nonsense"}, []),
        ({"event": "nonsense"}, []),
        ({"by": "nobody@people.example"}, []),
        ({"since": "2020-01-01", "until": "2020-01-02"}, []),
        ({"since": "yesterday"}, []),
        ({"client": "photos' OR 1=1 --"}, []),
    ],
    ids=str,
)
def test_form_finds_what_is_asked_for(browser, jane, asked, expected):
    """security.md AD07: bound parameters, known columns."""
    browser.open("/admin/audit").press("search", **asked)

    found = sentences(browser)
    assert found == expected
    assert expected or browser.sees("Nothing found")


def test_day_is_that_of_the_reader(app, db, root, jane):
    """ux.md 2.0, 10: in Auckland it is tomorrow already."""
    root.zoneinfo = "Pacific/Auckland"
    night = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    db.session.execute(update(EVENTS).where(EVENTS.c.user_id == jane.id).values(at=night))
    db.session.commit()
    browser = browser_of(app, root)
    local = date(2026, 3, 4)

    asked = {"about": jane.email, "since": str(local), "until": str(local)}
    assert len(sentences(browser.open("/admin/audit").press("search", **asked))) == 3
    asked = {"about": jane.email, "since": str(local + timedelta(days=1)), "until": ""}
    assert sentences(browser.open("/admin/audit").press("search", **asked)) == []


def test_preset_is_a_link_that_says_it_is_chosen(browser, jane):
    browser.open("/admin/audit").follow("Sign-ins refused today")

    assert sentences(browser) == ["Sign-in refused"]
    pills = [link for link in browser.shown.root.find_all("a") if link.get("class") == "pill"]
    chosen = [pill.text for pill in pills if pill.has("aria-current")]
    assert chosen == ["Sign-ins refused today"]


@pytest.mark.parametrize("event", ["", "session.refused", "refused"])
def test_pages_follow_each_other_without_gap_or_repetition(browser, db, clock, event):
    """Keyset paging: many rows of one moment, and new ones that come meanwhile."""
    for number in range(120):
        audit.record(Event.SIGN_IN_REFUSED, number=number)
        if number % 30 == 0:
            clock.move(seconds=1)
    db.session.commit()
    seen = []
    browser.open(f"/admin/audit?event={event}" if event else "/admin/audit")
    while True:
        seen += [link.get("href") for link in links(browser)]
        if not browser.has("older"):
            break
        audit.record(Event.SIGN_IN_REFUSED)
        db.session.commit()
        browser.follow("Older")

    assert len(seen) == len(set(seen))
    assert len(seen) >= 120


@pytest.mark.parametrize("before", ["x", "1", "-1", "1-x", "9" * 30 + "-1", "99999999999999999-1"])
def test_made_up_page_is_the_first(browser, jane, before):
    assert sentences(browser.open(f"/admin/audit?before={before}"))


def test_row_tells_everything_and_leads_on(browser, db, jane):
    job.seal()

    browser.open("/admin/audit").press("search", event="session.refused").follow("Sign-in refused")

    for words in ("password_wrong", "192.0.2.7", "K7Q2-9FXM", "Not changed", "Signed in"):
        assert browser.sees(words), words
    browser.follow("Everything from there")
    assert sentences(browser) == ["Signed in", "Sign-in refused"]


def test_row_that_was_tampered_with_says_so(browser, db, jane):
    """security.md AU04."""
    job.seal()
    mine = EVENTS.c.user_id == jane.id
    db.session.execute(update(EVENTS).where(mine).values(address="203.0.113.1"))
    db.session.commit()
    number = db.session.scalar(select(EVENTS.c.id).where(mine).limit(1))

    browser.open(f"/admin/audit/{number}")

    assert browser.sees("This row is not as it was written")


@pytest.mark.parametrize("number", [999_999, 10**30])
def test_row_that_is_not_there_is_not_found(browser, number):
    assert browser.open(f"/admin/audit/{number}").status == 404


def exported(browser, kind, **asked):
    """Return the file that the page hands out for a search."""
    browser.open("/admin/audit").press("search", **asked).press(f"export-{kind}")
    assert browser.status == 200
    return browser.answer


def test_export_holds_what_was_found_and_is_recorded(browser, db, root, jane):
    job.seal()

    answer = exported(browser, "csv", event="refused")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert tuple(head) == page.COLUMNS
    assert [row[1] for row in rows] == ["session.refused"]
    assert rows[0][4] == jane.email
    note = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (note.event, note.actor_id) == (Event.AUDIT_EXPORTED.value, root.id)
    assert note.details == {"kind": "csv", "asked": {"event": "refused"}}


def test_exported_json_is_proved(browser, db, jane):
    job.seal()

    answer = exported(browser, "json", about=jane.email)

    proof = audit_file.verify(answer.text.splitlines(keepends=True))
    assert (proof.rows, proof.faults) == (3, [])
    assert len(json.loads(answer.text)["events"]) == 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheet_runs_nothing_that_strangers_wrote(browser, db, start):
    """OWASP, CSV injection: a client ID or an agent that begins like a formula."""
    evil = f"{start}cmd|' /C calc'!A0"
    audit.record(Event.SIGN_IN_REFUSED, client_id=evil)
    db.session.commit()

    _, row = csv.reader(io.StringIO(exported(browser, "csv", event="refused").text, newline=""))

    assert row[5] == f"'{evil}"
    assert not any(cell.startswith(spreadsheets.FORMULA) for cell in row)


def test_export_ends_somewhere(browser, db, monkeypatch):
    """It is streamed, and bounded: nobody empties the database through a page."""
    monkeypatch.setattr(audit_file, "CHUNK", 7)
    for _ in range(40):
        audit.record(Event.SIGN_IN_REFUSED)
    db.session.commit()

    chunks = list(audit_file.rows(page.Wanted(), most=20))

    assert [len(chunk) for chunk in chunks] == [7, 7, 6]


def test_export_of_nonsense_is_refused(browser, db, jane):
    browser.open("/admin/audit").press("search", event="refused")
    filled = browser.fill("export-csv")
    fields = [(name, "exe" if name == "as" else value) for name, value in filled.fields]

    browser.post(filled.url, dict(fields), from_site=browser.origin)

    assert browser.status == 400
