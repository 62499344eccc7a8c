"""What is left of somebody who is gone: nothing that leads to them (security.md RV13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, inspect, select

from app.clock import now
from app.database import Base
from app.database import db as database
from app.jobs import cleanup as sweeping
from app.models import AuditEvent, Client, Mail, User
from app.services.authorization.attempts import Trace
from app.services.people import (
    accounts,
    deletions,
    invitations,
    pending_identities,
    profiles,
    resets,
    sign_ups,
    upstreams,
)
from app.services.people.deletions import AlreadyScheduled, NotScheduled
from app.services.people.pending_identities import Told
from app.services.people.person_names import NewPerson, PersonName
from app.services.people.upstream_wishes import Wanted
from app.services.people.users import LastAdministrator
from app.services.upkeep import audit, mail
from app.services.upkeep.audit import Event
from tests import databases, factories
from tests.factories import PASSWORD

GRACE = timedelta(days=14)
EMAIL, NAME, PHONE = "Zenobia@palmyra.example", "Zenobia of Palmyra", "+33 1 23 45 67 89"
ADDRESS, AGENT = "203.0.113.77", "Mozilla/5.0 (Palmyra)"


def _come_from_elsewhere():
    """Sign in with another provider that tells the address, and leave the question unanswered."""
    wanted = Wanted("Example", "https://op.example", "us", "a secret of ours")
    provider = upstreams.create("generic", wanted, by=None)
    told = Told(provider.issuer, "z-there", email=EMAIL, name=NAME)
    pending_identities.keep(provider.id, told, browser="another browser")


@pytest.fixture
def gone(db, clock):
    """Let somebody live a full life here, and end it; return what was known of them."""
    user = factories.admin(EMAIL, name=NAME)
    user.email_key = EMAIL.casefold()
    profiles.change(user, {"phone_number": PHONE, "nickname": "Zen"}, by=user.id)
    factories.phone(user)
    client = factories.client(backchannel_logout_uri="https://rp.example/logout")
    client.client.created_by_id = user.id
    factories.consent(user, client)
    factories.session(user, address=ADDRESS, agent=AGENT, browser="the browser")
    invitations.send(
        "guest@people.example", name=None, is_admin=False, by=user, link=lambda _token: "x"
    )
    other = factories.admin()
    accounts.turn_off(factories.user(), by=user.id)
    audit.record(Event.USER_TURNED_ON, actor_id=user.id, user_id=other.id, address=ADDRESS)
    deletions.schedule(user, address=ADDRESS)
    db.session.commit()
    clock.move(GRACE)
    sweeping.clean()
    resets.begin(EMAIL, link=lambda _token: "https://id.example/")
    hashed = factories.hashed(PASSWORD)
    sign_ups.begin(
        "a browser", EMAIL, person=NewPerson(PersonName.of(NAME)), password_hash=hashed, link=str
    )
    _come_from_elsewhere()
    trace = Trace("sign_in", user_id=user.id)
    trace.refused("account", "password_wrong", sent=EMAIL)
    trace.write("refused")
    db.session.commit()
    facts = {"id": user.id, "subject": user.subject, "pairwise_key": user.pairwise_key}
    assert deletions.due() == [user.id]
    assert deletions.erase(user.id)
    db.session.commit()
    return facts


def test_no_table_holds_anything_of_them(stage, gone):
    """The dump of the whole database, searched for every fact there was."""
    dump = databases.dump(stage.engine, Base.metadata)
    facts = (EMAIL, NAME, PHONE, ADDRESS, AGENT, "palmyra", gone["subject"], gone["pairwise_key"])

    found = [
        f"{table} holds {fact}"
        for table, text in dump.items()
        for fact in facts
        if fact.casefold() in text.casefold()
    ]

    assert found == []


def test_no_row_points_to_them(gone, db):
    """Every foreign key to the user is a cascade or empties itself; plain numbers are replaced."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            leads = column.name in {"user_id", "actor_id"} or any(
                key.column.table.name == "user" for key in column.foreign_keys
            )
            if leads:
                rows = db.session.execute(select(table).where(column == gone["id"])).all()
                assert rows == [], f"{table.name}.{column.name}"


