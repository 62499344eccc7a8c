"""Mail as administrators see it: what went out, what is stuck, and a mail to try the way with."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.models import AuditEvent, Mail, User
from app.services.authorization.levels import RECENT
from app.services.upkeep import mail, throttles
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.house.sources import ROOT
from tests.mail_server import Server, context_with, make_certificate

SECRET = "swx_pr_what-the-mail-says"


@pytest.fixture
def admin(db):
    assert db.engine, "a context of the application is open"
    return factories.admin("admin@people.example")


@pytest.fixture
def office(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate for localhost."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def context(certificate, monkeypatch):
    """Return the server's side of TLS; clients trust its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return context_with(certificate)


@pytest.fixture
def outbox(db, clock):
    """Fill the outbox: one mail sent, one waiting, one given up."""

    def add(number, **columns):
        row = {"message_id": f"<{number}@x>", "template": "password_reset", "sealed": SECRET}
        db.session.add(Mail(**row, **columns))

    later = clock() + timedelta(minutes=2)
    add(1, recipient="sent@people.example", sent_at=clock(), tries=1)
    add(2, recipient="waits@people.example", tries=2, due_at=later, last_fault="SMTPDataError 451")
    add(3, recipient="stuck@people.example", tries=mail.MOST_TRIES, last_fault="gaierror")
    db.session.commit()


@pytest.mark.usefixtures("outbox")
def test_outbox_says_what_became_of_each_mail_and_never_what_it_says(office):
    """ux.md 2.22; security.md AU02: no contents."""
    office.open("/admin/").follow("Mail")

    assert office.at == "/admin/mails"
    for words in (
        "sent@people.example",
        "SMTPDataError 451",
        "Given up",
        "Link for a new password",
    ):
        assert office.sees(words)
    assert SECRET not in office.answer.text


@pytest.mark.usefixtures("outbox")
@pytest.mark.parametrize(
    ("state", "shown"), [("sent", "sent@"), ("waiting", "waits@"), ("given_up", "stuck@")]
)
def test_outbox_is_filtered(office, state, shown):
    office.open("/admin/mails").press("search", state=state)

    rows = office.shown.root.find_all("tbody")[0].text
    assert [name for name in ("sent@", "waits@", "stuck@") if name in rows] == [shown]


def test_outbox_is_for_administrators(signed_in):
    """security.md AD01."""
    assert signed_in.open("/admin/mails").status == 403


def test_every_kind_of_mail_has_a_name(office, db):
    kinds = [file.stem for file in mail_folder().glob("*.txt")]
    db.session.add_all(
        Mail(message_id=kind, recipient="a@b.example", template=kind, sealed="") for kind in kinds
    )
    db.session.commit()

    office.open("/admin/mails")

    shown = office.shown.root.find_all("tbody")[0].text
    assert not [kind for kind in kinds if "_" in kind and kind in shown]
    for row in db.session.scalars(select(Mail)):
        db.session.delete(row)
    db.session.commit()


def mail_folder():
    """Return the folder of the templates."""
    return ROOT / "templates" / "email"


def test_test_mail_into_the_folder(office, admin, letters):
    office.open("/admin/mails").press("test")

    assert office.sees("Written into the mail folder")
    assert letters.all(admin.email)[-1]["Subject"].startswith("Test mail from")


def through(make_app, admin, port):
    """Send a test mail through a server; return what the page says of the steps."""
    return through_page(make_app, admin, port).element("steps").text


def through_page(make_app, admin, port):
    """Send a test mail through a server; return the browser on the page that tells of it."""
    url = SecretStr(f"smtp://jane:p%40ss@localhost:{port}")
    settings = {"mail_url": url, "mail_from": "ID <no-reply@mail.people.example>"}
    browser = browser_of(make_app(**settings), admin)
    return browser.open("/admin/mails").press("test")


def test_test_mail_says_how_far_it_got(make_app, admin, context):
    """ux.md 2.22: connected, TLS, auth, accepted; the server's reply."""
    said = through(make_app, admin, Server(context).port)

    for words in ("Connected", "TLS", "235 welcome", "The server has taken the mail", "250 taken"):
        assert words in said


def test_test_mail_names_the_domain_whose_records_count(make_app, admin, context):
    """ux.md 2.22: SPF/DKIM hint."""
    page = through_page(make_app, admin, Server(context).port)

    assert page.sees("look at the DNS records of mail.people.example")


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("STARTTLS", "The certificate of the server has to be valid"),
        ("AUTH", "name and password in SEALWAX_MAIL_URL"),
        ("RCPT", "take mail from the address in SEALWAX_MAIL_FROM"),
    ],
)
def test_test_mail_says_how_to_mend_what_stopped_it(make_app, admin, context, command, advice):
    """Every refusal says how to fix it (README)."""
    said = through(make_app, admin, Server(context, {command: "554 no"}).port)

    assert advice in said