def test_every_key_to_a_user_says_what_becomes_of_the_row(db):
    """A new table cannot keep an account from being deleted."""
    keys = [
        (table, key)
        for table in inspect(db.engine).get_table_names()
        for key in inspect(db.engine).get_foreign_keys(table)
        if key["referred_table"] == "user"
    ]

    assert len(keys) > 10
    for table, key in keys:
        assert key["options"].get("ondelete") in {"CASCADE", "SET NULL"}, (table, key)


def test_record_stays_under_a_number_of_nobody_for_ninety_days(gone, db, clock):
    """ux.md 2.14; ASVS 14.2.7."""
    assert gone["id"] > 0
    kept = db.session.scalars(select(AuditEvent).where(AuditEvent.user_id < 0)).all()

    assert {Event.SIGNED_IN, Event.DELETION_ASKED, Event.ERASED} <= {row.event for row in kept}
    assert len({row.user_id for row in kept}) == 1, "rows of one person still belong together"
    assert all(row.address == "" and row.details == {} for row in kept)
    clock.move(timedelta(days=91))
    sweeping.clean()
    assert db.session.scalar(select(AuditEvent.id).where(AuditEvent.user_id < 0)) is None


def test_what_they_made_stays_without_them(gone, db):
    assert gone["id"]
    assert db.session.scalars(select(Client.created_by_id)).all() == [None]


def test_next_owner_of_the_address_is_somebody_else(gone, db):
    """OIDC Core §2: a subject is never given again, also where numbers of rows are."""
    again = accounts.create(EMAIL, password="four green boats sail home")
    db.session.commit()

    assert again.subject != gone["subject"]
    assert again.pairwise_key != gone["pairwise_key"]
    assert audit.of_user(again.id, most=50)[-1].event == Event.USER_CREATED
    assert len(audit.of_user(again.id, most=50)) == 1


def test_nothing_ends_before_its_time(db, clock):
    user = factories.user()
    deletions.schedule(user)
    db.session.commit()
    clock.move(GRACE - timedelta(seconds=1))

    assert deletions.due() == []
    assert not deletions.erase(user.id)


def test_it_is_asked_for_once_and_kept_once(db):
    user = factories.user()
    deletions.schedule(user)
    with pytest.raises(AlreadyScheduled):
        deletions.schedule(user)
    deletions.keep(user)
    with pytest.raises(NotScheduled):
        deletions.keep(user)
    db.session.rollback()


def race(app, acts):
    """Do these at once; return how many came through."""
    start = Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait()
            try:
                done = act()
                database.session.commit()
            except (AlreadyScheduled, NotScheduled, LastAdministrator):
                database.session.rollback()
                return False
            return done is not False

    with ThreadPoolExecutor(len(acts)) as pool:
        return sum(pool.map(run, acts))


def test_two_administrators_who_leave_at_once_leave_one(app, db):
    """security.md AD10."""
    numbers = [factories.admin().id for _ in range(2)]

    def leave(number):
        return lambda: deletions.schedule(database.session.get(User, number))

    assert race(app, [leave(number) for number in numbers]) == 1
    db.session.expire_all()
    wanted = select(User.id).where(User.is_admin, User.deletion_due_at.is_(None))
    assert len(db.session.scalars(wanted).all()) == 1


def test_one_of_eight_jobs_erases(app, db, clock):
    user = factories.user()
    deletions.schedule(user)
    db.session.commit()
    clock.move(GRACE)
    number = user.id

    assert race(app, [lambda: deletions.erase(number)] * 8) == 1
    db.session.expire_all()
    assert len(db.session.scalars(select(AuditEvent).filter_by(event=Event.ERASED)).all()) == 1


@pytest.mark.parametrize("email", ["JÖRG@straße.example", "İpek@people.example"])
def test_mail_to_an_address_with_other_letters_goes_too(app, db, email):
    """SQLite lowers the letters of ASCII alone, PostgreSQL those of its locale, Python all."""
    user = factories.user(email)
    with app.test_request_context(base_url="https://id.example"):
        mail.enqueue("already_registered", to=email, sign_in_url="https://id.example/")
    user.deletion_due_at = now()
    db.session.commit()

    assert deletions.erase(user.id)
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0