def test_test_mail_says_where_it_stopped(make_app, admin, context):
    server = Server(context, {"AUTH": "535 wrong\x1b[31m <b>password</b>"})

    said = through(make_app, admin, server.port)

    assert "Stopped here: Signed in to the server" in said
    assert "535 wrong [31m <b>password</b>" in said
    assert "taken" not in said


def test_test_mail_never_sends_the_password_in_clear(make_app, admin):
    server = Server(None, {"STARTTLS": "454 not now"})

    said = through(make_app, admin, server.port)
    server.join(5)

    assert "Stopped here: Encrypted (TLS)" in said
    assert not any("AUTH" in line for line in server.heard)


def test_server_that_is_away_is_no_fault_of_the_page(make_app, admin):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert "Stopped here: Connected to the server" in through(make_app, admin, port)


def test_test_mails_are_bounded(office, clock):
    """security.md RV06."""
    for _ in range(throttles.MAIL.free + 1):
        office.open("/admin/mails").press("test")

    assert office.status == 429
    assert office.sees("Too many tries.")


def test_administrator_sends_a_link_for_a_new_password(app, office, jane, letters, db):
    """security.md PW06: starts a reset, and sees neither link nor password."""
    office.open(f"/admin/users/{jane.id}").press("send-reset")

    assert office.sees("The link is on its way to them.")
    link = letters.link(jane.email)
    assert link not in office.answer.text
    browser = visitor(app).open(link).press("save", password="four green boats sail home")
    assert browser.sign_in(jane.email, "four green boats sail home").at == "/account/"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.actor_id != jane.id)).first()
    assert event is not None


def test_link_does_not_go_to_an_address_nobody_has_confirmed(office, db):
    """security.md RV08."""
    kim = factories.user("kim@people.example", email_verified=False)
    assert not office.open(f"/admin/users/{kim.id}").has("send-reset")
    token = office.fill("turn-off").fields[0]

    office.post(f"/admin/users/{kim.id}", {"act": "send-reset", token[0]: token[1]})

    assert office.status == 403
    assert db.session.scalars(select(Mail)).all() == []


def test_administrator_confirms_an_address_by_hand(app, office, db):
    """ux.md 2.18: with a reason, recorded."""
    kim = factories.user("kim@people.example", email_verified=False)
    office.open(f"/admin/users/{kim.id}").follow("Confirm by hand")
    office.press("verify", reason="")
    assert office.status == 422

    office.press("verify", reason="has shown the badge")

    assert office.sees("The address counts as confirmed.")
    db.session.refresh(kim)
    assert kim.email_verified
    wanted = select(AuditEvent).where(AuditEvent.event == Event.ADDRESS_VERIFIED)
    assert db.session.scalars(wanted).one().details == {"reason": "has shown the badge"}
    assert office.open(f"/admin/users/{kim.id}/verify-email").status == 404
    own = browser_of(app, kim).open("/account/activity")
    assert own.sees("An administrator confirmed your email address")


def test_old_sign_in_confirms_nothing(office, db, clock):
    """security.md AD04."""
    kim = factories.user("kim@people.example", email_verified=False)
    clock.move(RECENT)

    assert office.open(f"/admin/users/{kim.id}/verify-email").at == "/login/sign-in"


def test_user_is_found_by_every_address(office, jane):
    factories.address(jane, "jane@work.example")

    office.open("/admin/users?q=work.example").follow("Jane Doe")

    assert office.sees("jane@work.example")
    assert office.sees(jane.email)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("own", "words"), [("de-AT", "Schritt"), (None, "second step")])
def test_notice_comes_in_the_language_of_its_reader(office, jane, letters, db, own, words):
    """An administrator who reads French causes it; without a wish of the reader it is English."""
    factories.phone(jane)
    db.session.refresh(jane)
    jane.locale = own
    db.session.commit()
    office.language = "fr"
    office.open(f"/admin/users/{jane.id}/second-step").press("reset", reason="lost")

    assert words in letters.all(jane.email)[-1]["Subject"]


def test_mail_that_one_asks_for_comes_in_the_language_of_the_page(app, jane, letters, db):
    browser = visitor(app)
    browser.language = "de"
    browser.open("/login/forgot").press("send", email=jane.email)
    asked = letters.all(jane.email)[-1]["Subject"]
    jane.locale = "es"
    db.session.commit()
    browser.open("/login/forgot").press("send", email=jane.email)

    assert "Passwort" in asked
    assert "contraseña" in letters.all(jane.email)[-1]["Subject"]
    assert visitor(app).sign_in(jane.email, PASSWORD).at == "/account/"
    assert db.session.get(User, jane.id).locale == "es"
